"""The reasons of an answer as bars from a middle line: to the right what raises the answer, to the left what lowers it."""

from demo.drawings.drawing import Drawing, draw_rectangle, draw_text, estimate_width, wrap_text
from demo.text.markup import concatenate
from demo.views.explanation_bars import ExplanationBar, longest

_NAME_SHARE, _GAP, _BOLD = 0.42, 0.6, 1.15
_MAX_NAME_LINES = 2


def draw_reasons(bars: list[ExplanationBar], width: float, size: float) -> Drawing:
    """Return bars under one another; `size` is that of their letters in pixels."""
    largest = longest(bars)
    amount_width = max([0.0, *(estimate_width(bar.amount, size) * _BOLD for bar in bars)]) + size * _GAP
    name_width = width * _NAME_SHARE
    left, right = name_width + size * _GAP, width - amount_width
    middle, half = (left + right) / 2, (right - left) / 2
    parts, y = [], 0.0
    for bar in bars:
        lines = wrap_text(f"{bar.name} {bar.value}", name_width, size, _MAX_NAME_LINES) or [""]
        height = size * (1.2 * len(lines) + 0.6)
        first = y + size * 0.3 + size
        parts += [draw_text(0, first + index * size * 1.2, line, size=size) for index, line in enumerate(lines)]
        length = abs(bar.contribution) / largest * half
        is_up = bar.contribution >= 0
        start = middle if is_up else middle - length
        parts.append(draw_rectangle(start, y + height / 2 - size * 0.42, length, size * 0.84, "d-up" if is_up else "d-down"))
        parts.append(draw_text(width, y + height / 2 + size * 0.36, bar.amount, size=size, anchor="end", bold=True))
        y += height
    parts.append(draw_rectangle(middle - 0.5, 0, 1, y, "d-muted"))
    return Drawing(concatenate(parts), width, y)
