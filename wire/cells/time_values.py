"""Dates as people write them → ISO text, and durations → text."""

import re
from datetime import date, datetime

from wire.cells.text_style import DateOrder

ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_MOMENT = ISO_DATE + r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
"""A date, or a date with a time. An offset is optional; without it, the time is in UTC."""

_ISO_DATE, _ISO_MOMENT = re.compile(ISO_DATE), re.compile(ISO_MOMENT)
_MIDNIGHT = re.compile(r"[0:.]*(?:[Zz]|[+-][0-9:]*)?")
_LOCAL_DATE = re.compile(r"([0-9]{1,2})([./])([0-9]{1,2})\2([0-9]{4})")
_LOCAL_MOMENT = re.compile(r"([0-9./]+)(?: ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:[.][0-9]{1,9})?))?)?")
_UNITS_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class AmbiguousDate(ValueError):
    """A text that may mean two days."""


class TimeOfDay(ValueError):
    """A date with a time other than midnight."""

    def __init__(self) -> None:
        super().__init__("Expected a date such as 2026-11-29, without a time of day.")


def parse_day(text: str) -> date:
    """Return the date of a text in ISO form, which may have a time at midnight. Raises ValueError, TimeOfDay.

    Programs write a date as its midnight: 2026-11-29T00:00:00. With an offset, the date is the one that is written, as for a
    timestamp with a zone: 2026-11-29T00:00:00+02:00 is 2026-11-29, although it is 2026-11-28 in UTC.
    """
    if _ISO_DATE.fullmatch(text):
        return date.fromisoformat(text)
    if not _ISO_MOMENT.fullmatch(text):
        raise ValueError("not in ISO form")
    moment = datetime.fromisoformat(text.upper())
    if not _MIDNIGHT.fullmatch(text, len("2026-11-29T")):
        raise TimeOfDay
    return moment.date()


def iso_date(text: str, order: DateOrder | None) -> str:
    """Return a date such as 31.12.2026 or 2026-12-31 in ISO form; it may have a time at midnight.

    Raises ValueError, AmbiguousDate, TimeOfDay.
    """
    local = _LOCAL_MOMENT.fullmatch(text)
    return parse_day(text if local is None else iso_moment(text, order)).isoformat()


def _iso_local_date(text: str, order: DateOrder | None) -> str:
    """Return a date such as 31.12.2026 in ISO form. Raises ValueError, AmbiguousDate.

    The day comes first unless `order` says otherwise. A date with slashes needs `order`.
    """
    match = _LOCAL_DATE.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    if order is None and match[2] == "/":
        raise AmbiguousDate("a date with slashes may mean two days")
    day, month = (match[3], match[1]) if order == "month_first" else (match[1], match[3])
    return date(int(match[4]), int(month), int(day)).isoformat()


def iso_moment(text: str, order: DateOrder | None) -> str:
    """Return a date with time such as 31.12.2026 14:30 in ISO form; a date is its midnight.

    Raises ValueError, AmbiguousDate.
    """
    if _ISO_MOMENT.fullmatch(text):
        return text[:10] + "T" + (text[11:].upper() or "00:00:00")
    match = _LOCAL_MOMENT.fullmatch(text)
    if match is None:
        raise ValueError("not a date with time")
    return f"{_iso_local_date(match[1], order)}T{int(match[2] or 0):02}:{match[3] or '00'}:{match[4] or '00'}"


def duration_text(count: int, unit: str) -> str:
    """Return a duration of `count` units (s, ms, us or ns) as hours, minutes and seconds: 2:00:00, -26:30:00.5.

    Spreadsheets and pandas read this text as a duration.
    """
    per_second = _UNITS_PER_SECOND[unit]
    seconds, rest = divmod(abs(count), per_second)
    fraction = f".{rest:0{len(str(per_second)) - 1}}".rstrip("0") if rest else ""
    return f"{'-' if count < 0 else ''}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
