"""Free text, and how the bundled models read it. Training and scoring call the same function.

The tokenizers of ONNX differ from those of scikit-learn, but both split on a single space in the same way.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from service.errors import Fault
from service.fields.field_type import FieldType, Mask, Schema
from service.fields.value_wording import EMPTY, shorten
from service.schemas import Input
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

_TOKENS = r"[\w']+|[:;=8][\-o*']?[)\](\[dDpP/\\|@]|<3|[!?]+|[^\w\s\x1c-\x1f]"
_TOKEN, _ASCII_TOKEN = re.compile(_TOKENS), re.compile(_TOKENS, re.ASCII)  # \x1c to \x1f are no spaces in re.ASCII
_LINK = re.compile(r"(?:https?://|(?<!\w)www\.)\S*+")
_HANDLE = re.compile(r"@(?<!\w@)\w+(?:[.-]\w+)*+")  # the sign first: patterns that begin with a letter are found sooner
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++(?<=\w)@\w+(?:[.-]\w+)*+")
_MASK = re.compile(r"[\[{<](?:e-?mail|link|mention|name|phone|url|user|username)[\]}>]")
_SOMETHING = r"[^\s\u001c-\u001f\u0085]"
"""The pattern of a text with something to read, for JSON schema: other programs do not count these letters as spaces."""
_BLANK = re.compile(r"\s*+")
_MAY_BE_ADDRESSES = re.compile(r"(?:\s++|\S*?(?:@|://|www\.|[\[{<])\S*+)*+", re.IGNORECASE)
"""True of a text that is blank or consists of addresses, and of few others: each of its parts has a mark of one."""

Tokenize = Callable[[str], list[str]]


def tokens(text: str) -> list[str]:
    """Return the words, marks and emoticons of a text in lower case."""
    return _find_tokens(text.lower())


def tokens_without_addresses(text: str) -> list[str]:
    """Return the tokens of a text without handles (`@name`), e-mail addresses, links, and masks of them such as `[link]`."""
    text = text.lower()
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
        if "@" in text:
            text = _MAIL.sub(" ", text)
    if "[" in text or "{" in text or "<" in text:
        text = _MASK.sub(" ", text)
    return _find_tokens(text)


def _find_tokens(text: str) -> list[str]:
    return (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)  # the same tokens, in less time


TOKENIZERS: dict[str, Tokenize] = {"words": tokens, "words_without_addresses": tokens_without_addresses}
"""How a model reads its texts (`scoring.text` of the card) → its tokens. A model of texts as they are has none: its known
words are counted by `tokens_without_addresses`."""


def preparation(reading: str) -> Callable[[str], str]:
    """Return the function from a text to what the model was fitted on: its tokens, a space between them, or the text."""
    tokenize = TOKENIZERS.get(reading)
    return (lambda text: " ".join(tokenize(text))) if tokenize else str


class TextType(FieldType):
    """The only type of the channel `texts`: the model takes the string; null is ""."""

    expected = "text"
    json_types = frozenset({str})
    quick_type = str
    frame_kind = "text"
    may_hold_quotes = True

    def __init__(self, field: Input, reading: str = "as_is") -> None:
        super().__init__(field)
        self.prepare = preparation(reading)
        self._may_be_nothing = (_MAY_BE_ADDRESSES if reading == "words_without_addresses" else _BLANK).fullmatch

    def json_schema(self) -> Schema:
        schema: Schema = {"type": "string", "maxLength": self.field.max_length}
        return schema if self.nullable else schema | {"pattern": _SOMETHING}

    def encode(self, values: Sequence[str | None]) -> list[str]:
        """Return the strings, null as ""."""
        return ["" if value is None else value for value in values]

    def faults(self, texts: list[str]) -> Iterator[Fault]:
        """Yield a fault for each text that is too long, has nothing to read, or has a lone surrogate."""
        fits = self.fits(texts)
        for index, text in enumerate(texts):
            if len(text) > self.field.max_length:
                message = f"At most {self.field.max_length:,} characters, not {len(text):,}."
                yield Fault(self.name, "too_long", message, row=index)
            elif not fits and self._is_nothing(text):
                yield self._nothing_fault(text, index)
            elif not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
                yield Fault(self.name, "invalid_text", "Half a character: a lone surrogate.", row=index)

    def fits(self, texts: list[str]) -> bool:
        """Return whether no text is too long or has nothing to read."""
        if not texts or max(map(len, texts)) > self.field.max_length:
            return not texts
        if not any(map(self._may_be_nothing, texts)):  # time-critical: few texts are prepared here
            return True
        return not any(map(self._is_nothing, texts))

    def _is_nothing(self, text: str) -> bool:
        return not (self.nullable or self.prepare(text).strip())

    def _nothing_fault(self, text: str, row: int) -> Fault:
        if not text.strip():
            return self.missing_fault(row)
        message = "Nothing is left to read without the names and addresses in this text."
        return Fault(self.name, "no_words", message, row=row)

    def parse_arrow(self, array: "pa.Array") -> tuple[list[str], Mask]:
        """Return a column of a file, null as "", and the mask of nulls. Raises InvalidFile if it has another type."""
        from service.fields.arrow_values import parse_text_column

        return parse_text_column(self, array)

    def value_text(self, value: str, language: Language) -> str:
        return shorten(value) or EMPTY[language]
