"""Yes or no: a list of two options, or of three if the value may be unknown."""

from typing import Any

import streamlit as st

from client import Value
from demo.fields.field_type import FieldType
from demo.text.translation import Translation

_URL_VALUES = {"true": True, "false": False}
_CELL_VALUES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class BooleanField(FieldType):
    """True or false."""

    def _typical(self) -> Value:
        return False

    def _has_type(self, value: Any) -> bool:
        return isinstance(value, bool)

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.text("yes") if value else tr.text("no")

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("neither true nor false")

    def _decode(self, text: str) -> Value:
        if text not in _URL_VALUES:
            raise ValueError(text)
        return _URL_VALUES[text]

    def _from_text(self, cell: str, *, decimal_comma: bool) -> Value:  # noqa: ARG002 - numbers use it
        return _CELL_VALUES.get(cell.strip().lower())

    def draw(self, key: str, title: str, tr: Translation, hint: str | None) -> Any:
        options = [True, False, None] if self.field.get("nullable") else [True, False]
        return st.selectbox(title, options, format_func=lambda value: self.value_text(value, tr), key=key, help=hint)
