"""One of the card's categories: a list to choose from."""

from typing import Any

import streamlit as st

from client import Value
from demo.fields.field_type import FieldType
from demo.text.translation import Translation


class CategoryField(FieldType):
    """One of several texts, each with a label."""

    def _typical(self) -> Value:
        return self.field["categories"][0]["value"]

    def _has_type(self, value: Any) -> bool:
        return value in self._labels()

    def _format(self, value: Any, _tr: Translation) -> str:
        return self._labels().get(value, str(value))

    def _labels(self) -> dict[str, str]:
        """Return category → label, in the card's order."""
        return {category["value"]: category.get("label") or category["value"] for category in self.field["categories"]}

    def allowed_text(self, tr: Translation) -> str:  # noqa: ARG002 - see `FieldType.allowed_text`
        return ", ".join(self._labels())

    def _decode(self, text: str) -> Value:
        value = text[1:-1] if text.startswith('"') and text.endswith('"') and len(text) > 1 else text
        if value not in self._labels():
            raise ValueError(text)
        return value

    def options(self) -> list[Value]:
        return [*self._labels(), None] if self.field.get("nullable") else [*self._labels()]

    def draw(self, key: str, title: str, tr: Translation, **options: Any) -> None:
        st.selectbox(title, self.options(), format_func=lambda value: self.value_text(value, tr), key=key, **options)
