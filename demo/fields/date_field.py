"""Dates, with a calendar as widget. A value is ISO text, such as 2026-11-29."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from client import Value
from demo.charts.ticks import calendar_days
from demo.fields.calendar_field import EPOCH, FIRST_DAY, LAST_DAY, TYPICAL_DAY, CalendarField
from demo.text.translation import Translation
from wire.cells.text_style import PROGRAM_STYLE, TextStyle
from wire.cells.time_values import ISO_DATE, parse_day

_ISO = re.compile(ISO_DATE)


def parse_date(text: Any) -> date | None:
    """Return the date of an ISO text; None for anything else."""
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class DateField(CalendarField):
    """A day of the calendar, without a time."""

    html_input = "date"

    def _typical(self) -> Value:
        low, high = self._limits()
        if "seen" in self.field:
            low, high = (parse_date(end) or TYPICAL_DAY for end in self.field["seen"])
            return (low + (high - low) / 2).isoformat()
        return min(max(TYPICAL_DAY, low), high).isoformat()

    def _limits(self) -> tuple[date, date]:
        low, high = parse_date(self.field.get("minimum")), parse_date(self.field.get("maximum"))
        return low or min(FIRST_DAY, high or FIRST_DAY), high or max(LAST_DAY, low or LAST_DAY)

    def _has_type(self, value: Any) -> bool:
        return parse_date(value) is not None

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.date(value)

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is not a date")

    def _decode(self, text: str) -> Value:
        day = parse_date(text)
        low, high = parse_date(self.field.get("minimum")), parse_date(self.field.get("maximum"))
        if day is None or (low and day < low) or (high and day > high):
            raise ValueError(text)
        return text

    def check(self, value: Value) -> Value:
        """Return an untrusted value; the midnight of a day is the day. Raises ValueError if the field does not accept it."""
        return super().check(parse_day(value).isoformat() if isinstance(value, str) else value)

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:
        """Return the date of a cell; of a timestamp, the date in its zone."""
        if isinstance(cell, datetime):
            cell = cell.date()
        if isinstance(cell, date):
            return self.check(cell.isoformat())
        return super().from_cell(cell, style)

    def _column(self, date_format: str) -> Any:
        return st.column_config.DateColumn(format=date_format)

    def position(self, value: Value) -> float:
        """Return the days since 1970."""
        return float(((parse_date(value) or EPOCH) - EPOCH).days)

    def ticks(self, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
        span = max(1, int(high - low))
        start = datetime.combine(EPOCH, time(), UTC)
        return [(at, tr.timestamp(start + timedelta(days=at), span, UTC)) for at in calendar_days(low, high)]

    def _draw(self, title: str, **options: Any) -> None:
        st.date_input(title, **options)

    def to_widget(self, value: Value, tr: Translation) -> Any:  # noqa: ARG002 - numbers use it
        return parse_date(value)
