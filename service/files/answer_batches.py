"""Score the parts of a file and return the answer as Arrow batches."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from service.bundles.model import Model
from service.bundles.prediction_builder import CodedColumn
from service.bundles.scorers.deadlines import current_deadline
from service.errors import Fault
from service.files.column_check import added_names
from service.files.file_parts import Part, RowFile
from service.files.part_parser import PartParser
from service.files.part_scoring import score_good_rows
from service.rows.columns import Columns
from service.schemas import Card, InputError
from wire.answer_columns import DECISION, ERROR, ERROR_CODES, LABEL, ROW, WARNINGS

_TEXTS = (LABEL, DECISION, WARNINGS, ERROR_CODES, ERROR)
_TYPES = {ROW: pa.int64()} | dict.fromkeys(_TEXTS, pa.string())
_LINE_BREAKS = str.maketrans({"\n": " ", "\r": " "})
Column = CodedColumn | NDArray[np.float64]


def answer_schema(card: Card, others: pa.Schema, prefix: str = "") -> pa.Schema:
    """Return the columns of the answer: those that it repeats, then those that it adds, with a prefix."""
    added = [pa.field(prefix + name, _TYPES.get(name, pa.float64())) for name in added_names(card)]
    return pa.schema([*others, *added], metadata=others.metadata)


def score_parts(model: Model, file: RowFile, parser: PartParser, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield one batch per part, with all its rows in their order. Raises ModelFailed, ModelTimeout, InvalidFile."""
    for part in file.parts():
        current_deadline()
        table, _, good, faults = score_good_rows(model, *parser.parse(part), model.table)
        indices = None if good.all() else pa.array(np.cumsum(good) - 1, mask=~good)
        row_columns = {ROW: _row_numbers(part.first_row, part.rows), **_error_columns(part, faults)}
        arrays = [row_columns.get(name, _expand(table.get(name), indices, part.rows)) for name in added_names(model.card)]
        yield pa.record_batch([*part.others, *arrays], schema=schema)


def score_columns(model: Model, columns: Columns) -> pa.RecordBatch:
    """Return the answer for rows that have passed the checks."""
    table: Mapping[str, Column] = model.table(columns)
    no_errors = pa.nulls(len(columns), pa.string())
    row_columns = {ROW: _row_numbers(1, len(columns)), ERROR_CODES: no_errors, ERROR: no_errors}
    arrays = [row_columns.get(name, _expand(table.get(name), None, len(columns))) for name in added_names(model.card)]
    return pa.record_batch(arrays, schema=answer_schema(model.card, pa.schema([])))


def part_errors(part: Part, faults: dict[int, list[Fault]]) -> list[InputError]:
    """Return the faults of a part in the form of a JSON answer."""
    return [
        InputError(row=part.first_row + index, column=fault.field, code=fault.code, message=fault.message)
        for index in sorted(faults)
        for fault in faults[index]
    ]


def _row_numbers(first: int, count: int) -> pa.Array:
    return pa.array(np.arange(first, first + count))


def _error_columns(part: Part, faults: dict[int, list[Fault]]) -> dict[str, pa.Array]:
    """Return the reasons of refused rows as codes ("depth: missing_field; cut: unknown_category") and as sentences."""
    if not faults:
        return dict.fromkeys((ERROR_CODES, ERROR), pa.nulls(part.rows, pa.string()))
    codes = [_codes(faults[index]) if index in faults else None for index in range(part.rows)]
    messages = [_sentence(part, index, faults[index]) if index in faults else None for index in range(part.rows)]
    return {ERROR_CODES: pa.array(codes, pa.string()), ERROR: pa.array(messages, pa.string())}


def _codes(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.field}: {fault.code}" if fault.field else fault.code for fault in faults)


def _sentence(part: Part, index: int, faults: list[Fault]) -> str:
    position = f"row {part.first_row + index}" + (f", line {part.lines[index]}" if part.lines is not None else "")
    reasons = "; ".join(f"column {fault.field}: {fault.message}" if fault.field else fault.message for fault in faults)
    return f"{position}, {reasons}".translate(_LINE_BREAKS)


def _expand(values: Column | None, indices: pa.Array | None, rows: int) -> pa.Array:
    """Return a column of the scored rows with a null for each refused row."""
    if values is None:
        return pa.nulls(rows, pa.float64())
    if isinstance(values, CodedColumn):
        labels = pa.array(values.labels, pa.string())
        array = labels.take(pa.array(values.codes))
    else:
        array = pa.array(np.ascontiguousarray(values))
    return array if indices is None else array.take(indices)
