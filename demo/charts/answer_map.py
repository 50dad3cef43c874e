"""What if, drawn over two fields at once: a map of the answer. Plain data → plotly figure.

Every cell can be clicked; it carries its two places.
"""

import plotly.graph_objects as go

from demo.charts.canvas import ACCENT, INK, PAPER, TONES, Figure, escape_text, make_figure, style_axes, with_opacity
from demo.charts.curve_chart import Axis, Point, Scale

_HEIGHT = 430
Position = tuple[float, float]


def draw_surface(
    axes_of: tuple[Axis, Axis],
    places: tuple[list[float], list[float]],
    cells: list[list[Point]],
    scale: Scale,
    *,
    now: Position | None,
    start: Position | None,
    theme: str,
) -> Figure:
    """Draw the answer over two fields: `cells[i][j]` stands at places[0][i], places[1][j]."""
    figure = make_figure(theme, _HEIGHT)
    figure.add_trace(_make_heatmap(places, cells, scale, theme))
    figure.add_trace(_make_click_targets(places, cells))
    for spot, symbol in ((start, "circle-open"), (now, "circle")):
        if spot:
            figure.add_trace(_make_mark(*spot, symbol, theme))
    first, second = (
        {
            "title": escape_text(axis.title),
            "tickvals": [at for at, _ in axis.ticks],
            "ticktext": [escape_text(word) for _, word in axis.ticks],
            "showgrid": False,
        }
        for axis in axes_of
    )
    style_axes(figure, theme, first, second)
    return figure


def _make_heatmap(places: tuple[list[float], list[float]], cells: list[list[Point]], scale: Scale, theme: str) -> go.Heatmap:
    xs, ys = places
    heights = [[cells[i][j].answer for i in range(len(xs))] for j in range(len(ys))]
    low, high = scale.ends([height for row in heights for height in row])
    return go.Heatmap(
        x=xs,
        y=ys,
        z=heights,
        zmin=low,
        zmax=high,
        colorscale=_make_colour_scale(scale, theme),
        hoverinfo="skip",
        colorbar={
            "thickness": 12,
            "outlinewidth": 0,
            "tickvals": [at for at, _ in scale.ticks],
            "ticktext": [escape_text(word) for _, word in scale.ticks],
        },
    )


def _make_click_targets(places: tuple[list[float], list[float]], cells: list[list[Point]]) -> go.Scatter:
    """Return what is hovered over and clicked on: a heat map itself cannot be."""
    spots = [(x, y, cells[i][j], [i, j]) for i, x in enumerate(places[0]) for j, y in enumerate(places[1])]
    return go.Scatter(
        x=[spot[0] for spot in spots],
        y=[spot[1] for spot in spots],
        text=[f"{escape_text(spot[2].word)}: <b>{escape_text(spot[2].answer_word)}</b>" for spot in spots],
        customdata=[spot[3] for spot in spots],
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
    """Return a scale of colours: the bands' own, stepped at their edges; without bands, paper to accent."""
    if not scale.stretches or not scale.whole:
        return [[0, with_opacity(ACCENT[theme], 0.08)], [1, ACCENT[theme]]]
    low, high = scale.whole
    colours: list[list[object]] = []
    for stretch in scale.stretches:
        tone = TONES[theme][stretch.tone]
        colours.append([(stretch.low - low) / (high - low), with_opacity(tone, 0.35)])
        colours.append([(stretch.high - low) / (high - low), with_opacity(tone, 0.75)])
    return colours
