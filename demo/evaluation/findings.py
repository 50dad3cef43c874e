"""The findings of an evaluation that every model has, each with a sentence and, for most, a chart."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from client import Card, Evaluation, Figure
from demo.charts import canvas, evaluation_charts
from demo.charts.evaluation_charts import Estimate
from demo.text import wording
from demo.text.translation import Translation

_MIN_CASES = 50
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Finding:
    """The answer to one question about the quality of a model.

    `sentence` answers it and is the alternative text of `figure`; `notes` explain the figures; `items` are a list.
    """

    sentence: str
    figure: canvas.Figure | None
    notes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Markup | Literal[""] = ""
    """An HTML table."""


def describe_bands(card: Card, evaluation: Evaluation, theme: str, tr: Translation) -> Finding:
    """Describe how the cases spread over the bands, and how often the focus is true in each."""
    classification = evaluation["kind"] == "classification"
    estimates = [
        Estimate(
            f"{band['label']} ({tr.number(band['focus']['rows'])})",
            band["focus"]["value"],
            band["focus"]["low"],
            band["focus"]["high"],
            tr.percent(band["focus"]["value"])
            if classification
            else wording.format_answer_with_unit(card, band["focus"]["value"], tr),
            is_small=band["focus"]["rows"] < _MIN_CASES,
        )
        for band in evaluation["bands"]
    ]
    shares = ", ".join(f"{band['label']} {format_interval(band['share'], tr)}" for band in evaluation["bands"])
    what = (
        tr.text("The chart shows in how many of them this came true: {label}.", label=focus_label(card))
        if classification
        else tr.text("The chart shows their mean true value.")
    )
    sentence = tr.text("Of all cases: {bands}.", bands=shares)
    return Finding(
        sentence,
        evaluation_charts.draw_estimates(estimates, None, theme),
        (what, explain_counts(tr), explain_intervals(tr, in_chart=True)),
    )


def explain_counts(tr: Translation) -> str:
    """Return the note on the numbers of cases after the names of groups."""
    return tr.text("After each name: the number of cases. Grey: too few of them to say much.")


def explain_intervals(tr: Translation, *, in_chart: bool) -> str:
    """Return the note on the 95% intervals; `in_chart` if the chart has intervals too."""
    if in_chart:
        return tr.text("The range after a figure, and the line around a point, hold 95% of repeated measurements.")
    return tr.text("The range after a figure holds 95% of repeated measurements.")


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
    """Return the metric of segments as text: pairs of a hundred for AUC, per cent for a relative error."""
    return tr.percent(value, 1) if evaluation["kind"] == "regression" else tr.number(value * 100)


def format_metric_interval(evaluation: Evaluation, figure: Figure, tr: Translation) -> str:
    """Return the metric of segments with its interval."""
    value, low, high = (format_metric(evaluation, figure[name], tr) for name in ("value", "low", "high"))
    return tr.text("{value} ({low} to {high})", value=value, low=low, high=high)


def intervals_overlap(one: Figure, other: Figure) -> bool:
    """Tell whether the intervals of two figures have a value in common."""
    return one["low"] <= other["high"] and other["low"] <= one["high"]


def metric_name(evaluation: Evaluation, tr: Translation) -> str:
    """Return what the metric of segments counts."""
    if evaluation["kind"] == "regression":
        return tr.text("Typical error, as a part of the true value")
    return tr.text("Pairs put in the right order, of 100")


def describe_importance(card: Card, evaluation: Evaluation, theme: str, tr: Translation) -> Finding:
    """Describe the permutation importance of the fields."""
    names = {field["name"]: wording.field_label(field) for field in card["inputs"]}
    rows = sorted(evaluation["importance"], key=lambda each: -each["drop"]["value"])
    sign = -1 if evaluation["kind"] == "classification" else 1
    estimates = [
        Estimate(
            names.get(row["field"], row["field"]),
            row["drop"]["value"],
            row["drop"]["low"],
            row["drop"]["high"],
            tr.signed_number(sign * row["drop"]["value"] * 100, 1),
        )
        for row in rows
    ]
    sentence, unit = _importance_texts(evaluation["kind"], estimates[0].label, rows[0]["drop"], tr)
    rivals = [
        estimate.label
        for estimate, row in zip(estimates[1:], rows[1:], strict=True)
        if intervals_overlap(row["drop"], rows[0]["drop"])
    ]
    figure = evaluation_charts.draw_estimates(estimates, None, theme)
    rows_used = tr.count("Shuffled among {n} case.", "Shuffled among {n} cases.", rows[0]["drop"]["rows"])
    notes = [unit, rows_used, explain_intervals(tr, in_chart=True)]
    if rivals:
        notes.insert(0, tr.text("It may lean as much on: {fields}. The ranges overlap.", fields=", ".join(rivals)))
    return Finding(sentence, figure, tuple(notes))


def _importance_texts(kind: str, field: str, drop: Figure, tr: Translation) -> tuple[str, str]:
    """Return the sentence on the most important field, and the note on the unit of the figures."""
    ends = {name: tr.number(drop[name] * 100, 1) for name in ("value", "low", "high")}
    amount = tr.text("{value} ({low} to {high})", **ends)
    if kind == "classification":
        sentence = tr.text(
            "The model leans most on {field}: with its values shuffled among the cases, {drop} fewer of 100 pairs"
            " are put in the right order.",
            field=field,
            drop=amount,
        )
        return sentence, tr.text("The numbers say how many fewer of 100 pairs are then put in the right order.")
    sentence = tr.text(
        "The model leans most on {field}: with its values shuffled among the cases, the typical error grows"
        " by {drop} points.",
        field=field,
        drop=amount,
    )
    return sentence, tr.text("The numbers say by how many points the typical error then grows.")


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
