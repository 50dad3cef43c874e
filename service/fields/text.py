"""Free text, and how the bundled models read it. Training and scoring call the same function.

The tokenizers of ONNX differ from those of scikit-learn, but both split on a single space in the same way.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from service.errors import Fault
from service.fields.field_type import FieldType, Mask, Schema
from service.fields.value_wording import EMPTY, shorten
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

_TOKEN = re.compile(r"[\w']+|[:;=8][\-o*']?[)\](\[dDpP/\\|@]|<3|[!?]+|[^\w\s]")


def words(text: str) -> str:
    """Return the words, marks and emoticons of `text` in lower case, one space between them."""
    return " ".join(_TOKEN.findall(text.lower()))


class TextType(FieldType):
    """The only type of the channel `texts`: the model takes the string; null is ""."""

    expected = "text"
    json_types = frozenset({str})
    quick_type = str
    may_hold_quotes = True

    def json_schema(self) -> Schema:
        return {"type": "string", "maxLength": self.field.max_length}

    def encode(self, values: Sequence[str | None]) -> list[str]:
        """Return the strings, null as ""."""
        return ["" if value is None else value for value in values]

    def faults(self, texts: list[str]) -> Iterator[Fault]:
        """Yield a fault for each text that is too long or has a lone surrogate."""
        if not self.fits(texts):
            for index, text in enumerate(texts):
                if len(text) > self.field.max_length:
                    message = f"At most {self.field.max_length:,} characters, not {len(text):,}."
                    yield Fault(self.name, "too_long", message, row=index)
        for index, text in enumerate(texts):
            too_long = len(text) > self.field.max_length
            if not too_long and not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
                yield Fault(self.name, "invalid_text", "Half a character: a lone surrogate.", row=index)

    def fits(self, texts: list[str]) -> bool:
        """Return whether no text is too long."""
        return not texts or max(map(len, texts)) <= self.field.max_length

    def parse_arrow(self, array: "pa.Array") -> tuple[list[str], Mask]:
        """Return a column of a file, null as "", and the mask of nulls. Raises InvalidFile if it has another type."""
        from service.fields.arrow_values import parse_text_column

        return parse_text_column(self, array)

    def value_text(self, value: str, language: Language) -> str:
        return shorten(value) or EMPTY[language]
