"""Figures with their 95% intervals, one under another over an axis."""

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
    wrap_text,
)

_ROW_PIXELS = 42
_FRAME_PIXELS = 110
"""The axis with its title, and the label of the reference line."""
_MARGIN = 0.04
_LABEL_SHARE = 0.5
"""The part of a phone's width that labels may take before they break."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval and its text; `is_small` if it comes from too few rows."""

    label: str
    value: float
    low: float
    high: float
    text: str
    is_small: bool = False


@dataclass(frozen=True)
class EstimateAxis:
    """The axis of estimates: its title, its ends and its ticks as (position, label)."""

    title: str
    low: float
    high: float
    ticks: list[tuple[float, str]]


def draw_estimates(
    rows: list[Estimate], axis: EstimateAxis, theme: str, reference: tuple[float, str] | None = None
) -> Figure:
    """Draw estimates one under another, each with its interval. `reference` is a dotted line with its label."""
    figure = make_figure(theme, _FRAME_PIXELS + _ROW_PIXELS * len(rows))
    _add_rows(figure, rows, theme)
    if axis.low <= 0 <= axis.high:
        figure.add_vline(x=0, line={"color": INK[theme], "width": 1.5})
    if reference:
        _add_reference(figure, *reference, theme)
    labels = [wrap_text(row.label, _LABEL_SHARE) for row in rows]
    _style_estimate_axes(figure, labels, axis, theme)
    return figure


def _add_rows(figure: Figure, rows: list[Estimate], theme: str) -> None:
    """Add the interval of each estimate as a bar, its value as a dot, and its text at the right edge."""
    colours = [with_opacity(MUTED[theme], 0.45) if row.is_small else ACCENT[theme] for row in rows]
    positions = list(range(len(rows)))
    for row, position, colour in zip(rows, positions, colours, strict=True):
        line = {"color": colour, "width": 5}
        figure.add_trace(go.Scatter(x=[row.low, row.high], y=[position] * 2, mode="lines", line=line, opacity=0.45))
        figure.add_annotation(
            text=escape_text(row.text),
            x=1,
            xref="paper",
            xanchor="left",
            xshift=8,
            y=position,
            showarrow=False,
            font={"size": 14},
        )
    values = [row.value for row in rows]
    marker = {"size": 13, "color": colours}
    figure.add_trace(go.Scatter(x=values, y=positions, mode="markers", marker=marker, cliponaxis=False))


def _add_reference(figure: Figure, value: float, label: str, theme: str) -> None:
    figure.add_vline(x=value, line={"color": MUTED[theme], "width": 2, "dash": "dot"})
    figure.add_annotation(
        text=escape_text(label),
        x=value,
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        font={"size": 13, "color": MUTED[theme]},
    )


def _style_estimate_axes(figure: Figure, labels: list[str], axis: EstimateAxis, theme: str) -> None:
    margin = (axis.high - axis.low) * _MARGIN or 1.0
    x = {
        "range": [axis.low - margin, axis.high + margin],
        "title": escape_text(axis.title),
        "tickangle": 0,
        "gridcolor": TRACK[theme],
        "showgrid": True,
        **make_ticks(axis.ticks),
    }
    y = {
        "range": [len(labels) - 0.5, -0.5],
        "tickvals": list(range(len(labels))),
        "ticktext": labels,
        "showgrid": False,
        "tickfont": {"size": 14, "color": INK[theme]},
    }
    style_axes(figure, theme, x, y)
    figure.layout.margin = {"l": 12, "r": 90, "t": 28, "b": 4}


def make_error_bars(rows: list[Estimate], theme: str) -> dict[str, object]:
    """Return plotly's settings for the intervals of estimates on the vertical axis."""
    return {
        "type": "data",
        "array": [row.high - row.value for row in rows],
        "arrayminus": [row.value - row.low for row in rows],
        "color": MUTED[theme],
        "thickness": 1.5,
    }
