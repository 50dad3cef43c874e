"""Free text, with a text area as widget."""

from typing import Any

import streamlit as st

from client import Value
from demo.fields.field_type import FieldType
from demo.text.translation import Translation

_MAX_LENGTH = 2000


class TextField(FieldType):
    """A text that the model reads word by word."""

    can_sweep = False
    is_long = True

    def _typical(self) -> Value:
        return ""

    def _decode(self, text: str) -> Value:
        value = text[1:-1] if text.startswith('"') and text.endswith('"') and len(text) > 1 else text
        if len(value) > self._max_length():
            raise ValueError(text)
        return value

    def _max_length(self) -> int:
        return self.field.get("max_length", _MAX_LENGTH)

    def _from_text(self, cell: str, *, decimal_comma: bool) -> Value:  # noqa: ARG002 - numbers use it
        return cell

    def draw(self, key: str, title: str, tr: Translation, hint: str | None) -> Any:
        text = st.text_area(title, height=190, max_chars=self._max_length(), key=key, help=hint)
        st.caption(tr.text("The answer follows when you click elsewhere, or press Ctrl+Enter."))
        return text
