"""Figures of one answer on its scale: a probability over the bands, or a value with its interval."""

import plotly.graph_objects as go

from demo.charts.canvas import (
    ACCENT,
    INK,
    MAX_LINES,
    MUTED,
    TONES,
    TRACK,
    Figure,
    ScaleBand,
    escape_text,
    make_figure,
    with_opacity,
    wrap_text,
)


def draw_probability_scale(
    bands: list[ScaleBand], ticks: list[tuple[float, str]], now: float, start: float | None, theme: str
) -> Figure:
    """Draw 0 to 1 as labelled bands, with a filled marker for the answer and a hollow one for the start."""
    labels = [wrap_text(band.label, band.high - band.low) for band in bands]
    has_long_label = any(len(label.split("<br>")) == MAX_LINES for label in labels)
    figure = _empty_strip(theme, (0, 1), height=168 if has_long_label else 128)
    for band, label in zip(bands, labels, strict=True):
        colour = TONES[theme][band.tone]
        figure.add_shape(
            type="rect",
            x0=band.low,
            x1=band.high,
            y0=0,
            y1=1,
            fillcolor=with_opacity(colour),
            line={"width": 0},
            layer="below",
        )
        figure.add_shape(type="line", x0=band.low, x1=band.high, y0=0, y1=0, line={"color": colour, "width": 4})
        figure.add_annotation(
            x=(band.low + band.high) / 2,
            y=0.5,
            text=label,
            showarrow=False,
            font={"size": 15, "color": INK[theme]},
        )
    if not bands:
        figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, fillcolor=TRACK[theme], line={"width": 0}, layer="below")
        figure.add_shape(type="rect", x0=0, x1=now, y0=0, y1=1, fillcolor=ACCENT[theme], line={"width": 0}, layer="below")
    _draw_ticks(figure, ticks, theme)
    _draw_markers(figure, now, start, theme)
    return figure


def draw_value_scale(
    bounds: tuple[float, float],
    value: float,
    start: float | None,
    ends: tuple[float, float],
    *,
    ticks: list[tuple[float, str]],
    theme: str,
) -> Figure:
    """Draw a value with its interval on the range of all values, `ends`.

    The scale stays the same for every answer inside `ends`, so that marks can be compared: an interval that reaches
    beyond is cut at its end. Only an answer outside of `ends` makes the scale longer.
    """
    values = [*ends, value, value if start is None else start]
    lowest, highest = min(values), max(values)
    low, high = max(bounds[0], lowest), min(bounds[1], highest)
    figure = _empty_strip(theme, (lowest, highest), height=118)
    figure.add_shape(
        type="rect", x0=ends[0], x1=ends[1], y0=0.38, y1=0.62, fillcolor=TRACK[theme], line={"width": 0}, layer="below"
    )
    if high > low:
        figure.add_shape(
            type="rect", x0=low, x1=high, y0=0.2, y1=0.8, fillcolor=ACCENT[theme], opacity=0.55, line={"width": 0}
        )
    _draw_ticks(figure, ticks, theme)
    _draw_markers(figure, value, start, theme)
    return figure


def _empty_strip(theme: str, ends: tuple[float, float], *, height: int) -> Figure:
    figure = make_figure(theme, height)
    figure.layout.xaxis = {"range": list(ends), "visible": False, "fixedrange": True}
    figure.layout.yaxis = {"range": [-0.75, 1.75], "visible": False, "fixedrange": True}
    return figure


def _draw_markers(figure: go.Figure, now: float, start: float | None, theme: str) -> None:
    # Always two points in the same order: a figure whose shape stays the same does not flicker.
    figure.add_trace(
        go.Scatter(
            x=[now if start is None else start, now],
            y=[1.38, 1.38],
            mode="markers",
            cliponaxis=False,
            marker={
                "symbol": ["triangle-down-open", "triangle-down"],
                "size": [15, 20],
                "color": [MUTED[theme], INK[theme]],
                "opacity": [0 if start is None else 1, 1],
                "line": {"width": 2.5},
            },
        )
    )


def _draw_ticks(figure: go.Figure, ticks: list[tuple[float, str]], theme: str) -> None:
    low, high = figure.layout.xaxis.range
    for position, text in ticks:
        anchor = "left" if position == low else "right" if position == high else "center"
        font = {"size": 13, "color": MUTED[theme]}
        figure.add_annotation(x=position, y=-0.42, text=escape_text(text), showarrow=False, xanchor=anchor, font=font)
