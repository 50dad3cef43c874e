"""Plain data → plotly figure. Pure: no Streamlit inside.

Knows: plotly and the design's colours. Must not know: cards, requests, the page.
"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

Figure = Any
"""plotly ships no types."""

TONES = {
    "light": {"good": "#2A9D8F", "middle": "#D9A21B", "bad": "#C8553D"},
    "dark": {"good": "#3FB8A8", "middle": "#E3B341", "bad": "#E07A62"},
}
INK = {"light": "#1C2430", "dark": "#E9ECEF"}
MUTED = {"light": "#5B6572", "dark": "#9AA5B1"}
ACCENT = {"light": "#1F4E79", "dark": "#7FB4E6"}
TRACK = {"light": "#E6E8E4", "dark": "#2B323A"}
_TINT = 0.27
_LETTER_PIXELS, _PHONE_PIXELS = 7.2, 300


@dataclass(frozen=True)
class Stretch:
    """A part of the scale with a word on it."""

    low: float
    high: float
    tone: str
    word: str


def scale(stretches: list[Stretch], ticks: list[tuple[float, str]], now: float, start: float | None, theme: str) -> Figure:
    """Draw 0…1 as bands with their words, a full marker for now and a hollow one for the start."""
    figure = _canvas(theme, (0, 1), height=128)
    for stretch in stretches:
        colour = TONES[theme][stretch.tone]
        figure.add_shape(
            type="rect",
            x0=stretch.low,
            x1=stretch.high,
            y0=0,
            y1=1,
            fillcolor=_tinted(colour),
            line={"width": 0},
            layer="below",
        )
        figure.add_shape(type="line", x0=stretch.low, x1=stretch.high, y0=0, y1=0, line={"color": colour, "width": 4})
        figure.add_annotation(
            x=(stretch.low + stretch.high) / 2,
            y=0.5,
            text=_wrapped(_plain(stretch.word), stretch.high - stretch.low),
            showarrow=False,
            font={"size": 15, "color": INK[theme]},
        )
    if not stretches:
        figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, fillcolor=TRACK[theme], line={"width": 0}, layer="below")
        figure.add_shape(type="rect", x0=0, x1=now, y0=0, y1=1, fillcolor=ACCENT[theme], line={"width": 0}, layer="below")
    _ticks(figure, ticks, theme)
    _markers(figure, now, start, theme)
    return figure


def interval(
    around: tuple[float, float],
    value: float,
    start: float | None,
    ends: tuple[float, float],
    *,
    ticks: list[tuple[float, str]],
    theme: str,
) -> Figure:
    """Draw a value with its interval on the range of all values."""
    low, high = around
    shown = [*ends, low, high, value if start is None else start]
    figure = _canvas(theme, (min(shown), max(shown)), height=118)
    figure.add_shape(
        type="rect", x0=ends[0], x1=ends[1], y0=0.38, y1=0.62, fillcolor=TRACK[theme], line={"width": 0}, layer="below"
    )
    if high > low:
        figure.add_shape(
            type="rect", x0=low, x1=high, y0=0.2, y1=0.8, fillcolor=ACCENT[theme], opacity=0.55, line={"width": 0}
        )
    _ticks(figure, ticks, theme)
    _markers(figure, value, start, theme)
    return figure


def _canvas(theme: str, ends: tuple[float, float], *, height: int) -> Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 12, "r": 12, "t": 6, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        showlegend=False,
        dragmode=False,
        hovermode=False,
        font={"color": INK[theme], "size": 14, "family": "Source Sans, sans-serif"},
        xaxis={"range": list(ends), "visible": False, "fixedrange": True},
        yaxis={"range": [-0.75, 1.75], "visible": False, "fixedrange": True},
    )
    return figure


def _markers(figure: go.Figure, now: float, start: float | None, theme: str) -> None:
    # Always two points in the same order: a figure that keeps its shape does not flicker.
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


def _ticks(figure: go.Figure, ticks: list[tuple[float, str]], theme: str) -> None:
    low, high = figure.layout.xaxis.range
    for at, text in ticks:
        anchor = "left" if at == low else "right" if at == high else "center"
        font = {"size": 13, "color": MUTED[theme]}
        figure.add_annotation(x=at, y=-0.42, text=_plain(text), showarrow=False, xanchor=anchor, font=font)


def _tinted(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_TINT})"


def _wrapped(text: str, share: float) -> str:
    """Break a text of several words in the middle where a phone has too few pixels for it."""
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    if not spaces or len(text) * _LETTER_PIXELS <= share * _PHONE_PIXELS:
        return text
    middle = min(spaces, key=lambda place: abs(place - len(text) / 2))
    return f"{text[:middle]}<br>{text[middle + 1 :]}"


def _plain(text: str) -> str:
    """plotly reads a little HTML in texts: nothing of a card may be taken for it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
