"""Figures of the answer along one field, as a line or as bars. A click on a point gives its index."""

from dataclasses import dataclass, replace
from itertools import pairwise

import plotly.graph_objects as go
from markupsafe import Markup

from demo.charts.canvas import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    TONES,
    TRACK,
    Figure,
    ScaleBand,
    escape_text,
    make_figure,
    make_ticks,
    style_axes,
    with_opacity,
)

_HEIGHT = 430
_BAR_PIXELS = 46
_MARGIN = 0.08


@dataclass(frozen=True)
class Point:
    """One value of a field with its answer: `position` on the axis, and both as people read them."""

    position: float
    answer: float
    label: str
    answer_label: str
    is_possible: bool = True
    """False: the value contradicts the other values of the case. The chart leaves the point out."""

    def hover_text(self) -> str:
        """Return what plotly shows under the pointer."""
        return str(Markup("{}: <b>{}</b>").format(self.label, self.answer_label))


@dataclass(frozen=True)
class Scale:
    """The scale of the answers: its ends and ticks, and the bands behind it."""

    ticks: list[tuple[float, str]]
    bands: list[ScaleBand]
    limits: tuple[float, float] | None
    """The ends of the axis, 0 and 1 for a probability; None: the answers on the chart decide."""
    is_stepped: bool = False
    """Whether the answers are labels, so that a line between two of them is a step."""

    def ends(self, answers: list[float]) -> tuple[float, float]:
        """Return the ends of the axis for these answers: the limits, or the answers with a margin."""
        if self.limits:
            return self.limits
        margin = (max(answers) - min(answers)) * _MARGIN or abs(answers[0]) * _MARGIN or 1.0
        low = min(answers) - margin
        return (0.0 if low < 0 <= min(answers) else low), max(answers) + margin


@dataclass(frozen=True)
class Axis:
    """The axis of a field: its title, and ticks as (position, label)."""

    title: str
    ticks: list[tuple[float, str]]
    common_range: tuple[float, float] | None = None
    """Between these values nearly all training rows lie; outside of them the chart is grey."""
    impossible_label: str = ""
    """The word on a stretch of impossible values."""

    def rare_ranges(self, points: list[Point], ends: tuple[float, float]) -> list[tuple[float, float]]:
        """Return the parts of the axis, up to its ends, that have points outside the common range."""
        if not self.common_range:
            return []
        low, high = self.common_range
        parts = [(ends[0], low)] if points[0].position < low else []
        return [*parts, (high, ends[1])] if points[-1].position > high else parts


def draw_line(points: list[Point], axis: Axis, scale: Scale, *, now: int | None, start: Point | None, theme: str) -> Figure:
    """Draw the answer along a numeric field. `now` is the index of the current point, `start` the pinned case.

    The line leaves out impossible points; their stretches are marked.
    """
    figure = make_figure(theme, _HEIGHT, hover=True)
    answers = [point.answer for point in points] + ([start.answer] if start else [])
    low, high = scale.ends(answers)
    _draw_bands(figure, scale, theme)
    positions = [point.position for point in points] + ([start.position] if start else [])
    margin = (max(positions) - min(positions)) * _MARGIN / 2 or 1.0
    ends = (min(positions) - margin, max(positions) + margin)
    for x0, x1 in axis.rare_ranges(points, ends):
        figure.add_vrect(x0=x0, x1=x1, fillcolor=TRACK[theme], opacity=0.85, line_width=0, layer="below")
    for x0, x1 in _impossible_ranges(points, ends):
        _mark_impossible(figure, axis, x0, x1, theme)
    figure.add_trace(
        go.Scatter(
            x=[point.position for point in points],
            y=[point.answer if point.is_possible else None for point in points],
            mode="lines+markers",
            line={"color": ACCENT[theme], "width": 3, "shape": "hvh" if scale.is_stepped else "linear"},
            **_make_points_clickable(points, ACCENT[theme], 7),
        )
    )
    _draw_marks(
        figure,
        [(start.position, start)] if start else [],
        [] if now is None else [(points[now].position, points[now])],
        theme,
    )
    x = {
        "range": list(ends),
        "title": escape_text(axis.title),
        **make_ticks(axis.ticks),
    }
    y = {
        "range": [low, high],
        **make_ticks(scale.ticks),
    }
    style_axes(figure, theme, x, y)
    return figure


