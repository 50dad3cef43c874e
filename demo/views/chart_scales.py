"""Makes the scale of the answers and the axis of a field, with their ticks, from a card."""

from dataclasses import replace

from client import Card, Field
from demo.charts.canvas import ScaleBand
from demo.charts.curve_chart import Axis, Scale
from demo.charts.ticks import round_numbers
from demo.fields import field_types
from demo.text import wording
from demo.text.translation import Translation

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_MAX_TICKS = 5


def scale_bands(card: Card) -> list[ScaleBand]:
    """Return the bands of the card, the lowest first."""
    ordered = sorted(card["output"].get("bands", []), key=lambda band: band["low"])
    return [ScaleBand(band["low"], band["high"], band["tone"], band.get("label") or band["value"]) for band in ordered]


def make_scale(card: Card, answers: list[float], tr: Translation) -> Scale:
    """Return the scale for some answers: 0 to 1 for a probability, the range of the answers for a value."""
    if wording.is_classification(card):
        return Scale([(share, tr.percent(share)) for share in _QUARTERS], scale_bands(card), (0.0, 1.0))
    low, high = Scale([], [], None).ends(answers)
    ticks = round_numbers(low, high, _MAX_TICKS)
    parts = [replace(each, low=max(low, each.low), high=min(high, each.high)) for each in scale_bands(card)]
    inside = [part for part in parts if part.low < part.high]
    return Scale([(value, wording.format_answer_with_unit(card, value, tr)) for value in ticks], inside, (low, high))


def make_axis(
    field: Field, positions: list[float], labels: list[str], common_range: tuple[float, float] | None, tr: Translation
) -> Axis:
    """Return the axis of a field: round ticks if its values are ordered, else a tick for every value."""
    kind = field_types.of(field)
    unit = kind.unit()
    title = wording.field_label(field) + (f", {unit}" if unit else "")
    if kind.is_ordered:
        return Axis(title, kind.ticks(min(positions), max(positions), tr), common_range, tr.text("impossible"))
    return Axis(title, list(zip(positions, labels, strict=True)), common_range)
