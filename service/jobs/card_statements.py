"""Card statements of any file or table, one row for each client and month → one schema, with reasons for faulty rows."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.fields.arrow_values import has_days, is_text, parse_texts, to_float64, trimmed
from service.jobs.input_dates import date_text, latest_day, local_days
from service.jobs.key_columns import key_texts
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
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
_REASONS = {
    "missing_field": "This field is missing.",
    "wrong_type": "Expected a number.",
    "not_finite": "Expected a finite number.",
    "invalid_month": "Expected a month such as 2005-09, or a date.",
    "future_month": "This month has not begun yet.",
    "out_of_range": "Expected a limit above 0.",
}
Faults = list[tuple[NDArray[np.bool_], str, str]]


def current_month() -> int:
    """Return the month that has begun anywhere on earth, in months since the year 0."""
    day = latest_day()
    return day.year * 12 + day.month - 1


def parse_statements(batches: Iterator[pa.RecordBatch], key: str, latest_month: int) -> Iterator[pa.RecordBatch]:
    """Yield each batch with the schema STATEMENTS; `key` names the column of the client.

    A statement of a month after `latest_month` (months since the year 0) is refused.
    """
    rows_before = 0
    for batch in batches:
        yield _parse_batch(batch, key, rows_before, latest_month)
        rows_before += batch.num_rows


def _parse_batch(batch: pa.RecordBatch, key: str, rows_before: int, latest_month: int) -> pa.RecordBatch:
    faults: Faults = []
    keys, reasons = _parse_keys(batch.column(key), key)
    month = _parse_months(batch.column("month"), faults)
    faults.append((_mask(pc.greater(month, latest_month)), "month", "future_month"))
    amounts = {name: _parse_amounts(batch.column(name), name, faults) for name in AMOUNTS}
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


def _parse_months(column: pa.Array, faults: Faults) -> pa.Array:
    """Return months since the year 0, from months or dates as text, from dates and from timestamps.

    A timestamp with a zone is in the month of that zone. Raises WrongInput if the zone does not exist.
    """
    missing = _mask(pc.is_null(column, nan_is_null=True))
    if has_days(column.type):
        days = local_days(column, "month").astype("datetime64[D]")
        months = days.astype("datetime64[M]").astype(np.int64) + _MONTHS_BEFORE_1970
        wrong = (months < 0) | (months >= _MONTHS_OF_CALENDAR)
    elif is_text(column.type):
        parsed = parse_texts(trimmed(column.cast(pa.string())), _month_of)
        missing, months, wrong = parsed.null, np.nan_to_num(parsed.values).astype(np.int64), parsed.wrong
    else:
        months, wrong = np.zeros(len(column), dtype=np.int64), np.ones(len(column), dtype=np.bool_)
    faults.append((missing, "month", "missing_field"))
    faults.append((wrong & ~missing, "month", "invalid_month"))
    refused = missing | wrong
    return pa.array(np.where(refused, 0, months).astype(np.int32), mask=refused)


def _month_of(text: str) -> float:
    """Return the month of `2005-09`, `2005-09-30` or `2005-09-30 14:30:00+02:00` as it is written. Raises ValueError."""
    year, month = date_text(text).split("-")[:2]
    return int(year) * 12 + int(month) - 1


def _parse_amounts(column: pa.Array, name: str, faults: Faults) -> pa.Array:
    """Return numbers. An empty cell, null and NaN are unknown, so they are null."""
    if is_text(column.type):
        texts = trimmed(column.cast(pa.string()))
        good = pc.match_substring_regex(texts, _NUMBER)
        faults.append((_mask(pc.invert(good)), name, "wrong_type"))
        column = pc.if_else(good, texts, None)
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        faults.append((_mask(pc.is_valid(column)), name, "wrong_type"))
        column = pa.nulls(len(column))
    numbers = to_float64(column)
    faults.append((_mask(pc.is_inf(numbers)), name, "not_finite"))
    return pc.if_else(pc.is_finite(numbers), numbers, None)


def _mask(condition: pa.Array) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = pc.fill_null(condition, False).to_numpy(zero_copy_only=False)  # noqa: FBT003
    return mask
