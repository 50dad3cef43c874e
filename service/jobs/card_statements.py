"""Card statements of any file or table, one row for each client and month → one schema, with reasons for faulty rows."""

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.fields.arrow_values import has_days, is_text, parse_number_text, parse_texts, to_float64
from service.jobs.input_dates import date_text, latest_day, local_days, readable_texts
from service.jobs.key_columns import key_texts
from wire.cells.text_style import PROGRAM_STYLE, DateOrder, TextStyle
from wire.entity_keys import NoKey

KEY = "client"
AMOUNTS = ("status", "bill", "paid", "limit")
STATEMENTS = pa.schema(
    [
        ("place", pa.int64()),
        ("key", pa.string()),
        ("month", pa.int32()),
        *((name, pa.float64()) for name in AMOUNTS),
        ("field", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
    ]
)
"""`place`: the row of the input, from 1. `month`: months since the year 0. A null amount is unknown.
`field`, `code` and `message` say what is wrong with a row; they are null if nothing is wrong."""

_MONTHS_BEFORE_1970 = 1970 * 12
_MONTHS_OF_CALENDAR = 10_000 * 12
_REASONS = {
    "missing_field": "This field is missing.",
    "wrong_type": "Expected a number.",
    "not_finite": "Expected a finite number.",
    "invalid_month": "Expected a month such as 2005-09, or a date. A date with slashes needs --dates.",
    "future_month": "This month has not begun yet.",
    "out_of_range": "Expected a limit above 0.",
}
Faults = list[tuple[NDArray[np.bool_], str, str]]


def current_month() -> int:
    """Return the month that has begun anywhere on earth, in months since the year 0."""
    day = latest_day()
    return day.year * 12 + day.month - 1


def parse_statements(
    batches: Iterator[pa.RecordBatch],
    key: str,
    latest_month: int,
    style: TextStyle = PROGRAM_STYLE,
    typed: Collection[str] = (),
) -> Iterator[pa.RecordBatch]:
    """Yield each batch with the schema STATEMENTS; `key` names the column of the client.

    A statement of a month after `latest_month` (months since the year 0) is refused. `style` says how texts are written; in
    the columns of `typed` a text is no number.
    """
    rows_before = 0
    for batch in batches:
        yield _parse_batch(batch, key, rows_before, latest_month, style=style, typed=typed)
        rows_before += batch.num_rows


def _parse_batch(
    batch: pa.RecordBatch, key: str, rows_before: int, latest_month: int, *, style: TextStyle, typed: Collection[str]
) -> pa.RecordBatch:
    faults: Faults = []
    keys, reasons = _parse_keys(batch.column(key), key)
    month = _parse_months(batch.column("month"), faults, style)
    faults.append((_mask(pc.greater(month, latest_month)), "month", "future_month"))
    styles = {name: None if name in typed else style for name in AMOUNTS}
    amounts = {name: _parse_amounts(batch.column(name), name, faults, styles[name]) for name in AMOUNTS}
    limit = amounts["limit"]
    faults.append((_mask(pc.is_null(limit)), "limit", "missing_field"))
    faults.append((_mask(pc.less_equal(limit, 0)), "limit", "out_of_range"))
    for wrong, field, code in faults:
        for index in np.flatnonzero(wrong).tolist():
            reasons.setdefault(index, (field, code, _REASONS[code]))
    reason_rows = [reasons.get(index, (None, None, None)) for index in range(batch.num_rows)]
    row_numbers = pa.array(range(rows_before + 1, rows_before + 1 + batch.num_rows), pa.int64())
    texts = [pa.array([each[part] for each in reason_rows], pa.string()) for part in range(3)]
    return pa.RecordBatch.from_arrays([row_numbers, keys, month, *amounts.values(), *texts], schema=STATEMENTS)


def _parse_keys(column: pa.Array, name: str) -> tuple[pa.Array, dict[int, tuple[str, str, str]]]:
    """Return the keys as text, or null, and the reasons for the rows without a key."""
    keys: list[str | None] = []
    reasons = {}
    for index, text in enumerate(key_texts(column)):
        if isinstance(text, NoKey):
            reasons[index] = (name, text.code, text.message)
        keys.append(None if isinstance(text, NoKey) else text)
    return pa.array(keys, pa.string()), reasons


def _parse_months(column: pa.Array, faults: Faults, style: TextStyle) -> pa.Array:
    """Return months since the year 0, from months or dates as text, from dates and from timestamps.

    A timestamp with a zone is in the month of that zone. Raises WrongInput if the zone does not exist.
    """
    missing = _mask(pc.is_null(column, nan_is_null=True))
    if has_days(column.type):
        days = local_days(column, "month").astype("datetime64[D]")
        months = days.astype("datetime64[M]").astype(np.int64) + _MONTHS_BEFORE_1970
        wrong = (months < 0) | (months >= _MONTHS_OF_CALENDAR)
    elif is_text(column.type):
        parsed = parse_texts(readable_texts(column, style), lambda text: _month_of(text, style.dates))
        missing, months, wrong = parsed.null, np.nan_to_num(parsed.values).astype(np.int64), parsed.wrong
    else:
        months, wrong = np.zeros(len(column), dtype=np.int64), np.ones(len(column), dtype=np.bool_)
    faults.append((missing, "month", "missing_field"))
    faults.append((wrong & ~missing, "month", "invalid_month"))
    refused = missing | wrong
    return pa.array(np.where(refused, 0, months).astype(np.int32), mask=refused)


def _month_of(text: str, order: DateOrder | None) -> float:
    """Return the month of `2005-09`, `30.09.2005` or `2005-09-30 14:30:00+02:00` as it is written. Raises ValueError."""
    year, month = date_text(text, order).split("-")[:2]
    return int(year) * 12 + int(month) - 1


def _parse_amounts(column: pa.Array, name: str, faults: Faults, style: TextStyle | None) -> pa.Array:
    """Return numbers. An empty cell, null and NaN are unknown, so they are null. `style` is None if a text is no number."""
    if is_text(column.type) and style is not None:
        parsed = parse_number_text(readable_texts(column, style), style)
        faults.append((parsed.wrong, name, "wrong_type"))
        column = pa.array(parsed.values, mask=parsed.null | parsed.wrong)
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        faults.append((_mask(pc.is_valid(column)), name, "wrong_type"))
        column = pa.nulls(len(column))
    numbers = to_float64(column)
    faults.append((_mask(pc.is_inf(numbers)), name, "not_finite"))
    return pc.if_else(pc.is_finite(numbers), numbers, None)


def _mask(condition: pa.Array) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = pc.fill_null(condition, False).to_numpy(zero_copy_only=False)  # noqa: FBT003
    return mask
