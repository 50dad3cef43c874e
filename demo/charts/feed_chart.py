"""Figures of the feed over time: the share of each band, or the average answer."""

import plotly.graph_objects as go

from demo.charts.canvas import (
    ACCENT,
    INK,
    TONES,
    Figure,
    ScaleBand,
    escape_text,
    make_figure,
    make_ticks,
    style_axes,
    with_opacity,
)

_HEIGHT = 250
_SHARE_TINT = 0.62


def draw_band_shares(
    periods: list[list[float]], bands: list[ScaleBand], ticks: list[tuple[float, str]], *, theme: str
) -> Figure:
    """Draw one stacked column per period: the shares of the bands, bad ones at the bottom."""
    figure = make_figure(theme, _HEIGHT)
    figure.layout.barmode, figure.layout.bargap = "stack", 0.12
    for band, values in sorted(zip(bands, zip(*periods, strict=True), strict=True), key=lambda each: _tone_order(each[0])):
        figure.add_trace(
            go.Bar(
                x=list(range(len(values))),
                y=values,
                name=escape_text(band.label),
                marker={"color": with_opacity(TONES[theme][band.tone], _SHARE_TINT), "line": {"width": 0}},
            )
        )
    y = {"range": [0, 1], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    style_axes(figure, theme, {"range": [-0.6, len(periods) - 0.4], **make_ticks(ticks)}, y)
    return figure


def draw_averages(
    values: list[float | None], ticks: list[tuple[float, str]], levels: list[tuple[float, str]], theme: str
) -> Figure:
    """Draw the average answer of each period as a line. `levels` are the ticks of the answers."""
    figure = make_figure(theme, _HEIGHT)
    marks = {"color": INK[theme], "size": 6}
    line = {"color": ACCENT[theme], "width": 3}
    figure.add_trace(go.Scatter(x=list(range(len(values))), y=values, mode="lines+markers", line=line, marker=marks))
    style_axes(figure, theme, {"range": [-0.6, len(values) - 0.4], **make_ticks(ticks)}, make_ticks(levels))
    return figure


def _tone_order(band: ScaleBand) -> int:
    return ("bad", "middle", "good").index(band.tone)
