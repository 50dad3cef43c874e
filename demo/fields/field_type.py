"""What the demo does with one input of a card. Each type of input is a subclass in a module of this package."""

from typing import Any, ClassVar

from client import Field, Value
from demo.text.translation import Translation

_NULL = "null"


class FieldType:
    """One input of a card: its default, its words, its form in a link, its axis, its widget.

    A subclass gives `draw` and `_decode`, and changes what differs for its type.
    """

    has_widget: ClassVar[bool] = True
    """Whether the form has a widget for it. A field without one keeps its default, and no link holds it."""
    can_sweep: ClassVar[bool] = True
    """Whether its values can be gone through: What if and What to change offer it."""
    is_ordered: ClassVar[bool] = False
    """Whether its values lie on a line. Other values stand side by side on a chart."""
    is_long: ClassVar[bool] = False
    """Whether its value is a text too long to stand in a sentence."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def default(self) -> Value:
        """Return the card's default, else a value that the field may well have."""
        if self.field.get("default") is not None or self.field.get("nullable"):
            return self.field.get("default")
        return self._typical()

    def _typical(self) -> Value:
        return None

    # Words

    def unit(self) -> str:
        """Return the unit that stands after the field's label; may be empty."""
        return self.field.get("unit", "")

    def value_text(self, value: Any, tr: Translation) -> str:
        """Return a value as people read it, without its unit. A value of another type is written as it is."""
        if value is None:
            return tr.text("not known")
        return self._format(value, tr) if self._has_type(value) else str(value)

    def _has_type(self, value: Any) -> bool:
        return isinstance(value, str)

    def _format(self, value: Any, _tr: Translation) -> str:
        return str(value)

    def value_with_unit(self, value: Any, tr: Translation) -> str:
        """Return a value as people read it, with its unit where it has one."""
        return self.value_text(value, tr)

    def cell_text(self, value: Value, tr: Translation) -> str:
        """Return a value as people write it in a cell of a file."""
        return self.value_text(value, tr)

    def wrong_type_text(self, tr: Translation) -> str:
        """Return what is wrong with a cell that holds a value of another type."""
        return tr.text("not text")

    # Links and files

    def encode(self, value: Value) -> str:
        """Return a value as a link holds it; `decode` gives the same value back."""
        if value is None:
            return _NULL
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return f'"{value}"' if value == _NULL or value.startswith('"') else value
        return repr(value)

    def decode(self, text: str) -> Value:
        """Return the value that a link holds. Raises ValueError where the field does not take it."""
        if text != _NULL:
            return self._decode(text)
        if self.field.get("nullable"):
            return None
        raise ValueError(text)

    def _decode(self, text: str) -> Value:
        raise ValueError(text)

    def checked(self, value: Value) -> Value:
        """Return a value that comes from outside. Raises ValueError where the field does not take it."""
        return self.decode(self.encode(value))

    def from_cell(self, cell: Any, *, decimal_comma: bool = False) -> Value:
        """Return the value of a cell of a file: text, or what Arrow gives. Raises ValueError."""
        if isinstance(cell, str):
            return self.checked(self._from_text(cell, decimal_comma=decimal_comma))
        if cell is None or isinstance(cell, int | float):
            return self.checked(cell)
        raise ValueError(self.field["name"])

    def _from_text(self, cell: str, *, decimal_comma: bool) -> Value:  # noqa: ARG002 - numbers use it
        return cell or None

    def table_column(self, column_type: str, tr: Translation) -> Any:  # noqa: ARG002 - dates use them
        """Return how a table shows the field's column of an Arrow type; None where Streamlit knows best."""
        return None

    # Axis of a chart

    def position(self, value: Value) -> float:
        """Return where a value stands on the axis of an ordered field."""
        raise NotImplementedError

    def ticks(self, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
        """Return positions between two ends, with their words, for the axis of an ordered field."""
        raise NotImplementedError

    # Widget

    def draw(self, key: str, title: str, tr: Translation, hint: str | None) -> Any:
        """Draw the widget whose value Streamlit keeps under `key`; return what it shows."""
        raise NotImplementedError

    def widget_format(self, tr: Translation) -> str:  # noqa: ARG002 - dates use it
        """Return how the widget writes its value where that depends on the language. Another format is another widget."""
        return ""

    def to_widget(self, value: Value) -> Any:
        """Return a value as the widget shows it."""
        return value

    def from_widget(self, shown: Any, current: Value) -> Value:  # noqa: ARG002 - most types need the shown value alone
        """Return what a widget shows as a value; `current` where both are equal, so that nothing counts as changed."""
        value: Value = shown
        return value
