"""Texts of a proof: real ones with what languages read in different ways between their words, and refused ones."""

from collections.abc import Iterator, Sequence

from service.fields.text import TextType
from service.schemas import Row

PIECES = (
    *(" ", "", "\r\n", "\0", "\x1c", "\x85", "\xa0", "\u2028", "\u3000", "\ufeff", "\u200d", "\x0b"),
    *("e\u0301", "\u0301", "\u0345", "ß", "ẞ", "İ", "ı", "Σ", "aΣ", "'Σ", "Σ\u0301 ", "Σ.", "Ǆ", "ﬁ", "K", "Å"),
    *("٣", "१२", "²", "Ⅷ", "𝟛", "_", "漢字", "ไทย", "עברית", "𐐀", "😀", "👩\u200d💻", "🇵🇱", "\U000e0041"),
    *("!?", ":)", " :-( ", "<3", "8)", "@nobody", "x@y.z", " a@b.c+d@e ", "www.x.pl/ą ", " HTTPS://X ", "[Link]", "{user]"),
    *('"', "\\", "*/", "${x}", "\u202e", "\\u0041", "%s"),
)
"""What stands between the words of a text."""
_WORDS = 12
_REFUSED = ("", " \t\r\n", "\x1f\u2003", "@somebody www.example.com", "\ud83d", "good \udc00 day")


def special_texts(field: TextType, rows: Sequence[Row]) -> Iterator[str | None]:
    """Yield texts in other cases and with pieces between their words, the longest that is allowed, and refused ones."""
    yield from (None, *_REFUSED)
    texts = [str(text) for row in rows if (text := row.get(field.name))][: len(PIECES)]
    for at, piece in enumerate(PIECES if texts else ()):
        words = texts[at % len(texts)].split()[:_WORDS]
        yield from (text[: field.field.max_length] for text in (piece.join(words), f"{piece} ".join(words).upper()))
    for size in (field.field.max_length, field.field.max_length + 1):
        yield (" ".join(texts) + " 😀 word" * size)[:size]
