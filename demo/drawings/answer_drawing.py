"""The drawings of one answer, from what the service says of it: its scale, its reasons, its curve."""

from markupsafe import Markup

from client import Card, Curve, Explanation, Field, Prediction, Row
from demo.charts.curve_chart import Scale
from demo.drawings import curve_drawing
from demo.drawings.drawing import Drawing
from demo.drawings.reason_drawing import draw_reasons
from demo.drawings.scale_drawing import AnswerScale, draw_scale
from demo.fields import field_types
from demo.text import wording
from demo.text.heat_map import build_content
from demo.text.translation import Translation
from demo.views import chart_scales, curve_view, explanation_bars

_HEAT_LETTERS = 18
"""The width of a heat map in sizes of the letters beside it."""


def draw_answer_scale(
    card: Card, prediction: Prediction, tr: Translation, *, width: float, size: float, marks: tuple[float, ...] = ()
) -> Drawing | None:
    """Return the answer on its scale; None if the model only names labels, or the card has no range of values.

    `marks` are other values, such as people's guesses.
    """
    if wording.names_label(card) or wording.knows_nothing(card, prediction):
        return None
    answer, interval = wording.answer_value(card, prediction), prediction.get("interval")
    ends = (interval["low"], interval["high"]) if interval else None
    seen = card["output"].get("seen", [])
    if not wording.is_classification(card) and not seen and not ends:
        return None
    scale = chart_scales.make_scale(card, [answer, *seen, *(ends or ()), *marks], tr)
    low, high = scale.ends([answer])
    thresholds = sorted({band.low for band in scale.bands} - {low}) if wording.is_classification(card) else []
    ticks = [(end, wording.format_answer(card, end, tr)) for end in thresholds] or scale.ticks
    return draw_scale(AnswerScale(low, high, scale.bands, ticks, ends, marks), answer, width, size)


def draw_explanation(
    card: Card, now: Explanation, tr: Translation, *, row: Row, width: float, size: float, start: Explanation | None = None
) -> Drawing | None:
    """Return the reasons as bars, those of a text by words, those of a picture as a heat map; None if there are none."""
    if not now["contributions"]:
        return None
    if heat_map := explanation_bars.make_heat_map(card, row, now):
        scale = min(width, size * _HEAT_LETTERS) / heat_map.width
        content = Markup('<g transform="scale({:g})">{}</g>').format(scale, build_content(heat_map))
        return Drawing(content, heat_map.width * scale, heat_map.height * scale)
    has_words = any("span" in each for each in now["contributions"])
    bars = (
        explanation_bars.list_words(card, now, tr) if has_words else explanation_bars.list_bars(card, now, start or now, tr)
    )
    return draw_reasons(bars, width, size)


def draw_answer_curve(
    card: Card, field: Field, curve: Curve, row: Row, tr: Translation, *, width: float, size: float
) -> Drawing | None:
    """Return the answer along a field; None if no value of it is possible."""
    values, points = curve_view.make_curve_points(card, field, curve, tr)
    if not any(point.is_possible for point in points):
        return None
    scale: Scale = curve_view.make_scale(card, points, tr)
    here = values.position(row)
    if field_types.of(field).is_ordered:
        return curve_drawing.draw_curve(points, values.axis(None, tr), scale, here, width=width, size=size)
    return curve_drawing.draw_bars(points, scale, here, width=width, size=size)
