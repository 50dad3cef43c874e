"""Dates with a time, with a calendar and a clock as widget. A value is ISO text in UTC: 2026-11-29T14:30:00."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import streamlit as st

from client import Value
from demo.charts.ticks import calendar_days
from demo.fields.calendar_field import EPOCH, FIRST_DAY, LAST_DAY, TYPICAL_DAY, CalendarField
from demo.text.translation import Translation
from wire.cells.text_style import PROGRAM_STYLE, TextStyle
from wire.cells.time_values import ISO_MOMENT

_ISO = re.compile(ISO_MOMENT)
_START = datetime.combine(EPOCH, time())
_DAY = timedelta(days=1)
_MIN_STEP, _DEFAULT_STEP, _MAX_STEP = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=23)


def parse_datetime(text: Any) -> datetime | None:
    """Return the moment of an ISO text, in UTC without an offset; None for anything else."""
    if not isinstance(text, str) or not _ISO.fullmatch(text) or len(text) == len("2026-11-29"):
        return None
    try:
        return _in_utc(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, without its offset. A moment without an offset is in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


class DatetimeField(CalendarField):
    """A moment in UTC. People read and choose it in UTC like the model, so that no time zone changes its day."""

    html_input = "datetime-local"

    def _typical(self) -> Value:
        if "seen" in self.field:
            low, high = (parse_datetime(end) or _START for end in self.field["seen"])
            return (low + (high - low) / 2).replace(microsecond=0).isoformat()
        low, high = self._limits()
        return min(max(datetime.combine(TYPICAL_DAY, time()), low), high).isoformat()

    def _limits(self) -> tuple[datetime, datetime]:
        first, last = datetime.combine(FIRST_DAY, time()), datetime.combine(LAST_DAY, time(23, 59))
        low, high = parse_datetime(self.field.get("minimum")), parse_datetime(self.field.get("maximum"))
        return low or min(first, high or first), high or max(last, low or last)

    def unit(self) -> str:
        return "UTC"

    def _has_type(self, value: Any) -> bool:
        return parse_datetime(value) is not None

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.day_and_time(parse_datetime(value) or _START)

    def value_with_unit(self, value: Any, tr: Translation) -> str:
        text = self.value_text(value, tr)
        return f"{text}\N{NO-BREAK SPACE}{self.unit()}" if self._has_type(value) else text

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is not a date with a time")

    def _decode(self, text: str) -> Value:
        moment = parse_datetime(text)
        low, high = parse_datetime(self.field.get("minimum")), parse_datetime(self.field.get("maximum"))
        if moment is None or (low and moment < low) or (high and moment > high):
            raise ValueError(text)
        return moment.isoformat()

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:
        """Return the moment of a cell in UTC; of a date, its midnight."""
        if isinstance(cell, datetime):
            return self.check(_in_utc(cell).isoformat())
        if isinstance(cell, date):
            return self.check(datetime.combine(cell, time()).isoformat())
        return super().from_cell(cell, style or PROGRAM_STYLE)

    def _column(self, date_format: str) -> Any:
        return st.column_config.DatetimeColumn(format=f"{date_format} HH:mm", timezone="UTC")

    def position(self, value: Value) -> float:
        """Return the days since 1970, with their fraction."""
        return ((parse_datetime(value) or _START) - _START) / _DAY

    def ticks(self, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
        start = _START.replace(tzinfo=UTC)
        return [(at, tr.timestamp(start + timedelta(days=at), int(high - low), UTC)) for at in calendar_days(low, high)]

    def _draw(self, title: str, **options: Any) -> None:
        st.datetime_input(title, step=self._step(), **options)

    def _step(self) -> timedelta:
        """Return the interval between the options of the clock. The card gives the step in days."""
        step = timedelta(days=self.field["step"]) if "step" in self.field else _DEFAULT_STEP
        return step if _MIN_STEP <= step <= _MAX_STEP else _DEFAULT_STEP

    def to_widget(self, value: Value, tr: Translation) -> Any:  # noqa: ARG002 - numbers use it
        """Return a moment without its seconds: the widget has none."""
        moment = parse_datetime(value)
        return moment and moment.replace(second=0, microsecond=0)
