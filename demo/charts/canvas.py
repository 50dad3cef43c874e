"""What all charts share: colours of both themes, an empty figure, styled axes, escaped texts."""

import textwrap
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from markupsafe import Markup, escape

Figure = Any
"""A plotly figure; plotly ships no types."""

TONES = {
    "light": {"good": "#2A9D8F", "middle": "#D9A21B", "bad": "#C8553D"},
    "dark": {"good": "#3FB8A8", "middle": "#E3B341", "bad": "#E07A62"},
}
INK = {"light": "#1C2430", "dark": "#E9ECEF"}
MUTED = {"light": "#5B6572", "dark": "#9AA5B1"}
ACCENT = {"light": "#1F4E79", "dark": "#7FB4E6"}
TRACK = {"light": "#E6E8E4", "dark": "#2B323A"}
PAPER = {"light": "#FFFFFF", "dark": "#14181D"}
_OPACITY = 0.27
_AXIS_MARGIN = 0.002
_LETTER_PIXELS, _PHONE_PIXELS = 7.2, 300
MAX_LINES = 3
"""Of a label inside of a chart."""


def set_accent(light: str, dark: str) -> None:
    """Let all charts of this process use another accent colour in each theme."""
    ACCENT.update(light=light, dark=dark)


@dataclass(frozen=True)
class ScaleBand:
    """A labelled part of the scale of answers, such as a decision band."""

    low: float
    high: float
    tone: str
    label: str


def make_figure(theme: str, height: int, *, hover: bool = False) -> Figure:
    """Return an empty figure in the colours of the theme, without grid, legend or frame.

    Without `hover`, nothing is shown under the pointer.
    """
    layout = {
        "height": height,
        "margin": {"l": 12, "r": 12, "t": 6, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hovermode": None if hover else False,
        "font": {"color": INK[theme], "size": 14, "family": "Source Sans, sans-serif"},
    }
    return go.Figure(layout=layout)


def style_axes(figure: Figure, theme: str, x: dict[str, Any], y: dict[str, Any]) -> None:
    """Style both axes of a figure. The title of y is written horizontally above the axis."""
    style = {
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": MUTED[theme], "size": 13},
        "linecolor": TRACK[theme],
    }
    y_title = y.pop("title", "")
    if "title" in x:
        x["title"] = {"text": x["title"], "font": {"color": MUTED[theme], "size": 14}}
    for axis in (x, y):
        if "range" in axis:  # plotly leaves out a tick exactly at the end
            low, high = axis["range"]
            axis["range"] = [low - (high - low) * _AXIS_MARGIN, high + (high - low) * _AXIS_MARGIN]
    # set whole: plotly's `update` methods take ten times as long
    figure.layout.xaxis = style | {"showline": True} | x
    figure.layout.yaxis = style | {"gridcolor": TRACK[theme], "showgrid": True} | y
    top_margin = 14
    if y_title:
        top_margin = 40
        figure.add_annotation(
            text=y_title,
            x=0,
            xref="paper",
            xanchor="left",
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=10,
            showarrow=False,
            font={"size": 14, "color": MUTED[theme]},
        )
    figure.layout.margin = {"l": 12, "r": 24, "t": top_margin, "b": 4}  # plotly leaves out a label past the edge


def make_ticks(ticks: list[tuple[float, str]]) -> dict[str, Any]:
    """Return plotly's settings for the ticks of an axis, given as (position, label)."""
    return {"tickvals": [position for position, _ in ticks], "ticktext": [escape_text(label) for _, label in ticks]}


def with_opacity(colour: str, opacity: float = _OPACITY) -> str:
    """Return a hex colour as rgba(…) with this opacity."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def wrap_text(text: str, share: float) -> str:
    """Return an escaped text, broken into at most three lines, so that it fits into `share` of a phone's width.

    A word that is too long for it is not broken.
    """
    letters = max(1, int(share * _PHONE_PIXELS / _LETTER_PIXELS))
    lines = textwrap.wrap(
        text, letters, max_lines=MAX_LINES, placeholder="…", break_long_words=False, break_on_hyphens=False
    )
    return str(Markup("<br>").join(lines))


def escape_text(text: str) -> str:
    """Return a text that plotly shows as it is: plotly reads some HTML tags in texts."""
    return str(escape(text))
