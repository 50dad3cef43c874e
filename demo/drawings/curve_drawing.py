"""The answer along one field: a line if its values have an order, else a bar for each value."""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from demo.charts.curve_chart import Axis, Point, Scale
from demo.drawings.drawing import Drawing, draw_rectangle, draw_text, estimate_width, wrap_text
from demo.text.markup import concatenate

_MAX_BARS = 10


def draw_curve(
    points: Sequence[Point], axis: Axis, scale: Scale, here: float | None, *, width: float, size: float
) -> Drawing:
    """Return the line with a mark at the position `here` of the case. Impossible values are left out."""
    left = max([0.0, *(estimate_width(text, size) for _, text in scale.ticks)]) + size
    top, bottom = size, size * 9
    first, last = points[0].position, points[-1].position
    low, high = scale.ends([point.answer for point in points])

    def x_of(position: float) -> float:
        return left + (position - first) / (last - first or 1.0) * (width - left - size)

    def y_of(answer: float) -> float:
        return bottom - (min(max(answer, low), high) - low) / (high - low or 1.0) * (bottom - top)

    parts = []
    for value, text in scale.ticks:
        parts.append(draw_rectangle(left, y_of(value) - 0.5, width - left - size, 1, "d-track"))
        parts.append(
            draw_text(left - size * 0.5, y_of(value) + size * 0.35, text, size=size, css_class="d-muted", anchor="end")
        )
    for possible, group in groupby(points, key=lambda point: point.is_possible):
        line = " ".join(f"{x_of(point.position):.1f},{y_of(point.answer):.1f}" for point in group)
        if possible:
            parts.append(Markup('<polyline points="{}" class="d-curve" stroke-width="2.5"/>').format(line))
    if here is not None and first <= here <= last:
        nearest = min(points, key=lambda point: abs(point.position - here))
        parts.append(draw_rectangle(x_of(here) - 0.5, top, 1, bottom - top, "d-ink"))
        parts.append(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" class="d-ink"/>').format(
                x_of(here), y_of(nearest.answer), size * 0.4
            )
        )
    free_from = 0.0
    for value, text in axis.ticks:
        text_width = estimate_width(text, size)
        if first <= value <= last and x_of(value) - text_width / 2 >= free_from and x_of(value) + text_width / 2 <= width:
            parts.append(draw_text(x_of(value), bottom + size * 1.5, text, size=size, css_class="d-muted", anchor="middle"))
            free_from = x_of(value) + text_width / 2 + size * 0.7
    title = next(iter(wrap_text(axis.title, width - left, size, 1)), "")
    parts.append(draw_text(width - size, bottom + size * 3, title, size=size, css_class="d-ink", anchor="end"))
    return Drawing(concatenate(parts), width, bottom + size * 3.5)


def draw_bars(points: Sequence[Point], scale: Scale, here: float | None, *, width: float, size: float) -> Drawing:
    """Return a bar for each value, the first ten of them; that of the case, at the position `here`, is darker."""
    low, high = scale.ends([point.answer for point in points])
    name_width, amount_width = width * 0.4, max(estimate_width(point.answer_label, size) for point in points) + size
    parts, y = [], 0.0
    for point in points[:_MAX_BARS]:
        is_here = point.position == here
        name = next(iter(wrap_text(point.label, name_width, size, 1)), "")
        length = (min(max(point.answer, low), high) - low) / (high - low or 1.0) * (width - name_width - amount_width - size)
        parts.append(draw_text(0, y + size * 1.2, name, size=size, bold=is_here))
        if point.is_possible:
            parts.append(
                draw_rectangle(
                    name_width + size, y + size * 0.35, max(length, 1.0), size, "d-ink" if is_here else "d-accent"
                )
            )
        parts.append(draw_text(width, y + size * 1.2, point.answer_label, size=size, anchor="end", bold=is_here))
        y += size * 1.7
    return Drawing(concatenate(parts), width, y)
