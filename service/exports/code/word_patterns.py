"""The patterns with which a model reads texts, in a form that means the same in every language.

They read a text of ASCII that has a sign in place of each other character (see `letters`), so no language's own view of
letters and spaces counts. They have no lookbehind, which browsers of 2020 lack, and no possessive repetition.
"""

import re
from functools import cache

from service.exports.code.letters import foreign_characters, ranges
from service.exports.refusals import NotExportable
from service.schemas import Card

WORDS_AND_MARKS = r"[\w']+|[:;=8][\-o*']?[)\](\[dDpP/\\|@]|<3|[!?]+|[^\w\s]"
ADDRESSES = (
    r"()(?:https?://|\bwww\.)\S*",
    r"()\B@\w+(?:[.\-]\w+)*",
    r"(^|[^\w.+\-])[\w.+\-]*\w@\w+(?:[.\-]\w+)*",
    r"()[\[{<](?:e-?mail|link|mention|name|phone|url|user|username)[\]}>]",
)
"""What is taken out of a text, one after another; the first group stays. The service has them in `service.fields.text`."""
_ATOM = re.compile(r"\\[wWdDsS]|\[\^?(?:\\.|[^\]\\])+\]|[\w ]")
_PIECE = re.compile(rf"({_ATOM.pattern})|(\\b|\?|[+*]|\{{\d+(?:,\d*)?\}})")
_ASCII = [chr(code) for code in range(0x80)]


def token_patterns(card: Card) -> tuple[tuple[str, ...], str]:
    """Return what the model of a card takes out of its texts, and its tokens; no tokens: it takes the text as it is."""
    reading = card.scoring.text
    return (ADDRESSES if reading == "words_without_addresses" else (), "" if reading == "as_is" else WORDS_AND_MARKS)


@cache
def word_pattern(pattern: str) -> str:
    """Return the pattern of a word of a vectorizer. Raises NotExportable."""
    plain, at, parts = pattern.removeprefix("(?u)"), 0, list[str]()
    while at < len(plain):
        piece = _PIECE.match(plain, at)
        if piece is None:
            raise _refusal(pattern)
        parts.append(_atom(piece[1], pattern) if piece[1] else piece[2])
        at = piece.end()
    if not parts:
        raise _refusal(pattern)
    return "".join(parts)


def _atom(atom: str, pattern: str) -> str:
    """Return a class of characters in ASCII. Raises NotExportable if it tells foreign characters of one sign apart."""
    single = re.compile(atom)
    for sign, foreign in foreign_characters().items():
        is_inside = single.fullmatch(sign) is not None
        if re.fullmatch(f"(?:{atom})*", foreign) is None if is_inside else single.search(foreign):
            raise _refusal(pattern)
    if atom in {r"\w", r"\W", r"\s", r"\S"}:
        return atom
    inside = [letter for letter in _ASCII if single.fullmatch(letter)]
    outside = [letter for letter in _ASCII if letter not in inside]
    if not inside or not outside:
        raise _refusal(pattern)
    return min(f"[{_members(inside)}]", f"[^{_members(outside)}]", key=len)


def _members(letters: list[str]) -> str:
    parts = [(chr(first), chr(last)) for first, last in ranges(letters)]
    return "".join(_escaped(one) if one == other else f"{_escaped(one)}-{_escaped(other)}" for one, other in parts)


def _escaped(letter: str) -> str:
    return letter if letter.isalnum() or letter in "_ " else f"\\x{ord(letter):02x}"


def _refusal(pattern: str) -> NotExportable:
    return NotExportable(f"its pattern of a word ({pattern[:60]}) has no equal in every language")
