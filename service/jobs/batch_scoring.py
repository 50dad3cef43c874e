"""One batch of rows → its predictions, and the reasons for rows without one. A pure function, also for Dask workers."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from service.bundles.registry import Model, open_model
from service.by_key.entity_keys import NoKey
from service.errors import BrokenBundle, Fault
from service.fields.field_type import FieldType, NumbersType
from service.files.file_parts import Part
from service.files.part_parser import PartParser
from service.jobs.key_columns import key_texts
from service.jobs.partitions import FAULT
from service.rows.columns import Columns
from service.rows.strict_json import encode
from service.schemas import Row, Value
from service.schemas.row_files import TextStyle

SCORED = pa.schema([("place", pa.int64()), ("key", pa.string()), ("row", pa.string()), ("prediction", pa.string())])
"""`place`: the row in the batch, from 1. `row`, `prediction`: JSON."""

REFUSED = pa.schema(
    [
        ("place", pa.int64()),
        ("number", pa.int32()),
        ("key", pa.string()),
        ("field", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
    ]
)
"""A reason a line; `number` counts those of one row."""

_Faults = dict[int, list[Fault]]


@lru_cache(maxsize=4)
def _opened(bundle: Path, version: str) -> Model:
    model = open_model(bundle)
    if model.card.version != version:
        raise BrokenBundle(f"this machine has version {model.card.version[:12]}, the job began with {version[:12]}")
    return model


def score_batch(bundle: Path, batch: pa.RecordBatch, *, key: str, version: str) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the predictions of a batch (SCORED) and the reasons of its refused rows (REFUSED); `key` names a column.

    The same batch always gives the same. A key that stands twice in it is scored twice. Raises BrokenBundle where the bundle
    is not of this version or not whole, InvalidFile where a column is of a type that no field takes, ModelFailed.
    """
    model = _opened(bundle, version)
    keys, faults = _keys(batch, key)
    inputs = {field.name: batch.column(field.name) for field in model.card.inputs if field.name in batch.schema.names}
    part = Part(1, batch.num_rows, inputs, [], faults=faults)
    columns, good, faults = PartParser(model.checks, TextStyle()).parse(part)
    columns = replace(columns, warnings=model.checks.warnings(columns.numbers))
    places = np.flatnonzero(good)
    scored = {
        "place": places + 1,
        "key": [keys[place] for place in places],
        "row": [encode(row).decode() for row in _rows(model.checks.fields, columns, inputs)],
        "prediction": [encode(prediction).decode() for prediction in model.predict(columns).predictions],
    }
    refused = [
        {"place": place + 1, "number": number, "key": keys[place]}
        | {"field": fault.field or "", "code": fault.code, "message": fault.message}
        for place in sorted(faults)
        for number, fault in enumerate(faults[place], start=1)
    ]
    return pa.RecordBatch.from_pydict(scored, SCORED), pa.RecordBatch.from_pylist(refused, REFUSED)


def _keys(batch: pa.RecordBatch, key: str) -> tuple[list[str | None], _Faults]:
    """Return each row's key as text, and the faults of rows that have none or that could not be read at all."""
    keys: list[str | None] = []
    faults: _Faults = {}
    broken = batch.column(FAULT).to_pylist() if FAULT in batch.schema.names else [None] * batch.num_rows
    for place, (text, message) in enumerate(zip(key_texts(batch.column(key)), broken, strict=True)):
        keys.append(None)
        if message is not None:
            faults[place] = [Fault(None, "wrong_cells", message)]
        elif isinstance(text, NoKey):
            faults[place] = [Fault(key, text.code, text.message)]
        else:
            keys[place] = text
    return keys, faults


def _rows(fields: tuple[FieldType, ...], columns: Columns, given: dict[str, pa.Array]) -> list[Row]:
    """Return scored rows as a caller of the API would send them, with the fields that were given."""
    values: dict[str, list[Value]] = {}
    numbers = iter(columns.numbers.T)
    for field in fields:
        found = field.values(next(numbers)) if isinstance(field, NumbersType) else columns.texts[field.name]
        if field.name in given:
            values[field.name] = list(found)
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
