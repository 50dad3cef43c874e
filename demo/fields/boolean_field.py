"""Yes or no: a list of two options, or of three if the value may be unknown."""

from typing import Any

import streamlit as st

from client import Value
from demo.fields.field_type import FieldType
from demo.text.translation import Translation
from wire.cells.text_style import PROGRAM_STYLE, TextStyle

_URL_VALUES = {"true": True, "false": False}


class BooleanField(FieldType):
    """True or false."""

    def _typical(self) -> Value:
        return False

    def _has_type(self, value: Any) -> bool:
        return isinstance(value, bool)

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.text("yes") if value else tr.text("no")

    def allowed_text(self, tr: Translation) -> str:
        return tr.text("yes or no")

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is neither true nor false")

    def _decode(self, text: str) -> Value:
        if text not in _URL_VALUES:
            raise ValueError(text)
        return _URL_VALUES[text]

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:
        return super().from_cell(cell, style or PROGRAM_STYLE)  # a column of texts in Parquet has the words of a CSV

    def options(self) -> list[Value]:
        return [True, False, None] if self.field.get("nullable") else [True, False]

    def draw(self, key: str, title: str, tr: Translation, **options: Any) -> None:
        st.selectbox(title, self.options(), format_func=lambda value: self.value_text(value, tr), key=key, **options)
