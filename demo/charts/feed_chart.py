"""What came in over time: the share of each band in every part of the way, or the average. Plain data → plotly figure."""

import plotly.graph_objects as go

from demo.charts.canvas import ACCENT, INK, TONES, Figure, ScaleBand, escape_text, make_figure, style_axes, with_opacity

_HEIGHT = 250
_SHARE_TINT = 0.62


def draw_band_shares(
    parts: list[list[float]], stretches: list[ScaleBand], ticks: list[tuple[float, str]], *, theme: str
) -> Figure:
    """Draw a column a part, cut into the shares of the bands, the bad ones at the bottom; `ticks` stand under columns."""
    figure = make_figure(theme, _HEIGHT)
    figure.update_layout(barmode="stack", bargap=0.12, hovermode=False)
    for stretch, values in sorted(
        zip(stretches, zip(*parts, strict=True), strict=True), key=lambda each: _tone_order(each[0])
    ):
        figure.add_trace(
            go.Bar(
                x=list(range(len(values))),
                y=values,
                name=escape_text(stretch.word),
                marker={"color": with_opacity(TONES[theme][stretch.tone], _SHARE_TINT), "line": {"width": 0}},
            )
        )
    y = {"range": [0, 1], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    style_axes(figure, theme, {"range": [-0.6, len(parts) - 0.4], **_make_ticks(ticks)}, y)
    return figure


def draw_averages(
    values: list[float | None], ticks: list[tuple[float, str]], levels: list[tuple[float, str]], theme: str
) -> Figure:
    """Draw the average answer of each part as a line; `levels` are the ticks of the answers."""
    figure = make_figure(theme, _HEIGHT)
    figure.update_layout(hovermode=False)
    marks = {"color": INK[theme], "size": 6}
    line = {"color": ACCENT[theme], "width": 3}
    figure.add_trace(go.Scatter(x=list(range(len(values))), y=values, mode="lines+markers", line=line, marker=marks))
    style_axes(figure, theme, {"range": [-0.6, len(values) - 0.4], **_make_ticks(ticks)}, _make_ticks(levels))
    return figure


def _tone_order(stretch: ScaleBand) -> int:
    return ("bad", "middle", "good").index(stretch.tone)


def _make_ticks(ticks: list[tuple[float, str]]) -> dict[str, list[float] | list[str]]:
    return {"tickvals": [at for at, _ in ticks], "ticktext": [escape_text(word) for _, word in ticks]}
