"""Figure of several cases on one scale: one line per case, with its answer as a dot and its interval as a bar."""

from dataclasses import dataclass

import plotly.graph_objects as go
from markupsafe import Markup

from demo.charts.canvas import (
    ACCENT,
    INK,
    MUTED,
    TONES,
    Figure,
    escape_text,
    make_figure,
    make_ticks,
    style_axes,
    with_opacity,
)
from demo.charts.curve_chart import Scale

_ROW_PIXELS = 44


@dataclass(frozen=True)
class CaseDot:
    """One case: its name, its answer, its strongest reason, and the interval of the answer, if the model gives one."""

    name: str
    answer: float
    answer_label: str
    reason: str = ""
    interval: tuple[float, float] | None = None


def draw_case_dots(cases: list[CaseDot], scale: Scale, theme: str) -> Figure:
    """Draw the cases one under another over the bands of the scale."""
    figure = make_figure(theme, 70 + _ROW_PIXELS * len(cases))
    ends = [end for case in cases for end in (case.interval or (case.answer, case.answer))]
    low, high = scale.ends(ends)
    for band in scale.bands:
        colour = with_opacity(TONES[theme][band.tone], 0.2)
        figure.add_vrect(x0=band.low, x1=band.high, fillcolor=colour, line_width=0, layer="below")
    for index, case in enumerate(cases):
        if case.interval:
            colour = with_opacity(ACCENT[theme], 0.4)
            figure.add_trace(go.Scatter(x=case.interval, y=[index] * 2, mode="lines", line={"color": colour, "width": 9}))
    figure.add_trace(
        go.Scatter(
            x=[case.answer for case in cases],
            y=list(range(len(cases))),
            text=[f"  {escape_text(case.answer_label)}  " for case in cases],
            textposition=[_text_position(case, low, high) for case in cases],
            mode="markers+text",
            cliponaxis=False,
            marker={"size": 15, "color": INK[theme]},
        )
    )
    ticks = make_ticks(scale.ticks)
    names = {
        "tickvals": list(range(len(cases))),
        "ticktext": [_format_label(case, theme) for case in cases],
        "showgrid": False,
    }
    tall = {"range": [len(cases) - 0.4, -0.7], "tickfont": {"size": 14, "color": INK[theme]}}
    style_axes(figure, theme, {"range": [low, high], **ticks}, names | tall)
    return figure


def _format_label(case: CaseDot, theme: str) -> str:
    if not case.reason:
        return escape_text(case.name)
    template = Markup('{}<br><span style="font-size:12px;color:{}">{}</span>')
    return str(template.format(case.name, MUTED[theme], case.reason))


def _text_position(case: CaseDot, low: float, high: float) -> str:
    """Return where the answer's text goes: beside its dot, on the side with more space; above the bar of an interval."""
    across = "right" if case.answer - low < high - case.answer else "left"
    return f"{'top' if case.interval else 'middle'} {across}"
