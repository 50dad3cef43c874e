"""The figure of a curve: the answer along one field, with marks for now and the start, and notes on it."""

from dataclasses import dataclass

from client import Card, Curves, Field, Row
from demo.charts import curve_chart
from demo.charts.canvas import Figure
from demo.fields import field_types
from demo.text.translation import Translation
from demo.views import curve_view
from demo.views.curve_view import FieldValues


@dataclass(frozen=True)
class CurveFigure:
    """A figure, the values behind its points, and notes on what it shows."""

    figure: Figure
    axis_values: FieldValues
    notes: list[str]


def build_curve_figure(
    card: Card, field: Field, answer: Curves, rows: tuple[Row, Row], *, theme: str, tr: Translation
) -> CurveFigure:
    """Return the figure of the first curve of an answer; `rows` are the row of the case and the row of its start."""
    row, start_row = rows
    curve = answer["curves"][0]
    axis_values, points = curve_view.make_curve_points(card, field, curve, tr)
    now, start_value = axis_values.index(row), start_row[field["name"]]
    scale = curve_view.make_scale(card, points, tr)
    pinned = curve_view.height_of(card, answer["pinned"]) if answer["pinned"] and row != start_row else None
    notes = []
    kind = field_types.of(field)
    if kind.is_ordered:
        start = (
            None if pinned is None or start_value is None else curve_chart.Point(kind.position(start_value), pinned, "", "")
        )
        axis = axis_values.axis(curve["usual"] or curve["seen"], tr)
        if axis.rare_ranges(points, (points[0].position, points[-1].position)):
            notes.append(tr.text("Grey: values that are rare in the training data."))
        figure = curve_chart.draw_line(points, axis, scale, now=now, start=start, theme=theme)
    else:
        start_index = axis_values.index(start_row)
        mark = None if pinned is None or start_index is None else (start_index, pinned)
        figure = curve_chart.draw_bars(points, scale, now=now, start=mark, theme=theme)
    return CurveFigure(figure, axis_values, notes)
