"""Free text, with a text area as widget."""

from typing import Any

import streamlit as st

from client import Value
from demo.fields.field_type import FieldType, InvalidEntry
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
        if len(value) > self._max_length() or self._is_missing(value):
            raise ValueError(text)
        return value

    def _is_missing(self, text: str) -> bool:
        return not text.strip() and not self.field.get("nullable")

    def _max_length(self) -> int:
        return self.field.get("max_length", _MAX_LENGTH)

    def allowed_text(self, tr: Translation) -> str:
        return tr.text("text of up to {n} characters", n=tr.number(self._max_length()))

    def draw(self, key: str, title: str, tr: Translation, **options: Any) -> None:
        st.text_area(title, height=190, key=key, **options)
        st.caption(tr.text("The answer follows when you click elsewhere, or press Ctrl+Enter."))

    def from_widget(self, widget_value: Any, current: Value, tr: Translation) -> Value:
        """Return the text. A text that is too long is cut, because Streamlit's own limit ignores it without a word."""
        text, limit = str(widget_value or ""), self._max_length()
        if text == (current or ""):
            return current
        if self._is_missing(text):
            sentence = f"{tr.text('This field cannot be empty.')} {tr.text('The text before is back.')}"
            raise InvalidEntry(sentence, current)
        if len(text) <= limit:
            return None if widget_value is None else text
        sentence = tr.text("The text was longer than {limit} characters: its end was cut off.", limit=tr.number(limit))
        raise InvalidEntry(sentence, text[:limit])
