"""Figures of a model's evaluation: trade-off curves, calibration, residuals."""

from dataclasses import dataclass

import plotly.graph_objects as go

from demo.charts.canvas import (
    ACCENT,
    INK,
    MUTED,
    TRACK,
    Figure,
    escape_text,
    make_figure,
    make_ticks,
    style_axes,
    with_opacity,
)
from demo.charts.estimate_chart import Estimate, make_error_bars

_HEIGHT = 420
_SHARES = [0.0, 0.25, 0.5, 0.75, 1.0]


@dataclass(frozen=True)
class AxisTitles:
    """The titles of the two axes, and the labels of an axis of shares."""

    x: str
    y: str
    shares: list[str]
    """0, 25, 50, 75 and 100 % in the reader's language."""


def draw_trade_off(
    curve: list[tuple[float, float]], highlight: tuple[float, float] | None, titles: AxisTitles, theme: str, *, chance: bool
) -> Figure:
    """Draw one rate against another: ROC, or precision and recall. `highlight` is the point that the sentence names.

    With `chance`, a dashed diagonal shows random order.
    """
    figure = make_figure(theme, _HEIGHT)
    xs, ys = zip(*curve, strict=True)
    if chance:
        _add_diagonal(figure, [0, 1], theme)
    figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line={"color": ACCENT[theme], "width": 3}))
    if highlight:
        figure.add_trace(
            go.Scatter(
                x=[highlight[0]],
                y=[highlight[1]],
                mode="markers",
                cliponaxis=False,
                marker={"size": 15, "color": INK[theme]},
            )
        )
    _style_share_axes(figure, titles, theme)
    return figure


def draw_calibration(points: list[tuple[float, Estimate]], titles: AxisTitles, theme: str) -> Figure:
    """Draw a calibration curve from (predicted share, observed share); on the dashed line both are equal."""
    figure = make_figure(theme, _HEIGHT)
    _add_diagonal(figure, [0, 1], theme)
    values = [spread.value for _, spread in points]
    figure.add_trace(
        go.Scatter(
            x=[predicted for predicted, _ in points],
            y=values,
            mode="lines+markers",
            cliponaxis=False,
            line={"color": ACCENT[theme], "width": 2},
            marker={"size": 10},
            error_y=make_error_bars([spread for _, spread in points], theme),
        )
    )
    _style_share_axes(figure, titles, theme)
    return figure


def draw_predicted_vs_true(
    points: list[tuple[float, float]], ticks: list[tuple[float, str]], titles: AxisTitles, theme: str
) -> Figure:
    """Draw predicted against true values; on the dashed line both are equal."""
    figure = make_figure(theme, _HEIGHT + 30)
    ends = [min(min(point) for point in points), max(max(point) for point in points)]
    _add_diagonal(figure, ends, theme)
    xs, ys = zip(*points, strict=True)
    figure.add_trace(
        go.Scatter(
            x=xs, y=ys, mode="markers", marker={"size": 8, "color": with_opacity(ACCENT[theme], 0.5), "line": {"width": 0}}
        )
    )
    marks = make_ticks(ticks)
    style_axes(figure, theme, {"title": escape_text(titles.x), **marks}, {"title": escape_text(titles.y), **marks})
    return figure


def draw_residuals(
    bins: list[tuple[float, float, int]],
    ticks: list[tuple[float, str]],
    counts: list[tuple[float, str]],
    titles: AxisTitles,
    theme: str,
) -> Figure:
    """Draw a histogram of the errors. A bin is (low end, high end, cases); `counts` are the ticks of the vertical axis."""
    figure = make_figure(theme, 340)
    figure.add_trace(
        go.Bar(
            x=[(low + high) / 2 for low, high, _ in bins],
            width=[0.92 * (high - low) for low, high, _ in bins],
            y=[rows for _, _, rows in bins],
            marker={"color": with_opacity(ACCENT[theme], 0.7), "line": {"width": 0}},
        )
    )
    figure.add_vline(x=0, line={"color": INK[theme], "width": 1.5})
    marks = make_ticks(ticks)
    heights = make_ticks(counts)
    style_axes(
        figure,
        theme,
        {"title": escape_text(titles.x), **marks},
        {"title": escape_text(titles.y), "rangemode": "tozero", **heights},
    )
    return figure


def _add_diagonal(figure: Figure, ends: list[float], theme: str) -> None:
    line = {"color": MUTED[theme], "width": 1.5, "dash": "dash"}
    figure.add_trace(go.Scatter(x=ends, y=ends, mode="lines", line=line))


def _style_share_axes(figure: Figure, titles: AxisTitles, theme: str) -> None:
    marks = {"range": [-0.01, 1.01], "tickvals": _SHARES, "ticktext": titles.shares}
    x = {"title": escape_text(titles.x), "gridcolor": TRACK[theme], "showgrid": True, **marks}
    style_axes(figure, theme, x, {"title": escape_text(titles.y), **marks})
