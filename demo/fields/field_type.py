"""The base class of the field types. Each type of input is a subclass in a module of this package."""

from typing import Any, ClassVar

from client import Field, Value
from demo.text.translation import Translation
from wire.cells.cell_values import parse_cell
from wire.cells.text_style import PROGRAM_STYLE, TextStyle

_NULL = "null"


class InvalidEntry(ValueError):
    """A value of a widget that the field does not accept as it is. The message says why, in the reader's language."""

    def __init__(self, sentence: str, value: Value) -> None:
        super().__init__(sentence)
        self.value = value
        """The value that the field has instead; the widget shows it."""


class FieldType:
    """One input of a card: its default, its texts, its encoding in the URL, its chart axis and its widget.

    A subclass implements `draw` and `_decode`, and overrides what differs for its type.
    """

    has_widget: ClassVar[bool] = True
    """Whether the form has a widget for the field."""
    can_sweep: ClassVar[bool] = True
    """Whether the pages What if and What to change can vary the field."""
    is_ordered: ClassVar[bool] = False
    """Whether the values have an order, so that a chart draws them on a line. Others are drawn as bars."""
    is_long: ClassVar[bool] = False
    """Whether a value is a text that is too long for a sentence."""

    is_known: ClassVar[bool] = True
    """Whether this demo knows the type. A field of another type keeps its default and is not in the URL."""
    is_array: ClassVar[bool] = False
    """Whether a value is too large for a sentence and for a link, such as a picture: a text only says what it is."""
    is_picture: ClassVar[bool] = False
    """Whether a value is a picture, which HTML shows."""

    is_number: ClassVar[bool] = False
    """Whether a value is a number, which a table writes in the reader's format, on the right."""

    html_input: ClassVar[str] = "text"
    """The type of the HTML input that gives a value as `decode` reads it."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def default(self) -> Value:
        """Return the card's default, else a typical value."""
        if self.field.get("default") is not None or self.field.get("nullable"):
            return self.field.get("default")
        return self._typical()

    def _typical(self) -> Value:
        return None

    # Texts

    def unit(self) -> str:
        """Return the unit after the label of the field; may be empty."""
        return self.field.get("unit", "")

    def value_text(self, value: Any, tr: Translation) -> str:
        """Return a value as text for people, without its unit. A value of another type is only converted to text."""
        if value is None:
            return tr.text("not known")
        return self._format(value, tr) if self._has_type(value) else str(value)

    def _has_type(self, value: Any) -> bool:
        return isinstance(value, str)

    def _format(self, value: Any, _tr: Translation) -> str:
        return str(value)

    def value_with_unit(self, value: Any, tr: Translation) -> str:
        """Return a value as text for people, with its unit if it has one."""
        return self.value_text(value, tr)

    def build_value(self, value: Any, tr: Translation) -> str:
        """Return a value for HTML: a thumbnail of a picture as Markup, else its text with its unit, not escaped."""
        return self.value_with_unit(value, tr)

    def build_large(self, value: Any, tr: Translation) -> str:
        """Return a value for HTML in which it is the main thing: a picture in its full size."""
        return self.build_value(value, tr)

    def caption(self, value: Any, tr: Translation) -> str:  # noqa: ARG002 - vectors use them
        """Return what the form says of a field without a widget."""
        return tr.text("This demo has no input for this field.")

    def cell_text(self, value: Value, tr: Translation) -> str:
        """Return a value as text for a cell of a file."""
        return self.value_text(value, tr)

    def allowed_text(self, tr: Translation) -> str:  # noqa: ARG002 - numbers use it
        """Return the values that a cell of a file may have; "–" if any."""
        return "–"

    def wrong_type_text(self, tr: Translation) -> str:
        """Return the message for a cell that holds a value of another type."""
        return tr.text("is not text")

    # URL and files

    def encode(self, value: Value) -> str:
        """Return a value as text for the URL; `decode` returns the same value."""
        if value is None:
            return _NULL
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return f'"{value}"' if value == _NULL or value.startswith('"') else value
        return repr(value)

    def decode(self, text: str) -> Value:
        """Return the value of a text from the URL. Raises ValueError if the field does not accept it.

        A text with a lone surrogate is not accepted: no page can show it.
        """
        text.encode()  # raises UnicodeEncodeError, a ValueError
        if text != _NULL:
            return self._decode(text)
        if self.field.get("nullable"):
            return None
        raise ValueError(text)

    def _decode(self, text: str) -> Value:
        raise ValueError(text)

    def check(self, value: Value) -> Value:
        """Return an untrusted value. Raises ValueError if the field does not accept it."""
        return self.decode(self.encode(value))

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:
        """Return the value of a cell of a file, as the service reads it. Raises ValueError if it does not fit.

        `style` says how the texts of a CSV are written; None: the cell is a value of Arrow or JSON, and a text is exact.
        """
        if isinstance(cell, str) and style is not None:
            categories = [category["value"] for category in self.field.get("categories", [])]
            is_percent = self.field.get("shown_as") == "percent"
            return self.check(parse_cell(self.field["type"], cell, style, categories, is_percent=is_percent))
        if cell is None or isinstance(cell, int | float | str):
            return self.check(cell)
        raise ValueError(self.field["name"])

    def table_column(self, column_type: str, tr: Translation) -> Any:  # noqa: ARG002 - dates use them
        """Return the column configuration of a table for an Arrow type; None for Streamlit's default."""
        return None

    def can_show(self, value: Any) -> bool:
        """Return whether the widget can show a value, allowed or not."""
        return self._has_type(value) if value is not None else bool(self.field.get("nullable"))

    # Axis of a chart

    def position(self, value: Value) -> float:
        """Return the position of a value on the axis of an ordered field."""
        raise NotImplementedError

    def ticks(self, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
        """Return the positions and labels of ticks from `low` to `high`, for the axis of an ordered field."""
        raise NotImplementedError

    # Widget

    def draw(self, key: str, title: str, tr: Translation, **options: Any) -> None:
        """Draw the widget with this session-state key and these options of Streamlit."""
        raise NotImplementedError

    def options(self) -> list[Value]:
        """Return the values to choose from; empty if a value is typed."""
        return []

    def slider(self) -> tuple[float, float, float] | None:
        """Return the ends and the step of a slider; None if a slider cannot set the field."""
        return None

    def widget_format(self, tr: Translation) -> str:  # noqa: ARG002 - dates use it
        """Return the format of the widget if it depends on the language, else "". The key of the widget contains it."""
        return ""

    def to_widget(self, value: Value, tr: Translation) -> Any:  # noqa: ARG002 - numbers use it
        """Return a field's value as a value of its widget."""
        return value

    def from_widget(self, widget_value: Any, current: Value, tr: Translation) -> Value:  # noqa: ARG002 - see `to_widget`
        """Return the value of a widget as a value of the field. If it shows `current`, return `current` unchanged.

        Raises InvalidEntry if the field does not accept it.
        """
        value: Value = widget_value
        return value
