"""Checks of texts that a presenter types and other people read."""

import unicodedata
from collections.abc import Iterator

from service.errors import Fault

_MAX_MARKS = 8
"""The maximum of combining marks after a letter. No script needs more; hundreds of them cover the lines above."""
_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn round the text that follows: a reader sees other words than those that are there."""
_SPACES = frozenset("\n\t")


def text_faults(text: str, max_characters: int, path: tuple[str | int, ...], *, lines: bool = False) -> Iterator[Fault]:
    """Yield the fault of a text at `path`. `lines`: it may have several lines."""
    allowed = _SPACES if lines else frozenset()
    if len(text) > max_characters:
        yield Fault(None, "too_long", f"This text may have {max_characters:,} characters.", path=path)
    elif any(unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed for character in text):
        yield Fault(None, "invalid_text", "This text may have no control characters.", path=path)
    elif not _DIRECTION_CONTROLS.isdisjoint(text):
        yield Fault(None, "invalid_text", "This text may not change its direction.", path=path)
    elif _longest_marks(text) > _MAX_MARKS:
        yield Fault(None, "invalid_text", f"A letter may have {_MAX_MARKS} marks.", path=path)


def _longest_marks(text: str) -> int:
    longest = marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        longest = max(longest, marks)
    return longest
