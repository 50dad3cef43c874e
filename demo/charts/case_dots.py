"""Several cases on one scale: a row a case with its strongest reason, its answer as a dot, its interval as a bar.

Plain data → plotly figure.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

from demo.charts.canvas import ACCENT, INK, MUTED, TONES, Figure, axes, canvas, plain, tinted
from demo.charts.curve_chart import Scale

_ROW_PIXELS = 44


@dataclass(frozen=True)
class Compared:
    """One case: its name, its answer, its strongest reason, and the interval around it where the model gives one."""

    name: str
    answer: float
    word: str
    reason: str = ""
    around: tuple[float, float] | None = None


def dots(cases: list[Compared], scale: Scale, theme: str) -> Figure:
    """Draw the cases one under another over the bands of the scale."""
    figure = canvas(theme, 70 + _ROW_PIXELS * len(cases))
    figure.update_layout(hovermode=False)
    ends = [end for case in cases for end in (case.around or (case.answer, case.answer))]
    low, high = scale.ends(ends)
    for stretch in scale.stretches:
        colour = tinted(TONES[theme][stretch.tone], 0.2)
        figure.add_vrect(x0=stretch.low, x1=stretch.high, fillcolor=colour, line_width=0, layer="below")
    for place, case in enumerate(cases):
        if case.around:
            colour = tinted(ACCENT[theme], 0.4)
            figure.add_trace(go.Scatter(x=case.around, y=[place] * 2, mode="lines", line={"color": colour, "width": 9}))
    figure.add_trace(
        go.Scatter(
            x=[case.answer for case in cases],
            y=list(range(len(cases))),
            text=[f"  {plain(case.word)}  " for case in cases],
            textposition=[_side(case, low, high) for case in cases],
            mode="markers+text",
            cliponaxis=False,
            marker={"size": 15, "color": INK[theme]},
        )
    )
    ticks = {"tickvals": [at for at, _ in scale.ticks], "ticktext": [plain(word) for _, word in scale.ticks]}
    names = {"tickvals": list(range(len(cases))), "ticktext": [_label(case, theme) for case in cases], "showgrid": False}
    tall = {"range": [len(cases) - 0.4, -0.7], "tickfont": {"size": 14, "color": INK[theme]}}
    axes(figure, theme, {"range": [low, high], **ticks}, names | tall)
    return figure


def _label(case: Compared, theme: str) -> str:
    reason = f'<br><span style="font-size:12px;color:{MUTED[theme]}">{plain(case.reason)}</span>' if case.reason else ""
    return plain(case.name) + reason


def _side(case: Compared, low: float, high: float) -> str:
    """Return on which side of its dot a word has more room; beyond an interval, it stands above it."""
    across = "right" if case.answer - low < high - case.answer else "left"
    return f"{'top' if case.around else 'middle'} {across}"
