"""Promises of the bars of categories: every answer can be read on its bar."""

import re

import pytest

from demo.charts.canvas import PAPER
from demo.charts.curve_chart import Point, Scale, draw_bars

MIN_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3."""


def channels(colour: str, paper: str) -> list[float]:
    """Return red, green and blue from 0 to 255, of `#rrggbb` or of `rgba(…)` on the paper."""
    if colour.startswith("#"):
        return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    *rgb, opacity = map(float, re.findall(r"[\d.]+", colour))
    return [opacity * each + (1 - opacity) * below for each, below in zip(rgb, channels(paper, paper), strict=True)]


def luminance(rgb: list[float]) -> float:
    linear = [each / 255 / 12.92 if each <= 10 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_answer_of_every_bar_has_contrast_to_its_bar(theme: str) -> None:
    points = [Point(at, 0.2 * at, f"kind {at}", f"{20 * at}%") for at in range(1, 5)]
    (bars,) = draw_bars(points, Scale([], [], (0.0, 1.0)), now=1, start=None, theme=theme).data
    for text, bar in zip(bars.insidetextfont.color, bars.marker.color, strict=True):
        low, high = sorted(luminance(channels(each, PAPER[theme])) for each in (text, bar))
        assert (high + 0.05) / (low + 0.05) >= MIN_CONTRAST, (text, bar)
