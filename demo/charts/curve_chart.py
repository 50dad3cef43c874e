"""What if, drawn: the answer along one field, as a line or as bars. Plain data → plotly figure.

Every point can be clicked; it carries its place.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from demo.charts.canvas import (
    ACCENT,
    INK,
    MUTED,
    TONES,
    TRACK,
    Figure,
    ScaleBand,
    escape_text,
    make_figure,
    style_axes,
    with_opacity,
)

_HEIGHT = 430
_BAR_PIXELS = 46
_MARGIN = 0.08


@dataclass(frozen=True)
class Point:
    """One value of a field and its answer; the words are what people read of both."""

    at: float
    answer: float
    word: str
    answer_word: str


@dataclass(frozen=True)
class Scale:
    """The scale of the answers: its ends and ticks, and the bands behind it."""

    ticks: list[tuple[float, str]]
    stretches: list[ScaleBand]
    whole: tuple[float, float] | None
    """The ends where they are known beforehand (0 and 1); else the drawn answers decide."""

    def ends(self, answers: list[float]) -> tuple[float, float]:
        if self.whole:
            return self.whole
        room = (max(answers) - min(answers)) * _MARGIN or abs(answers[0]) * _MARGIN or 1.0
        low = min(answers) - room
        return (0.0 if low < 0 <= min(answers) else low), max(answers) + room


@dataclass(frozen=True)
class Axis:
    """A field as an axis: its title and the words at some places."""

    title: str
    ticks: list[tuple[float, str]]
    usual: tuple[float, float] | None = None
    """Where nearly all cases lie; beyond it the chart is grey."""

    def rare(self, points: list[Point], ends: tuple[float, float]) -> list[tuple[float, float]]:
        """Return the parts of the axis, out to its ends, where points lie beyond the usual values."""
        if not self.usual:
            return []
        low, high = self.usual
        parts = [(ends[0], low)] if points[0].at < low else []
        return [*parts, (high, ends[1])] if points[-1].at > high else parts


def draw_line(points: list[Point], axis: Axis, scale: Scale, *, now: int | None, start: Point | None, theme: str) -> Figure:
    """Draw the answer along a numeric field; `now` is the place of the current point, `start` the pinned case."""
    figure = make_figure(theme, _HEIGHT)
    answers = [point.answer for point in points] + ([start.answer] if start else [])
    low, high = scale.ends(answers)
    _draw_bands(figure, scale, theme)
    places = [point.at for point in points] + ([start.at] if start else [])
    room = (max(places) - min(places)) * _MARGIN / 2 or 1.0
    ends = (min(places) - room, max(places) + room)
    for x0, x1 in axis.rare(points, ends):
        figure.add_vrect(x0=x0, x1=x1, fillcolor=TRACK[theme], opacity=0.85, line_width=0, layer="below")
    figure.add_trace(
        go.Scatter(
            x=[point.at for point in points],
            y=answers[: len(points)],
            mode="lines+markers",
            line={"color": ACCENT[theme], "width": 3},
            **_make_points_clickable(points, ACCENT[theme], 7),
        )
    )
    _draw_marks(figure, [(start.at, start)] if start else [], [] if now is None else [(points[now].at, points[now])], theme)
    x = {
        "range": list(ends),
        "title": escape_text(axis.title),
        "tickvals": [at for at, _ in axis.ticks],
        "ticktext": [escape_text(word) for _, word in axis.ticks],
    }
    y = {
        "range": [low, high],
        "tickvals": [at for at, _ in scale.ticks],
        "ticktext": [escape_text(word) for _, word in scale.ticks],
    }
    style_axes(figure, theme, x, y)
    return figure


def draw_bars(points: list[Point], scale: Scale, *, now: int | None, start: tuple[int, float] | None, theme: str) -> Figure:
    """Draw the answer for each category; `start` is the pinned case's place and answer."""
    figure = make_figure(theme, max(200, 90 + _BAR_PIXELS * len(points)))
    answers = [point.answer for point in points] + ([start[1]] if start else [])
    low, high = scale.ends([*answers, 0.0] if min(answers) >= 0 else answers)
    low = 0.0 if min(answers) >= 0 else low
    words = [escape_text(point.word) for point in points]
    colours = [ACCENT[theme] if place == now else with_opacity(ACCENT[theme], 0.45) for place in range(len(points))]
    figure.add_trace(
        go.Bar(
            x=[point.answer for point in points],
            y=list(range(len(points))),
            orientation="h",
            text=[escape_text(point.answer_word) for point in points],
            textposition="auto",
            width=0.62,
            marker={"color": colours},
            customdata=list(range(len(points))),
            hovertemplate="%{text}<extra></extra>",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        )
    )
    if start:
        place, answer = start
        figure.add_trace(
            go.Scatter(
                x=[answer],
                y=[place - 0.42],
                mode="markers",
                hoverinfo="skip",
                marker={"symbol": "triangle-down-open", "size": 13, "color": MUTED[theme], "line": {"width": 2.5}},
            )
        )
    y = {"tickvals": list(range(len(words))), "ticktext": words, "autorange": "reversed", "showgrid": False}
    style_axes(
        figure, theme, {"range": [low, high], "showticklabels": False}, y | {"tickfont": {"color": INK[theme], "size": 15}}
    )
    return figure


def _draw_bands(figure: Figure, scale: Scale, theme: str) -> None:
    for stretch in scale.stretches:
        colour = with_opacity(TONES[theme][stretch.tone], 0.2)
        figure.add_hrect(y0=stretch.low, y1=stretch.high, fillcolor=colour, line_width=0, layer="below")
        figure.add_annotation(
            text=escape_text(stretch.word),
            x=1,
            xref="paper",
            xanchor="right",
            y=(stretch.low + stretch.high) / 2,
            showarrow=False,
            font={"size": 13, "color": MUTED[theme]},
        )


def _make_points_clickable(points: list[Point], colour: str, size: int) -> dict[str, object]:
    return {
        "marker": {"size": size, "color": colour},
        "text": [f"{escape_text(point.word)}: <b>{escape_text(point.answer_word)}</b>" for point in points],
        "customdata": list(range(len(points))),
        "hovertemplate": "%{text}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _draw_marks(figure: Figure, start: list[tuple[float, Point]], now: list[tuple[float, Point]], theme: str) -> None:
    for marks, symbol, size in ((start, "circle-open", 13), (now, "circle", 17)):
        figure.add_trace(
            go.Scatter(
                x=[at for at, _ in marks],
                y=[point.answer for _, point in marks],
                mode="markers",
                hoverinfo="skip",
                marker={"symbol": symbol, "size": size, "color": INK[theme], "line": {"width": 2.5, "color": INK[theme]}},
            )
        )
