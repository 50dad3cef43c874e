"""What all drawings share: their size and colours, lines of text, and the `<svg>` around them."""

import re
import unicodedata
from dataclasses import dataclass

from markupsafe import Markup

from demo.text.markup import concatenate

FONT = Markup("'Source Sans 3', 'Source Sans Pro', system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif")
"""Fonts of people's machines; each of them has the Polish letters."""
DEFAULT_ACCENT = "#1F4E79"
_LIGHT = {"good": "#2A9D8F", "middle": "#D9A21B", "bad": "#C8553D", "red": "#C8553D", "blue": "#2F7FB5"} | {
    "ink": "#1C2430",
    "muted": "#5B6572",
    "track": "#DADDD8",
    "paper": "#FFFFFF",
}
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_WIDE, _NORMAL, _NARROW = 1.0, 0.6, 0.34
_NARROW_LETTERS = frozenset("iljtfrI.,:;|!'() ")


@dataclass(frozen=True)
class Drawing:
    """A part of a picture, `width` × `height` pixels, without the tag `<svg>` around it."""

    content: Markup
    width: float
    height: float

    def to_svg(self, description: str) -> Markup:
        """Return the drawing as an SVG inside a page, which fills the width of its container."""
        return Markup('<svg viewBox="0 0 {:g} {:g}" width="{:g}" role="img" aria-label="{}">{}</svg>').format(
            self.width, self.height, self.width, description, self.content
        )

    def at(self, x: float, y: float) -> Markup:
        """Return the drawing with its upper left corner at this place of another one."""
        return Markup('<g transform="translate({:g} {:g})">{}</g>').format(x, y, self.content)


def check_color(color: str | None) -> str:
    """Return a colour of six hexadecimal digits; the default accent for anything else."""
    return color if color and _COLOR.fullmatch(color) else DEFAULT_ACCENT


def build_style(accent: str | None = None) -> Markup:
    """Return the colours of the classes that drawings use, as rules of CSS."""
    colors = _LIGHT | {"accent": check_color(accent)}
    rules = [Markup(".d-{}{{fill:{}}}").format(name, colors[name]) for name in ("ink", "muted", "track", "paper", "accent")]
    for tone in ("good", "middle", "bad"):
        rules.append(Markup(".d-{0}{{fill:{1}}}.d-{0}-tint{{fill:{1};fill-opacity:0.26}}").format(tone, colors[tone]))
    rules.append(Markup(".d-curve{{stroke:{};fill:none}}").format(colors["accent"]))
    return concatenate(rules)


def build_reason_style(better: int, accent: str | None = None, scope: str = "") -> Markup:
    """Return the colours of reasons inside a class, as rules of CSS.

    `better`: 1 if a higher answer is better, −1 if a lower one is, 0 if nothing says it. Then no reason is red.
    """
    colors = _LIGHT | {"accent": check_color(accent)}
    up, down = {1: ("blue", "red"), -1: ("red", "blue"), 0: ("accent", "muted")}[better]
    template = Markup(
        "{0} .d-up{{fill:{1}}}{0} .d-down{{fill:{2}}}{0} .key.up{{background:{1}}}{0} .key.down{{background:{2}}}"
    )
    return template.format(scope, colors[up], colors[down])


def draw_text(
    x: float, y: float, text: str, *, size: float, css_class: str = "d-ink", anchor: str = "start", bold: bool = False
) -> Markup:
    """Return one line of text; `y` is its baseline. It is a paragraph of its own, so no text turns another one around."""
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" font-size="{:g}" class="{}" text-anchor="{}" font-weight="{}">{}</text>'
    ).format(x, y, size, css_class, anchor, 700 if bold else 400, text)


def draw_rectangle(x: float, y: float, width: float, height: float, css_class: str, *, radius: float = 0) -> Markup:
    """Return a filled rectangle."""
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{:g}" class="{}"/>').format(
        x, y, max(width, 0.0), height, radius, css_class
    )


def estimate_width(text: str, size: float) -> float:
    """Return about how many pixels a text is wide. The font is that of the reader, so nobody knows it exactly."""
    return size * sum(_width_of(letter) for letter in text)


def _width_of(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if letter in _NARROW_LETTERS:
        return _NARROW
    return _NORMAL * (1.25 if letter.isupper() else 1.0)


def wrap_text(text: str, width: float, size: float, max_lines: int) -> list[str]:
    """Return a text as lines that fit a width; a text that is too long ends with an ellipsis."""
    lines: list[str] = [""]
    for word in text.split():
        parts = [word] if estimate_width(word, size) <= width else _split_word(word, width, size)
        for part in parts:
            joined = f"{lines[-1]} {part}".strip()
            if estimate_width(joined, size) <= width:
                lines[-1] = joined
            elif len(lines) == max_lines:
                return [*lines[:-1], _end_with_ellipsis(lines[-1], width, size)]
            else:
                lines.append(part)
    return lines if lines != [""] else []


def _split_word(word: str, width: float, size: float) -> list[str]:
    parts: list[str] = []
    rest = 0.0
    for letter in word:
        letter_width = size * _width_of(letter)
        if not parts or rest + letter_width > width:
            parts.append("")
            rest = 0.0
        parts[-1] += letter
        rest += letter_width
    return parts


def _end_with_ellipsis(line: str, width: float, size: float) -> str:
    while line and estimate_width(f"{line}…", size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
