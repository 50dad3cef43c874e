"""The base class of dates and moments: ISO texts, with a calendar as widget."""

from datetime import date
from typing import Any

import streamlit as st

from client import Value
from demo.fields.field_type import FieldType, InvalidEntry
from demo.text.translation import Translation

EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""The ends of a calendar if the card gives no limits."""
TYPICAL_DAY = date(2000, 1, 1)
_FORMATS = {"en": "YYYY-MM-DD", "pl": "DD.MM.YYYY"}
"""Language → the format of a date in the calendar: digits, in the order that the language uses."""


class CalendarField(FieldType):
    """A day or a moment. A subclass parses its texts and draws its widget."""

    is_ordered = True

    def allowed_text(self, tr: Translation) -> str:
        return tr.text("such as {value}", value=str(self.field.get("default") or self._typical()))

    def _limits(self) -> tuple[Any, Any]:
        """Return the card's limits, or the ends of the calendar, as values of the widget."""
        raise NotImplementedError

    def _draw(self, title: str, **options: Any) -> None:
        """Draw the widget with these options of Streamlit."""
        raise NotImplementedError

    def _column(self, date_format: str) -> Any:
        """Return the column configuration of a table, with this format for the date."""
        raise NotImplementedError

    def cell_text(self, value: Value, tr: Translation) -> str:
        return value if isinstance(value, str) else self.value_text(value, tr)

    def table_column(self, column_type: str, tr: Translation) -> Any:
        return self._column(_FORMATS[tr.language]) if column_type.startswith(("date", "timestamp")) else None

    def widget_format(self, tr: Translation) -> str:
        return _FORMATS[tr.language]

    def draw(self, key: str, title: str, tr: Translation, **options: Any) -> None:
        low, high = self._limits()
        current = st.session_state.get(key)  # a value outside the limits of a newer card stays, and the form marks it
        self._draw(
            title,
            value=None,
            min_value=min(low, current or low),
            max_value=max(high, current or high),
            format=self.widget_format(tr),
            required=not self.field.get("nullable"),
            key=key,
            **options,
        )

    def from_widget(self, widget_value: Any, current: Value, tr: Translation) -> Value:
        if widget_value == self.to_widget(current, tr):
            return current
        if widget_value is None and not self.field.get("nullable"):
            again = tr.text("The value is {value} again.", value=self.value_with_unit(current, tr))
            raise InvalidEntry(f"{tr.text('This field cannot be empty.')} {again}", current)
        return widget_value.isoformat() if isinstance(widget_value, date) else None
