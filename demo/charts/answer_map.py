"""Figure of the answer over two fields: a heat map whose cells can be clicked."""

import plotly.graph_objects as go

from demo.charts.canvas import (
    ACCENT,
    INK,
    PAPER,
    TONES,
    Figure,
    escape_text,
    make_figure,
    make_ticks,
    style_axes,
    with_opacity,
)
from demo.charts.curve_chart import Axis, Point, Scale

_HEIGHT = 430
Position = tuple[float, float]


def draw_surface(
    axes_of: tuple[Axis, Axis],
    positions: tuple[list[float], list[float]],
    cells: list[list[Point]],
    scale: Scale,
    *,
    now: Position | None,
    start: Position | None,
    theme: str,
) -> Figure:
    """Draw the answer over two fields. `cells[i][j]` is drawn at x = positions[0][i] and y = positions[1][j].

    The custom data of a click is [i, j]. `now` and `start` are the positions of the case and of its start. Impossible cells
    stay empty.
    """
    figure = make_figure(theme, _HEIGHT, hover=True)
    figure.add_trace(_make_heatmap(positions, cells, scale, theme))
    figure.add_trace(_make_click_targets(positions, cells))
    for position, symbol in ((start, "circle-open"), (now, "circle")):
        if position:
            figure.add_trace(_make_mark(*position, symbol, theme))
    first, second = (
        {
            "title": escape_text(axis.title),
            **make_ticks(axis.ticks),
            "showgrid": False,
        }
        for axis in axes_of
    )
    style_axes(figure, theme, first, second)
    return figure


def _make_heatmap(
    positions: tuple[list[float], list[float]], cells: list[list[Point]], scale: Scale, theme: str
) -> go.Heatmap:
    xs, ys = positions
    points = [[cells[i][j] for i in range(len(xs))] for j in range(len(ys))]
    values = [[point.answer if point.is_possible else None for point in line] for line in points]
    low, high = scale.ends([answer for line in values for answer in line if answer is not None])
    return go.Heatmap(
        x=xs,
        y=ys,
        z=values,
        zmin=low,
        zmax=high,
        colorscale=_make_colour_scale(scale, theme),
        hoverinfo="skip",
        colorbar={
            "thickness": 12,
            "outlinewidth": 0,
            **make_ticks(scale.ticks),
        },
    )


def _make_click_targets(positions: tuple[list[float], list[float]], cells: list[list[Point]]) -> go.Scatter:
    """Return invisible points over the possible cells: plotly reports no clicks on a heat map."""
    targets = [
        (x, y, cells[i][j], [i, j])
        for i, x in enumerate(positions[0])
        for j, y in enumerate(positions[1])
        if cells[i][j].is_possible
    ]
    return go.Scatter(
        x=[target[0] for target in targets],
        y=[target[1] for target in targets],
        text=[target[2].hover_text() for target in targets],
        customdata=[target[3] for target in targets],
        mode="markers",
        marker={"size": 14, "opacity": 0, "symbol": "square"},
        hovertemplate="%{text}<extra></extra>",
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
    )


def _make_mark(x: float, y: float, symbol: str, theme: str) -> go.Scatter:
    edge = {"width": 2.5, "color": PAPER[theme]}
    marker = {"symbol": symbol, "size": 15, "color": INK[theme], "line": edge}
    return go.Scatter(x=[x], y=[y], mode="markers", hoverinfo="skip", marker=marker)


def _make_colour_scale(scale: Scale, theme: str) -> list[list[object]]:
    """Return plotly's colour scale: the colours of the bands with steps at their edges, or shades of the accent colour."""
    if not scale.bands or not scale.limits:
        return [[0, with_opacity(ACCENT[theme], 0.08)], [1, ACCENT[theme]]]
    low, high = scale.limits
    colours: list[list[object]] = []
    for band in scale.bands:
        tone = TONES[theme][band.tone]
        colours.append([(band.low - low) / (high - low), with_opacity(tone, 0.35)])
        colours.append([(band.high - low) / (high - low), with_opacity(tone, 0.75)])
    return colours
