"""Texts of strangers, made safe for a document: what no file format or font can take is left out."""

import re
import unicodedata

_MAX_MARKS = 4
"""So many combining marks may follow a letter: Vietnamese has two. Hundreds of them paint over other lines."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, lone surrogates and non-characters: XML 1.0 and HTML allow none of them."""


def clean_text(text: str) -> str:
    """Return a text that HTML, SVG and PDF can hold: each forbidden character becomes U+FFFD, long runs of marks end."""
    text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    if text.isascii():
        return text
    letters, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= _MAX_MARKS:
            letters.append(letter)
    return "".join(letters)