def draw_bars(points: list[Point], scale: Scale, *, now: int | None, start: tuple[int, float] | None, theme: str) -> Figure:
    """Draw the answer for each category. `start` is the index and the answer of the pinned case.

    Bars of labels are equally long: a label has no length.
    """
    if scale.is_stepped:
        points, scale = [replace(point, answer=1.0) for point in points], replace(scale, limits=(0.0, 1.0))
        start = start and (start[0], 1.0)
    figure = make_figure(theme, max(200, 90 + _BAR_PIXELS * len(points)), hover=True)
    answers = [point.answer for point in points] + ([start[1]] if start else [])
    low, high = scale.ends([*answers, 0.0] if min(answers) >= 0 else answers)
    low = 0.0 if min(answers) >= 0 else low
    labels = [escape_text(point.label) for point in points]
    colours = [ACCENT[theme] if index == now else with_opacity(ACCENT[theme], 0.45) for index in range(len(points))]
    text_colours = [PAPER[theme] if index == now else INK[theme] for index in range(len(points))]
    figure.add_trace(
        go.Bar(
            x=[point.answer if point.is_possible or index == now else None for index, point in enumerate(points)],
            y=list(range(len(points))),
            orientation="h",
            text=[escape_text(point.answer_label) for point in points],
            textposition="auto",
            insidetextfont={"color": text_colours},
            width=0.62,
            marker={"color": colours},
            customdata=list(range(len(points))),
            hovertemplate="%{text}<extra></extra>",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        )
    )
    if start:
        position, answer = start
        figure.add_trace(
            go.Scatter(
                x=[answer],
                y=[position - 0.42],
                mode="markers",
                hoverinfo="skip",
                marker={"symbol": "triangle-down-open", "size": 13, "color": MUTED[theme], "line": {"width": 2.5}},
            )
        )
    y = {"tickvals": list(range(len(labels))), "ticktext": labels, "autorange": "reversed", "showgrid": False}
    style_axes(
        figure, theme, {"range": [low, high], "showticklabels": False}, y | {"tickfont": {"color": INK[theme], "size": 15}}
    )
    return figure


def _impossible_ranges(points: list[Point], ends: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the stretches of impossible points, each up to the middle between it and the next possible point."""
    middles = [(one.position + other.position) / 2 for one, other in pairwise(points)]
    borders = [ends[0], *middles, ends[1]]
    ranges: list[tuple[float, float]] = []
    for index, point in enumerate(points):
        if not point.is_possible:
            joins = ranges and ranges[-1][1] == borders[index]
            first = ranges.pop()[0] if joins else borders[index]
            ranges.append((first, borders[index + 1]))
    return ranges


def _mark_impossible(figure: Figure, axis: Axis, x0: float, x1: float, theme: str) -> None:
    line = {"color": MUTED[theme], "width": 1, "dash": "dot"}
    figure.add_vrect(x0=x0, x1=x1, fillcolor=TRACK[theme], opacity=0.85, line=line, layer="below")
    figure.add_annotation(
        text=escape_text(axis.impossible_label),
        x=(x0 + x1) / 2,
        y=0.5,
        yref="paper",
        textangle=-90,
        showarrow=False,
        font={"size": 13, "color": MUTED[theme]},
    )


def _draw_bands(figure: Figure, scale: Scale, theme: str) -> None:
    for band in scale.bands:
        colour = with_opacity(TONES[theme][band.tone], 0.2)
        figure.add_hrect(y0=band.low, y1=band.high, fillcolor=colour, line_width=0, layer="below")
        figure.add_annotation(
            text=escape_text(band.label),
            x=1,
            xref="paper",
            xanchor="right",
            y=(band.low + band.high) / 2,
            showarrow=False,
            font={"size": 13, "color": MUTED[theme]},
        )


def _make_points_clickable(points: list[Point], colour: str, size: int) -> dict[str, object]:
    return {
        "marker": {"size": size, "color": colour},
        "text": [point.hover_text() for point in points],
        "customdata": list(range(len(points))),
        "hovertemplate": "%{text}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _draw_marks(figure: Figure, start: list[tuple[float, Point]], now: list[tuple[float, Point]], theme: str) -> None:
    for marks, symbol, size in ((start, "circle-open", 13), (now, "circle", 17)):
        figure.add_trace(
            go.Scatter(
                x=[value for value, _ in marks],
                y=[point.answer for _, point in marks],
                mode="markers",
                hoverinfo="skip",
                marker={"symbol": symbol, "size": size, "color": INK[theme], "line": {"width": 2.5, "color": INK[theme]}},
            )
        )
