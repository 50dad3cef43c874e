"""Parts and a model → the answer's batches."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from service.bundles.prediction_builder import Coded
from service.bundles.registry import Model
from service.errors import Fault
from service.files.column_check import added_names
from service.files.file_parts import Part, RowFile
from service.files.part_parser import PartParser
from service.rows.columns import Columns
from service.schemas import Card, InputError
from wire.answer_columns import DECISION, ERROR, ERROR_CODES, LABEL, ROW

_TEXTS = (LABEL, DECISION, ERROR_CODES, ERROR)
_TYPES = {ROW: pa.int64()} | dict.fromkeys(_TEXTS, pa.string())
_LINE_BREAKS = str.maketrans({"\n": " ", "\r": " "})
Column = Coded | NDArray[np.float64]


def schema_of(card: Card, others: pa.Schema) -> pa.Schema:
    """Return the answer's columns: those that pass through, then those that it adds."""
    return pa.schema([*others, *(pa.field(name, _TYPES.get(name, pa.float64())) for name in added_names(card))])


def scored(model: Model, file: RowFile, parser: PartParser, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the answer in the order of the rows. Raises ModelFailed, InvalidFile."""
    for part in file.parts():
        columns, good, faults = parser.parse(part)
        found = model.table(columns)
        places = None if good.all() else pa.array(np.cumsum(good) - 1, mask=~good)
        told = {ROW: _rows(part.first_row, part.rows), **_errors(part, faults)}
        arrays = [told.get(name, _spread(found.get(name), places, part.rows)) for name in added_names(model.card)]
        yield pa.record_batch([*part.others, *arrays], schema=schema)


def scored_rows(model: Model, columns: Columns) -> pa.RecordBatch:
    """Return the answer for rows of which none was refused."""
    found: Mapping[str, Column] = model.table(columns)
    nothing = pa.nulls(len(columns), pa.string())
    told = {ROW: _rows(1, len(columns)), ERROR_CODES: nothing, ERROR: nothing}
    arrays = [told.get(name, _spread(found.get(name), None, len(columns))) for name in added_names(model.card)]
    return pa.record_batch(arrays, schema=schema_of(model.card, pa.schema([])))


def errors_of(part: Part, faults: dict[int, list[Fault]]) -> list[InputError]:
    """Return the faults of a part as an answer in JSON names them."""
    return [
        InputError(row=part.first_row + place, column=fault.field, code=fault.code, message=fault.message)
        for place in sorted(faults)
        for fault in faults[place]
    ]


def _rows(first: int, count: int) -> pa.Array:
    return pa.array(np.arange(first, first + count))


def _errors(part: Part, faults: dict[int, list[Fault]]) -> dict[str, pa.Array]:
    """Return why rows were refused: for programs ("depth: missing_field; cut: unknown_category"), and for people."""
    if not faults:
        return dict.fromkeys((ERROR_CODES, ERROR), pa.nulls(part.rows, pa.string()))
    codes = [_codes(faults[place]) if place in faults else None for place in range(part.rows)]
    said = [_sentence(part, place, faults[place]) if place in faults else None for place in range(part.rows)]
    return {ERROR_CODES: pa.array(codes, pa.string()), ERROR: pa.array(said, pa.string())}


def _codes(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.field}: {fault.code}" if fault.field else fault.code for fault in faults)


def _sentence(part: Part, place: int, faults: list[Fault]) -> str:
    where = f"row {part.first_row + place}" + (f", line {part.lines[place]}" if part.lines is not None else "")
    said = "; ".join(f"column {fault.field}: {fault.message}" if fault.field else fault.message for fault in faults)
    return f"{where}, {said}".translate(_LINE_BREAKS)


def _spread(values: Column | None, places: pa.Array | None, rows: int) -> pa.Array:
    """Return a column of the good rows over all rows: null where one was refused."""
    if values is None:
        return pa.nulls(rows, pa.float64())
    if isinstance(values, Coded):
        words = pa.array(values.words, pa.string())
        array = words.take(pa.array(values.places))
    else:
        array = pa.array(np.ascontiguousarray(values))
    return array if places is None else array.take(places)
