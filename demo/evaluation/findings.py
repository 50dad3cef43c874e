"""What the evaluation says, one finding at a time: a question, the sentence that answers it, a chart. For every model."""

from dataclasses import dataclass

from client import Card, Evaluation, Figure
from demo.charts import canvas, evaluation_charts
from demo.charts.evaluation_charts import Estimate
from demo.text import wording
from demo.text.translation import Translation

_FEW = 50
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Finding:
    """`sentence` answers the question and is the chart's summary too; `figure` is None where words are enough."""

    sentence: str
    figure: canvas.Figure | None
    notes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: str = ""
    """HTML, where figures beside each other say more than one more chart."""


def describe_bands(card: Card, found: Evaluation, theme: str, tr: Translation) -> Finding:
    """How the cases spread over the bands, and what became of those in each."""
    classification = found["kind"] == "classification"
    spreads = [
        Estimate(
            f"{band['label']} ({tr.number(band['focus']['rows'])})",
            band["focus"]["value"],
            band["focus"]["low"],
            band["focus"]["high"],
            tr.percent(band["focus"]["value"])
            if classification
            else wording.format_answer_with_unit(card, band["focus"]["value"], tr),
            is_small=band["focus"]["rows"] < _FEW,
        )
        for band in found["bands"]
    ]
    listed = ", ".join(f"{band['label']} {format_interval(band['share'], tr)}" for band in found["bands"])
    what = (
        tr.text("The chart shows in how many of them this came true: {label}.", label=focus_label(card))
        if classification
        else tr.text("The chart shows their mean true value.")
    )
    sentence = tr.text("Of all cases: {bands}.", bands=listed)
    return Finding(
        sentence,
        evaluation_charts.draw_estimates(spreads, None, theme),
        (what, explain_counts(tr), explain_intervals(tr, drawn=True)),
    )


def explain_counts(tr: Translation) -> str:
    return tr.text("After each name: the number of cases. Grey: too few of them to say much.")


def explain_intervals(tr: Translation, *, drawn: bool) -> str:
    """Say what the ranges are; `drawn` where the chart has some too."""
    if drawn:
        return tr.text("The range after a figure, and the line around a point, hold 95% of repeated measurements.")
    return tr.text("The range after a figure holds 95% of repeated measurements.")


def focus_label(card: Card) -> str:
    """Return the words for the label whose chance people read."""
    focus = card["output"].get("focus", "")
    return next((each.get("label") or focus for each in card["output"].get("labels", []) if each["value"] == focus), focus)


def format_share_ticks(tr: Translation) -> list[str]:
    return [tr.percent(share) for share in _SHARES]


def format_interval(figure: Figure, tr: Translation, decimals: int = 0) -> str:
    """Write a share with its interval: "52% (50% to 55%)"."""
    value, low, high = (tr.percent(figure[name], decimals) for name in ("value", "low", "high"))
    return tr.text("{value} ({low} to {high})", value=value, low=low, high=high)


def format_metric(found: Evaluation, value: float, tr: Translation) -> str:
    """Write the evaluation's metric: pairs of a hundred for AUC, per cent for a relative error."""
    return tr.percent(value, 1) if found["kind"] == "regression" else tr.number(value * 100)


def format_metric_interval(found: Evaluation, figure: Figure, tr: Translation) -> str:
    """Write the evaluation's metric with its interval."""
    value, low, high = (format_metric(found, figure[name], tr) for name in ("value", "low", "high"))
    return tr.text("{value} ({low} to {high})", value=value, low=low, high=high)


def intervals_overlap(one: Figure, other: Figure) -> bool:
    return one["low"] <= other["high"] and other["low"] <= one["high"]


def metric_name(found: Evaluation, tr: Translation) -> str:
    """Say what the metric of groups counts."""
    if found["kind"] == "regression":
        return tr.text("Typical error, as a part of the true value")
    return tr.text("Pairs put in the right order, of 100")


def describe_importance(card: Card, found: Evaluation, theme: str, tr: Translation) -> Finding:
    """Which fields the model leans on."""
    names = {field["name"]: wording.field_label(field) for field in card["inputs"]}
    rows = sorted(found["importance"], key=lambda each: -each["drop"]["value"])
    classification = found["kind"] == "classification"
    spreads = [
        Estimate(
            names.get(row["field"], row["field"]),
            row["drop"]["value"],
            row["drop"]["low"],
            row["drop"]["high"],
            tr.signed(-row["drop"]["value"] * 100, 1) if classification else tr.signed(row["drop"]["value"] * 100, 1),
        )
        for row in rows
    ]
    least = {name: tr.number(rows[0]["drop"][name] * 100, 1) for name in ("value", "low", "high")}
    drop = tr.text("{value} ({low} to {high})", **least)
    sentence = (
        tr.text(
            "The model leans most on {field}: with its values shuffled among the cases, {drop} fewer of 100 pairs"
            " are put in the right order.",
            field=spreads[0].label,
            drop=drop,
        )
        if classification
        else tr.text(
            "The model leans most on {field}: with its values shuffled among the cases, the typical error grows"
            " by {drop} points.",
            field=spreads[0].label,
            drop=drop,
        )
    )
    as_much = [
        spread.label
        for spread, row in zip(spreads[1:], rows[1:], strict=True)
        if intervals_overlap(row["drop"], rows[0]["drop"])
    ]
    unit = (
        tr.text("The numbers say how many fewer of 100 pairs are then put in the right order.")
        if classification
        else tr.text("The numbers say by how many points the typical error then grows.")
    )
    drawing = evaluation_charts.draw_estimates(spreads, None, theme)
    rows_used = tr.count("Shuffled among {n} case.", "Shuffled among {n} cases.", rows[0]["drop"]["rows"])
    more = [unit, rows_used, explain_intervals(tr, drawn=True)]
    if as_much:
        more.insert(0, tr.text("It may lean as much on: {fields}. The ranges overlap.", fields=", ".join(as_much)))
    return Finding(sentence, drawing, tuple(more))


def describe_weak_spots(found: Evaluation, tr: Translation) -> Finding:
    """Where the model is wrong most, in words."""
    if not found["weak_spots"]:
        return Finding(tr.text("No group was found in which the model is clearly worse than elsewhere."), None)
    sentence = tr.count(
        "In {n} group the model is clearly worse than elsewhere:",
        "In {n} groups the model is clearly worse than elsewhere:",
        len(found["weak_spots"]),
    )
    note = tr.text("Found on one half of the cases, confirmed on the other.")
    return Finding(
        sentence, None, (note, explain_intervals(tr, drawn=False)), tuple(spot["sentence"] for spot in found["weak_spots"])
    )
