"""Cards → the scales and axes of charts: where ticks stand and what they say."""

from dataclasses import replace

from client import Card, Field
from demo.charts.canvas import Stretch
from demo.charts.curve_chart import Axis, Scale
from demo.text import wording
from demo.text.translation import Translation

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FEW_WORDS, _MAX_WORDS = 5, 8


def bands(card: Card) -> list[Stretch]:
    """Return the card's bands from the lowest up."""
    ordered = sorted(card["output"].get("bands", []), key=lambda band: band["low"])
    return [Stretch(band["low"], band["high"], band["tone"], band.get("label") or band["value"]) for band in ordered]


def of(card: Card, answers: list[float], tr: Translation) -> Scale:
    """Return the scale of answers: all of 0 to 1 for a chance, what is drawn for a value."""
    if wording.is_classification(card):
        return Scale([(at, tr.percent(at)) for at in _QUARTERS], bands(card), (0.0, 1.0))
    low, high = Scale([], [], None).ends(answers)
    ticks = nice(low, high, _FEW_WORDS)
    parts = [replace(each, low=max(low, each.low), high=min(high, each.high)) for each in bands(card)]
    inside = [part for part in parts if part.low < part.high]
    return Scale([(at, wording.answer_with_unit(card, at, tr)) for at in ticks], inside, (low, high))


def axis(field: Field, places: list[float], words: list[str], usual: list[float] | None, tr: Translation) -> Axis:
    """Return a field's axis: round ticks for numbers, every word for categories."""
    unit = field.get("unit", "")
    title = wording.label(field) + (f", {unit}" if unit else "")
    limits = (usual[0], usual[1]) if usual else None
    if field["type"] in {"number", "integer"}:
        ticks = [(at, wording.value_text(field, at, tr)) for at in nice(min(places), max(places))]
        return Axis(title, ticks, limits)
    return Axis(title, list(zip(places, words, strict=True)), limits)


def nice(low: float, high: float, most: int = _MAX_WORDS) -> list[float]:
    """Return round numbers between two ends, `most` at most: 0, 20, 40 …"""
    if high <= low:
        return [low]
    rough = (high - low) / (most - 1)
    size = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 10.0 ** -len(str(int(1 / rough)))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10, 20) if size * factor >= rough)
    first = int(low / step) if low >= 0 else int(low / step) - 1
    return [float(f"{step * place:.12g}") for place in range(first, first + 2 * most) if low <= step * place <= high]
