"""The findings of an evaluation that every model has, each with a sentence and, for most, a chart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from client import Card, Evaluation, Figure
from demo.charts import canvas, estimate_chart
from demo.charts.estimate_chart import Estimate, EstimateAxis
from demo.charts.ticks import round_numbers
from demo.text import wording
from demo.text.translation import Translation

_MIN_CASES = 50
_MAX_TICKS = 5
_MIN_P_VALUE, _FEW_DIGITS_P_VALUE = 0.001, 0.1
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Finding:
    """The answer to one question. `sentence` is also the alternative text of `figure`; `items` are a list."""

    sentence: str
    figure: canvas.Figure | None
    notes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Markup | Literal[""] = ""
    """An HTML table."""


def describe_bands(card: Card, evaluation: Evaluation, theme: str, tr: Translation) -> Finding:
    """Describe how the cases spread over the bands, and how often the focus is true in each."""
    classification = evaluation["kind"] == "classification"

    def format_value(value: float) -> str:
        return tr.percent(value) if classification else wording.format_answer_with_unit(card, value, tr)

    estimates = [
        make_estimate(band["label"], band["focus"], format_value, tr, is_small=band["focus"]["rows"] < _MIN_CASES)
        for band in evaluation["bands"]
    ]
    shares = ", ".join(f"{band['label']} {format_interval(band['share'], tr)}" for band in evaluation["bands"])
    title = tr.text("Actual share: {label}", label=focus_label(card)) if classification else tr.text("Mean true value")
    axis = make_axis(title, estimates, [0.0], format_value)
    reference = None
    if evaluation["kind"] == "classification":
        overall = evaluation["focus_rows"] / evaluation["rows"]
        reference = overall, tr.text("all cases: {value}", value=tr.percent(overall, 1))
    return Finding(
        tr.text("Of all cases: {bands}.", bands=shares),
        estimate_chart.draw_estimates(estimates, axis, theme, reference),
        (explain_counts(tr), explain_intervals(tr, in_chart=True)),
    )


def make_estimate(
    label: str, figure: Figure, format_value: Callable[[float], str], tr: Translation, *, is_small: bool = False
) -> Estimate:
    """Return a figure as a row of a chart of estimates; after its label stands the number of cases."""
    ends = figure["value"], figure["low"], figure["high"]
    return Estimate(f"{label} ({tr.number(figure['rows'])})", *ends, format_value(figure["value"]), is_small=is_small)


def make_axis(
    title: str, estimates: list[Estimate], marks: list[float], format_value: Callable[[float], str]
) -> EstimateAxis:
    """Return an axis with round ticks that reaches over all estimates with their intervals, and over the marks."""
    ends = [end for each in estimates for end in (each.low, each.high)] + marks
    low, high = min(ends), max(ends)
    return EstimateAxis(title, low, high, [(tick, format_value(tick)) for tick in round_numbers(low, high, _MAX_TICKS)])


def describe_gain(card: Card, evaluation: Evaluation, tr: Translation) -> str:
    """Return the sentence that opens the page: better than what, by how much, on how many cases; empty for older bundles."""
    rows = tr.number(evaluation["rows"])
    if evaluation["kind"] == "regression":
        median, error = evaluation.get("baseline"), evaluation.get("relative_error")
        if not median or not error:
            return ""
        return tr.text(
            "Half of the answers are within {error} of the true value, measured on {rows} cases. Always saying {value}, the"
            " median, would be within {baseline}.",
            error=tr.percent(error["value"], 1),
            rows=rows,
            value=wording.format_answer_with_unit(card, median["value"], tr),
            baseline=tr.percent(median["relative_error"], 1),
        )
    baseline, accuracy = evaluation.get("baseline"), evaluation.get("accuracy")
    if not baseline or not accuracy:
        return ""
    labels = {each["value"]: each.get("label") or each["value"] for each in card["output"].get("labels", [])}
    gain = baseline["accuracy_gain"]
    return tr.text(
        "Right in {accuracy} of {rows} cases. Always saying “{label}” would be right in {baseline}: a gain of {gain} points"
        " ({low} to {high}){doubt}.",
        accuracy=tr.percent(accuracy["value"], 1),
        rows=rows,
        label=labels.get(baseline["label"], baseline["label"]),
        baseline=tr.percent(baseline["accuracy"], 1),
        gain=tr.number(round(accuracy["value"], 3) * 100 - round(baseline["accuracy"], 3) * 100, 1),
        low=tr.number(gain["low"] * 100, 1),
        high=tr.number(gain["high"] * 100, 1),
        doubt=tr.text(", which may be chance") if gain["low"] <= 0 else "",
    )


def explain_counts(tr: Translation) -> str:
    """Return the note on the numbers of cases after the names of groups."""
    return tr.text("In brackets: the number of cases. Grey: too few to say much.")


def explain_intervals(tr: Translation, *, in_chart: bool) -> str:
    """Return the note on the 95% intervals; `in_chart` if the chart has intervals too."""
    if in_chart:
        return tr.text(
            "The range after a figure, and the line around a point, is its 95% confidence interval: of 100 such ranges,"
            " each measured on other cases, about 95 hold the true figure."
        )
    return tr.text(
        "The range after a figure is its 95% confidence interval: of 100 such ranges, each measured on other cases,"
        " about 95 hold the true figure."
    )


def focus_label(card: Card) -> str:
    """Return the words for the label whose probability is shown."""
    focus = card["output"].get("focus", "")
    return next((each.get("label") or focus for each in card["output"].get("labels", []) if each["value"] == focus), focus)


def format_share_ticks(tr: Translation) -> list[str]:
    """Return 0, 25, 50, 75 and 100 % in the reader's language."""
    return [tr.percent(share) for share in _SHARES]


