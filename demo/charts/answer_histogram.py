"""Figure of the distribution of many answers: a histogram over the bands."""

import plotly.graph_objects as go

from demo.charts.canvas import ACCENT, MUTED, TONES, Figure, escape_text, make_figure, make_ticks, style_axes, with_opacity
from demo.charts.curve_chart import Scale

_HEIGHT = 260


def draw_histogram(
    bins: list[tuple[float, float, int]], scale: Scale, counts: list[tuple[float, str]], theme: str
) -> Figure:
    """Draw a histogram. A bin is (low end, high end, rows); `counts` are the ticks of the vertical axis."""
    figure = make_figure(theme, _HEIGHT)
    low, high = scale.limits or (bins[0][0], bins[-1][1])
    for band in scale.bands:
        left, right = max(low, band.low), min(high, band.high)
        if left < right:
            figure.add_vrect(
                x0=left, x1=right, fillcolor=with_opacity(TONES[theme][band.tone], 0.2), line_width=0, layer="below"
            )
            figure.add_annotation(
                text=escape_text(band.label),
                x=(left + right) / 2,
                y=1,
                yref="paper",
                yanchor="bottom",
                showarrow=False,
                font={"size": 13, "color": MUTED[theme]},
            )
    figure.add_trace(
        go.Bar(
            x=[(start + end) / 2 for start, end, _ in bins],
            width=[0.9 * (end - start) for start, end, _ in bins],
            y=[rows for _, _, rows in bins],
            marker={"color": with_opacity(ACCENT[theme], 0.8), "line": {"width": 0}},
        )
    )
    ticks = make_ticks(scale.ticks)
    heights = {**make_ticks(counts), "rangemode": "tozero"}
    style_axes(figure, theme, {"range": [low, high], **ticks}, heights)
    figure.layout.margin.t = 26
    return figure
