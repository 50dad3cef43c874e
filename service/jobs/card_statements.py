"""Card statements of any file or table, one row for each client and month → one schema, with reasons for faulty rows."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.by_key.entity_keys import NoKey
from service.fields.arrow_values import to_float64
from service.jobs.key_columns import key_texts

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

_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
_REASONS = {
    "missing_field": "This field is missing.",
    "wrong_type": "Expected a number.",
    "not_finite": "Expected a finite number.",
    "invalid_month": "Expected a month such as 2005-09.",
    "out_of_range": "Expected a limit above 0.",
}
Faults = list[tuple[NDArray[np.bool_], str, str]]


def parse_statements(batches: Iterator[pa.RecordBatch], key: str) -> Iterator[pa.RecordBatch]:
    """Yield each batch with the schema STATEMENTS; `key` names the column of the client."""
    rows_before = 0
    for batch in batches:
        yield _parse_batch(batch, key, rows_before)
        rows_before += batch.num_rows


def _parse_batch(batch: pa.RecordBatch, key: str, rows_before: int) -> pa.RecordBatch:
    faults: Faults = []
    keys, reasons = _parse_keys(batch.column(key), key)
    month = _parse_months(batch.column("month"), faults)
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
    if pa.types.is_temporal(column.type) and not pa.types.is_time(column.type) and not pa.types.is_duration(column.type):
        column = pc.strftime(column.cast(pa.timestamp("s"), safe=False), "%Y-%m")
    missing = pc.is_null(column, nan_is_null=True)
    if not _is_text(column):
        column = pa.array(["" if is_missing else "no month" for is_missing in missing.to_pylist()], pa.string())
    trimmed = pc.utf8_trim_whitespace(column)
    good = pc.fill_null(pc.match_substring_regex(trimmed, _MONTH), False)  # noqa: FBT003 - Arrow's signature
    empty = pc.fill_null(pc.equal(trimmed, ""), True)  # noqa: FBT003
    faults.append((_mask(empty), "month", "missing_field"))
    faults.append((_mask(pc.invert(good)), "month", "invalid_month"))
    valid = pc.if_else(good, trimmed, None)
    year, month = (pc.utf8_slice_codeunits(valid, *part).cast(pa.int32()) for part in ((0, 4), (5, 7)))
    return pc.add(pc.multiply(year, pa.scalar(12, pa.int32())), pc.subtract(month, pa.scalar(1, pa.int32())))


def _parse_amounts(column: pa.Array, name: str, faults: Faults) -> pa.Array:
    """Return numbers. An empty cell, null and NaN are unknown, so they are null."""
    if _is_text(column):
        trimmed = pc.utf8_trim_whitespace(column)
        good = pc.match_substring_regex(trimmed, _NUMBER)
        faults.append((_mask(pc.and_(pc.invert(good), pc.not_equal(trimmed, ""))), name, "wrong_type"))
        column = pc.if_else(good, trimmed, None)
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        faults.append((_mask(pc.is_valid(column)), name, "wrong_type"))
        column = pa.nulls(len(column))
    numbers = to_float64(column)
    faults.append((_mask(pc.is_inf(numbers)), name, "not_finite"))
    return pc.if_else(pc.is_finite(numbers), numbers, None)


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _mask(condition: pa.Array) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = pc.fill_null(condition, False).to_numpy(zero_copy_only=False)  # noqa: FBT003
    return mask