def format_interval(figure: Figure, tr: Translation, decimals: int = 0) -> str:
    """Return a share with its interval: "52% (50% to 55%)"."""
    value, low, high = (tr.percent(figure[name], decimals) for name in ("value", "low", "high"))
    return tr.text("{value} ({low} to {high})", value=value, low=low, high=high)


def format_metric(evaluation: Evaluation, value: float, tr: Translation) -> str:
    """Return the metric of segments as text: pairs of a hundred for AUC, per cent for another one."""
    return tr.number(value * 100) if evaluation["metric"] == "auc" else tr.percent(value, 1)


def format_metric_interval(evaluation: Evaluation, figure: Figure, tr: Translation) -> str:
    """Return the metric of segments with its interval."""
    value, low, high = (format_metric(evaluation, figure[name], tr) for name in ("value", "low", "high"))
    return tr.text("{value} ({low} to {high})", value=value, low=low, high=high)


def describe_p_value(p_value: float, tr: Translation) -> str:
    """Return a p-value as text: "p = 0.03", or "p < 0.001"."""
    if p_value < _MIN_P_VALUE:
        return tr.text("p < {value}", value=tr.number(_MIN_P_VALUE, 3))
    return tr.text("p = {value}", value=tr.number(p_value, 3 if p_value < _FEW_DIGITS_P_VALUE else 2))


def metric_name(evaluation: Evaluation, tr: Translation) -> str:
    """Return what the metric of segments counts."""
    if evaluation["kind"] == "regression":
        return tr.text("Typical error, % of the true value")
    return tr.text("Pairs ranked correctly, of 100 (AUC)") if evaluation["metric"] == "auc" else tr.text("Correct answers")


def describe_importance(card: Card, evaluation: Evaluation, theme: str, tr: Translation) -> Finding:
    """Describe the permutation importance of the fields. Fields whose interval holds 0 have no measurable effect."""
    labels = {field["name"]: wording.field_label(field) for field in card["inputs"]}
    rows = sorted(evaluation["importance"], key=lambda each: -each["drop"]["value"])
    effective = [row for row in rows if row["drop"]["low"] > 0]
    others = ", ".join(labels.get(row["field"], row["field"]) for row in rows if row["drop"]["low"] <= 0)
    without_effect = [tr.text("No measurable effect (the range includes 0): {fields}.", fields=others)] if others else []
    rows_used = tr.count(
        "Measured by shuffling over {n} case.", "Measured by shuffling over {n} cases.", rows[0]["drop"]["rows"]
    )
    if not effective:
        return Finding(tr.text("No field alone has a measurable effect."), None, (*without_effect, rows_used))

    def format_value(value: float) -> str:
        return tr.number(value * 100, 1)

    estimates = [
        Estimate(
            labels.get(row["field"], row["field"]),
            row["drop"]["value"],
            row["drop"]["low"],
            row["drop"]["high"],
            format_value(row["drop"]["value"]),
        )
        for row in effective
    ]
    sentence, title = _importance_texts(evaluation["metric"], estimates[0].label, effective[0]["drop"], tr)
    rivals = [
        estimate.label
        for estimate, row in zip(estimates[1:], effective[1:], strict=True)
        if (behind := row.get("behind_first")) and behind["low"] <= 0
    ]
    as_much = [tr.text("Possibly just as important: {fields}.", fields=", ".join(rivals))] if rivals else []
    figure = estimate_chart.draw_estimates(estimates, make_axis(title, estimates, [0.0], format_value), theme)
    return Finding(sentence, figure, (*as_much, *without_effect, rows_used, explain_intervals(tr, in_chart=True)))


def _importance_texts(metric: str, field: str, drop: Figure, tr: Translation) -> tuple[str, str]:
    """Return the sentence on the most important field, and the title of the axis."""
    ends = {name: tr.number(drop[name] * 100, 1) for name in ("value", "low", "high")}
    words = {"field": field, "drop": tr.text("{value} ({low} to {high})", **ends)}
    if metric == "accuracy":
        sentence = tr.text(
            "The most important field is {field}: with its values shuffled among the cases, {drop} fewer of "
            "100 answers are correct.",
            **words,
        )
        return sentence, tr.text("Fewer correct answers, of 100")
    if metric == "auc":
        sentence = tr.text(
            "The most important field is {field}: with its values shuffled among the cases, {drop} fewer of "
            "100 pairs are ranked correctly.",
            **words,
        )
        return sentence, tr.text("Fewer pairs ranked correctly, of 100")
    sentence = tr.text(
        "The most important field is {field}: with its values shuffled among the cases, the typical "
        "error grows by {drop} percentage points.",
        **words,
    )
    return sentence, tr.text("Increase of the typical error, percentage points")


def describe_weak_spots(evaluation: Evaluation, tr: Translation) -> Finding:
    """Describe the segments in which the model is clearly worse, in sentences."""
    if not evaluation["weak_spots"]:
        return Finding(tr.text("No group was found in which the model is clearly worse than elsewhere."), None)
    sentence = tr.count(
        "In {n} group the model is clearly worse than elsewhere:",
        "In {n} groups the model is clearly worse than elsewhere:",
        len(evaluation["weak_spots"]),
    )
    note = tr.text("Found on one half of the cases, confirmed on the other.")
    return Finding(
        sentence,
        None,
        (note, explain_intervals(tr, in_chart=False)),
        tuple(spot["sentence"] for spot in evaluation["weak_spots"]),
    )
