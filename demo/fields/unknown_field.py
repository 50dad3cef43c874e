"""A type that this demo does not know: the form says so instead of a widget, and the field keeps its default."""

from typing import Any

from client import Value
from demo.fields.field_type import FieldType
from demo.text.translation import Translation
from wire.cells.text_style import PROGRAM_STYLE, TextStyle


class UnknownField(FieldType):
    """An input of a type that is newer than this demo."""

    is_known = False
    has_widget = False
    can_sweep = False

    def value_text(self, value: Any, tr: Translation) -> str:
        if isinstance(value, bool):
            return tr.text("yes") if value else tr.text("no")
        if isinstance(value, int | float):
            return tr.short_number(value)
        return tr.text("not known") if value is None else value if isinstance(value, str) else "…"

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:  # noqa: ARG002
        raise ValueError(self.field["name"])

    def decode(self, text: str) -> Value:
        raise ValueError(text)
