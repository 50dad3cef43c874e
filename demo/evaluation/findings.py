"""What the evaluation says, one finding at a time: a question, the sentence that answers it, a chart. For every model."""

from dataclasses import dataclass

from client import Card, Evaluation, Figure
from demo.charts import canvas, evaluation_charts
from demo.charts.evaluation_charts import Spread
from demo.text import wording
from demo.text.translation import Tongue

_FEW = 50
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Finding:
    """`sentence` answers the question and is the chart's summary too; `drawing` is None where words are enough."""

    sentence: str
    drawing: canvas.Figure | None
    more: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    table: str = ""
    """HTML, where figures beside each other say more than one more chart."""


def bands(card: Card, found: Evaluation, theme: str, tongue: Tongue) -> Finding:
    """How the cases spread over the bands, and what became of those in each."""
    classification = found["kind"] == "classification"
    spreads = [
        Spread(
            f"{band['label']} ({tongue.number(band['focus']['rows'])})",
            band["focus"]["value"],
            band["focus"]["low"],
            band["focus"]["high"],
            tongue.percent(band["focus"]["value"])
            if classification
            else wording.answer_with_unit(card, band["focus"]["value"], tongue),
            pale=band["focus"]["rows"] < _FEW,
        )
        for band in found["bands"]
    ]
    listed = ", ".join(f"{band['label']} {between(band['share'], tongue)}" for band in found["bands"])
    what = (
        tongue.say("The chart shows in how many of them this came true: {label}.", label=focus_label(card))
        if classification
        else tongue.say("The chart shows their mean true value.")
    )
    sentence = tongue.say("Of all cases: {bands}.", bands=listed)
    return Finding(
        sentence, evaluation_charts.spreads(spreads, None, theme), (what, counted(tongue), repeated(tongue, drawn=True))
    )


def counted(tongue: Tongue) -> str:
    return tongue.say("After each name: the number of cases. Grey: too few of them to say much.")


def repeated(tongue: Tongue, *, drawn: bool) -> str:
    """Say what the ranges are; `drawn` where the chart has some too."""
    if drawn:
        return tongue.say("The range after a figure, and the line around a point, hold 95% of repeated measurements.")
    return tongue.say("The range after a figure holds 95% of repeated measurements.")


def focus_label(card: Card) -> str:
    """Return the words for the label whose chance people read."""
    focus = card["output"].get("focus", "")
    return next((each.get("label") or focus for each in card["output"].get("labels", []) if each["value"] == focus), focus)


def shares(tongue: Tongue) -> list[str]:
    return [tongue.percent(share) for share in _SHARES]


def between(figure: Figure, tongue: Tongue, decimals: int = 0) -> str:
    """Write a share with its interval: "52% (50% to 55%)"."""
    value, low, high = (tongue.percent(figure[name], decimals) for name in ("value", "low", "high"))
    return tongue.say("{value} ({low} to {high})", value=value, low=low, high=high)


def metric_word(found: Evaluation, value: float, tongue: Tongue) -> str:
    """Write the evaluation's metric: pairs of a hundred for AUC, per cent for a relative error."""
    return tongue.percent(value, 1) if found["kind"] == "regression" else tongue.number(value * 100)


def metric_between(found: Evaluation, figure: Figure, tongue: Tongue) -> str:
    """Write the evaluation's metric with its interval."""
    value, low, high = (metric_word(found, figure[name], tongue) for name in ("value", "low", "high"))
    return tongue.say("{value} ({low} to {high})", value=value, low=low, high=high)


def overlap(one: Figure, other: Figure) -> bool:
    return one["low"] <= other["high"] and other["low"] <= one["high"]


def metric_name(found: Evaluation, tongue: Tongue) -> str:
    """Say what the metric of groups counts."""
    if found["kind"] == "regression":
        return tongue.say("Typical error, as a part of the true value")
    return tongue.say("Pairs put in the right order, of 100")


def importance(card: Card, found: Evaluation, theme: str, tongue: Tongue) -> Finding:
    """Which fields the model leans on."""
    names = {field["name"]: wording.label(field) for field in card["inputs"]}
    rows = sorted(found["importance"], key=lambda each: -each["drop"]["value"])
    classification = found["kind"] == "classification"
    spreads = [
        Spread(
            names.get(row["field"], row["field"]),
            row["drop"]["value"],
            row["drop"]["low"],
            row["drop"]["high"],
            tongue.signed(-row["drop"]["value"] * 100, 1)
            if classification
            else tongue.signed(row["drop"]["value"] * 100, 1),
        )
        for row in rows
    ]
    least = {name: tongue.number(rows[0]["drop"][name] * 100, 1) for name in ("value", "low", "high")}
    drop = tongue.say("{value} ({low} to {high})", **least)
    sentence = (
        tongue.say(
            "The model leans most on {field}: with its values shuffled among the cases, {drop} fewer of 100 pairs"
            " are put in the right order.",
            field=spreads[0].label,
            drop=drop,
        )
        if classification
        else tongue.say(
            "The model leans most on {field}: with its values shuffled among the cases, the typical error grows"
            " by {drop} points.",
            field=spreads[0].label,
            drop=drop,
        )
    )
    as_much = [
        spread.label for spread, row in zip(spreads[1:], rows[1:], strict=True) if overlap(row["drop"], rows[0]["drop"])
    ]
    unit = (
        tongue.say("The numbers say how many fewer of 100 pairs are then put in the right order.")
        if classification
        else tongue.say("The numbers say by how many points the typical error then grows.")
    )
    drawing = evaluation_charts.spreads(spreads, None, theme)
    rows_used = tongue.count("Shuffled among {n} case.", "Shuffled among {n} cases.", rows[0]["drop"]["rows"])
    more = [unit, rows_used, repeated(tongue, drawn=True)]
    if as_much:
        more.insert(0, tongue.say("It may lean as much on: {fields}. The ranges overlap.", fields=", ".join(as_much)))
    return Finding(sentence, drawing, tuple(more))


def weak_spots(found: Evaluation, tongue: Tongue) -> Finding:
    """Where the model is wrong most, in words."""
    if not found["weak_spots"]:
        return Finding(tongue.say("No group was found in which the model is clearly worse than elsewhere."), None)
    sentence = tongue.count(
        "In {n} group the model is clearly worse than elsewhere:",
        "In {n} groups the model is clearly worse than elsewhere:",
        len(found["weak_spots"]),
    )
    note = tongue.say("Found on one half of the cases, confirmed on the other.")
    return Finding(
        sentence, None, (note, repeated(tongue, drawn=False)), tuple(spot["sentence"] for spot in found["weak_spots"])
    )
