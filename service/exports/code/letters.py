"""What Python knows of letters, as lines of a source file, so that no language's own version of Unicode counts.

Everything is asked of `re` and `str.lower`, which the service reads texts with.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

LINE_CHARACTERS = 70
WORD_SIGN, OTHER_SIGN, SPACE_SIGN = "_", "\x01", "\t"
"""What patterns read in place of a character past ASCII: a letter or digit, any other one, a space."""
LONG_LOWER_CASE = "\u0130"
"""The only letter whose lower case has two characters."""
_LETTER, _SPACE = re.compile(r"\w"), re.compile(r"\s")
_ASCII_END, _FIRST_SURROGATE, _LAST_SURROGATE, _END = 0x80, 0xD800, 0xDFFF, 0x110000
_MARKS_OF_ASCII = "\x1c\x1d\x1e\x1f"
"""Spaces of Python that are none for other languages."""


@cache
def characters() -> str:
    """Return all characters, without the halves of pairs."""
    return "".join(chr(code) for code in range(_END) if not _FIRST_SURROGATE <= code <= _LAST_SURROGATE)


@cache
def foreign_characters() -> dict[str, str]:
    """Return sign → the characters that it stands for."""
    foreign = characters()[_ASCII_END:]
    words, spaces = "".join(_LETTER.findall(foreign)), _MARKS_OF_ASCII + "".join(_SPACE.findall(foreign))
    return {WORD_SIGN: words, SPACE_SIGN: spaces, OTHER_SIGN: "".join(re.findall(r"[^\w\s]", foreign))}


@cache
def letter_ranges() -> list[str]:
    """Return the letters, digits and what else counts for a word, past ASCII: `aa c0-d6`."""
    return _lines(map(_range_text, ranges(foreign_characters()[WORD_SIGN])))


@cache
def space_ranges() -> list[str]:
    """Return the spaces that patterns of some languages do not take for one."""
    return _lines(map(_range_text, ranges(foreign_characters()[SPACE_SIGN])))


@cache
def cased_ranges() -> list[str]:
    """Return what makes a capital sigma a final one if it stands before it."""
    return _lines(map(_range_text, ranges(_makes_final("1"))))


@cache
def ignored_ranges() -> list[str]:
    """Return what does not count between a letter and a capital sigma."""
    cased = set(_makes_final("1"))
    return _lines(map(_range_text, ranges(letter for letter in _makes_final("A") if letter not in cased)))


def _makes_final(before: str) -> list[str]:
    """Return the characters between `before` and a capital sigma with which that sigma is a final one."""
    letters = [letter for letter in characters() if unicodedata.category(letter) not in {"Cc", "Cn", "Co"}]
    probes = "\n".join(f"{before}{letter}Σ" for letter in letters).lower().split("\n")
    return [letter for letter, probe in zip(letters, probes, strict=True) if probe[-1] == "ς"]


@cache
def lower_case_runs() -> list[str]:
    """Return the letters with another lower case in runs `first,last,step,lower case of the first`."""
    runs: list[list[int]] = []
    for letter in characters():
        lower = letter.lower()
        if letter in {lower, LONG_LOWER_CASE}:
            continue
        code, target = ord(letter), ord(lower)
        if runs and _continues(runs[-1], code, target):
            runs[-1][1:3] = [code, code - runs[-1][1]]
        else:
            runs.append([code, code, 0, target])
    return _lines(f"{first:x},{last:x},{step or 1},{target:x}" for first, last, step, target in runs)


def _continues(run: list[int], code: int, target: int) -> bool:
    first, last, step, first_target = run
    return target - code == first_target - first and (code - last == step or (not step and code - last <= 2))  # noqa: PLR2004


def ranges(letters: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last code of each run of characters, which have an order."""
    first = last = -2
    for code in map(ord, letters):
        if code != last + 1:
            if first >= 0:
                yield first, last
            first = code
        last = code
    if first >= 0:
        yield first, last


def _range_text(ends: tuple[int, int]) -> str:
    first, last = ends
    return f"{first:x}" if first == last else f"{first:x}-{last:x}"


def _lines(parts: Iterable[str]) -> list[str]:
    return textwrap.wrap(" ".join(parts), LINE_CHARACTERS, break_on_hyphens=False)
