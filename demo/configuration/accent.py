"""The accent colour in both themes: as chosen where it can be read as text, else darker or lighter."""

import re
from dataclasses import dataclass

MIN_CONTRAST = 4.5
"""Of text on its background: WCAG 2.2, success criterion 1.4.3."""
_LINEAR_BELOW = 0.04045
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_LIGHT_BACKGROUND, _DARK_BACKGROUND = "#FFFFFF", "#14181D"
_TINT = 0.15
"""Text of the accent colour also stands on a background that has this share of the accent, as in a selected button."""
_STEPS = 100

_Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Accent:
    """The accent colour of each theme, as `#rrggbb`."""

    light: str
    dark: str


DEFAULT_ACCENT = Accent("#1F4E79", "#7FB4E6")


def is_colour(text: str) -> bool:
    """Return whether a text is a colour such as `#1F4E79`."""
    return _COLOUR.fullmatch(text) is not None


def make_accent(colour: str) -> Accent:
    """Return the nearest colours to a colour, towards black and towards white, that can be read as text in each theme."""
    return Accent(_move(colour, "#000000", _LIGHT_BACKGROUND), _move(colour, "#FFFFFF", _DARK_BACKGROUND))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    high, low = sorted((_luminance(_channels(one)), _luminance(_channels(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _move(colour: str, target: str, background: str) -> str:
    """Return the first colour on the way to the target that has the smallest contrast on the background and its tint."""
    for step in range(_STEPS + 1):
        moved = _mix(colour, target, step / _STEPS)
        if min(contrast(moved, background), contrast(moved, _mix(background, moved, _TINT))) >= MIN_CONTRAST:
            return moved
    return target


def _mix(one: str, other: str, share: float) -> str:
    """Return the colour that has this share of the other."""
    mixed = (a + (b - a) * share for a, b in zip(_channels(one), _channels(other), strict=True))
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in mixed)


def _channels(colour: str) -> _Channels:
    red, green, blue = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return red, green, blue


def _luminance(channels: _Channels) -> float:
    """Return the relative luminance, 0 to 1. Source: WCAG 2.2, definition of relative luminance."""
    red, green, blue = (value / 12.92 if value <= _LINEAR_BELOW else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
