"""An answer on the scale of all answers: the bands with their words, the interval, a mark at the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from demo.charts.canvas import ScaleBand
from demo.drawings.drawing import Drawing, draw_rectangle, draw_text, estimate_width, wrap_text
from demo.text.markup import concatenate

_MARK, _TRACK = 0.75, 1.9
"""The heights of the mark above the scale, and of the scale, in letters."""


@dataclass(frozen=True)
class AnswerScale:
    """The ends of a scale, its bands, and its ticks as (value, text)."""

    low: float
    high: float
    bands: Sequence[ScaleBand] = ()
    ticks: Sequence[tuple[float, str]] = ()
    interval: tuple[float, float] | None = None
    marks: Sequence[float] = field(default=())
    """Other values on the scale, such as people's guesses."""

    def place(self, value: float, width: float) -> float:
        """Return where a value stands on a scale of this width; a value outside stands at the end."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return min(max(share, 0.0), 1.0) * width


def draw_scale(scale: AnswerScale, answer: float, width: float, size: float) -> Drawing:
    """Return the scale with a mark at the answer; `size` is that of its letters in pixels."""
    top = size * _MARK
    height = size * _TRACK if scale.bands else size * 0.6
    parts = [] if scale.bands else [draw_rectangle(0, top, width, height, "d-track")]
    for band in scale.bands:
        parts += _draw_band(scale, band, width, (top, height), size)
    if scale.interval:
        low, high = (scale.place(end, width) for end in scale.interval)
        parts.append(draw_rectangle(low, top, max(high - low, 1.0), height, "d-middle-tint" if scale.bands else "d-muted"))
    for mark in scale.marks:
        parts.append(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" class="d-accent" fill-opacity="0.5"/>').format(
                scale.place(mark, width), top + height / 2, size * 0.28
            )
        )
    x = scale.place(answer, width)
    parts.append(
        Markup('<path d="M{:.1f} {:.1f}l{:.1f} {:.1f}h{:.1f}z" class="d-ink"/>').format(
            x, top, -top / 1.5, -top, 2 * top / 1.5
        )
    )
    parts.append(draw_rectangle(x - 1.25, top, 2.5, height, "d-ink"))
    bottom = top + height + size * 1.15
    parts += _draw_ticks(scale, width, bottom, size * 0.85)
    return Drawing(concatenate(parts), width, bottom + size * 0.35)


def _draw_band(scale: AnswerScale, band: ScaleBand, width: float, place: tuple[float, float], size: float) -> list[Markup]:
    start, end = scale.place(band.low, width), scale.place(band.high, width)
    top, height = place
    tint = draw_rectangle(start + 0.5, top, end - start - 1, height, f"d-{band.tone}-tint")
    edge = draw_rectangle(start + 0.5, top + height - size * 0.2, end - start - 1, size * 0.2, f"d-{band.tone}")
    lines = wrap_text(band.label, end - start - size * 0.5, size * 0.9, 1)
    fits = lines and not lines[0].endswith("…")
    text = [draw_text((start + end) / 2, top + height * 0.6, lines[0], size=size * 0.9, anchor="middle")] if fits else []
    return [tint, edge, *text]


def _draw_ticks(scale: AnswerScale, width: float, y: float, size: float) -> list[Markup]:
    """Return the texts of the ticks; one that would touch the text before it is left out."""
    texts, free_from = [], -size
    for value, text in scale.ticks:
        text_width = estimate_width(text, size)
        x = min(max(scale.place(value, width), text_width / 2), width - text_width / 2)
        if x - text_width / 2 >= free_from:
            texts.append(draw_text(x, y, text, size=size, css_class="d-muted", anchor="middle"))
            free_from = x + text_width / 2 + size * 0.5
    return texts
