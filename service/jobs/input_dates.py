"""The dates of an input: from when its data are, as the input itself says."""

import re
from datetime import date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from service.fields.arrow_values import calendar_days, has_days, is_text, trimmed
from service.files.csv_format.missing_words import without_missing_words
from service.jobs.sources.partitions import WrongInput
from wire.cells.text_style import DateOrder, TextStyle
from wire.cells.time_values import iso_moment

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_DAY_LENGTH = len("2005-09-30")
_EASTERNMOST = timezone(timedelta(hours=14))


def latest_day() -> date:
    """Return the latest day that has begun anywhere on earth."""
    return datetime.now(_EASTERNMOST).date()


def date_text(text: str, order: DateOrder | None) -> str:
    """Return the month or the day of a text as it is written, with the reading of all dates. Raises ValueError.

    2005-09 → 2005-09, 30.09.2005 → 2005-09-30, 2005-09-30 14:30:00+02:00 → 2005-09-30.
    """
    if _MONTH.fullmatch(text):
        return text
    moment = iso_moment(text, order)
    datetime.fromisoformat(moment)
    return moment[:_DAY_LENGTH]


def readable_texts(column: pa.Array, style: TextStyle) -> pa.Array:
    """Return a column of texts without spaces around them; an empty one, and a word for a missing value, is null."""
    texts = column.cast(pa.string())
    return trimmed(without_missing_words(texts, []) if style.missing == "words" else texts)


def local_days(column: pa.Array, name: str) -> NDArray[np.int64]:
    """Return dates or timestamps as days since 1970-01-01, in the zone of the column. Raises WrongInput for a wrong zone."""
    try:
        return calendar_days(column)
    except pa.ArrowException as error:
        raise WrongInput(f"The column {name} has an unknown time zone: {column.type.tz[:64]!r}.") from error


def date_texts(column: pa.Array, name: str, style: TextStyle) -> tuple[list[str | None], list[int]]:
    """Return the month or the day of each row, null if it has none, and the rows whose value is neither.

    The column holds text, dates or timestamps. Raises WrongInput for another type and for an unknown time zone.
    """
    if has_days(column.type):
        days = np.datetime_as_string(local_days(column, name).astype("datetime64[D]"))
        texts: list[str | None] = [
            str(day) if is_valid else None for day, is_valid in zip(days, column.is_valid().to_pylist(), strict=True)
        ]
    elif is_text(column.type):
        texts = readable_texts(column, style).to_pylist()
    else:
        raise WrongInput(f"The column {name} holds {str(column.type)[:40]}, not dates.")
    dates: list[str | None] = []
    wrong = []
    for index, text in enumerate(texts):
        try:
            dates.append(None if text is None else date_text(text, style.dates))
        except ValueError:
            dates.append(None)
            wrong.append(index)
    return dates, wrong
