"""The base class of pictures and vectors: values that are too large for a sentence and for a link."""

import hashlib
import json
from typing import Any

from client import Value
from demo.fields.field_type import FieldType
from demo.text.translation import Translation
from wire.cells.text_style import PROGRAM_STYLE, TextStyle

_SIGN, _LETTERS = "~", 16
_MAX_RAW = 64
"""So many letters of a value of another type are shown."""


def digest_array(value: Any) -> str:
    """Return the text that names an array in a link: a sign, then the first letters of its SHA-256."""
    text = value if isinstance(value, str) else json.dumps(value)
    return _SIGN + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_LETTERS]


class ArrayField(FieldType):
    """A picture or a vector. A link names its value by a digest: the demo looks for a value that has it."""

    can_sweep = False
    is_array = True

    def _has_type(self, value: Any) -> bool:
        raise NotImplementedError

    def value_text(self, value: Any, tr: Translation) -> str:
        if value is None:
            return tr.text("not known")
        if self._has_type(value):
            return self._format(value, tr)
        return str(value)[:_MAX_RAW] if isinstance(value, str | int | float) else "…"

    def encode(self, value: Value) -> str:
        return super().encode(None) if value is None else digest_array(value)

    def decode(self, text: str) -> Value:
        """Raises ValueError: the text of a link holds no array."""
        raise ValueError(text[:_MAX_RAW])

    def check(self, value: Any) -> Value:
        if not self._has_type(value):
            raise ValueError(self.field["name"])
        accepted: Value = value
        return accepted

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:  # noqa: ARG002 - see `FieldType`
        return self.check(cell)
