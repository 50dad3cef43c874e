"""Scores one batch of rows with a pure function, which Dask workers can run too."""

from dataclasses import replace
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.errors import BrokenBundle, Fault
from service.fields.arrays.array_type import ArrayType
from service.fields.arrays.image import ImageType
from service.fields.arrow_values import AMBIGUOUS_DATE
from service.fields.field_type import FieldType, NumbersType
from service.files.file_parts import Part
from service.files.part_parser import PartParser
from service.files.part_scoring import score_good_rows
from service.files.picture_zip.picture_rows import max_part_rows
from service.jobs.input_dates import date_texts
from service.jobs.key_columns import key_texts
from service.jobs.sources.partitions import FAULT
from service.rows.columns import Columns
from service.rows.strict_json import encode
from service.schemas import Card, Row, Value
from wire.answer_columns import AS_OF
from wire.cells.text_style import PROGRAM_STYLE, TextStyle
from wire.entity_keys import NoKey

SCORED = pa.schema(
    [
        ("place", pa.int64()),
        ("key", pa.string()),
        ("row", pa.string()),
        ("prediction", pa.string()),
        ("as_of", pa.string()),
    ]
)
"""`place`: the row in the batch, from 1. `row`, `prediction`: JSON. `as_of`: the month or day of the data, or null."""

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
"""One reason on each line; `number` counts the reasons of one row."""

_WRONG_DATE = "Expected a month or a date such as 2005-09-30. A date with slashes needs --dates."
_Faults = dict[int, list[Fault]]
_MESSAGES = {
    AMBIGUOUS_DATE: "Such a date may mean two days. Write 2026-12-31, or say --dates day_first or --dates month_first."
}
"""Messages that name a parameter of a request → the same with the option of the command."""


@lru_cache(maxsize=4)
def _open_model(bundle: Path, version: str) -> Model:
    model = open_model(bundle)
    if model.card.version != version:
        raise BrokenBundle(f"this machine has version {model.card.version[:12]}, the job began with {version[:12]}")
    return model


def score_batch(
    bundle: Path,
    batch: pa.RecordBatch,
    *,
    key: str,
    version: str,
    latest_day: str,
    style: TextStyle = PROGRAM_STYLE,
    typed: frozenset[str] = frozenset(),
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the predictions of a batch (SCORED) and the reasons of its refused rows (REFUSED); `key` names a column.

    `style` says how texts are written; in the columns of `typed` a text is no number and no boolean.

    A column `as_of` that is no field of the model says from when the data of a row are; a row whose data are from a day
    after `latest_day` (ISO) is refused.

    The same batch always gives the same result. A key that occurs twice is scored twice. Raises BrokenBundle if the bundle
    is incomplete or of another version, InvalidFile if no field takes the type of a column, ModelFailed.
    """
    model = _open_model(bundle, version)
    step = max_part_rows(model.card)
    how: Any = {"key": key, "latest_day": latest_day, "style": style, "typed": typed}
    parts = [_score_rows(model, batch.slice(start, step), start, **how) for start in range(0, max(1, batch.num_rows), step)]
    scored, refused = zip(*parts, strict=True)
    return pa.concat_batches(scored), pa.concat_batches(refused)


def _score_rows(
    model: Model,
    batch: pa.RecordBatch,
    before: int,
    *,
    key: str,
    latest_day: str,
    style: TextStyle,
    typed: frozenset[str],
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return what `score_batch` returns, for the rows of a batch behind the first `before`."""
    keys, faults = _read_keys(batch, key)
    dates = _read_dates(batch, model.card, latest_day, style, faults)
    inputs = {field.name: batch.column(field.name) for field in model.card.inputs if field.name in batch.schema.names}
    part = Part(1, batch.num_rows, inputs, [], faults=faults)
    columns, good, faults = PartParser(model.checks, style, typed).parse(part)
    columns = replace(columns, warnings=model.checks.warnings(columns.numbers))
    answer, columns, good, faults = score_good_rows(model, columns, good, faults, model.predict)
    indexes = np.flatnonzero(good)
    scored = {
        "place": indexes + before + 1,
        "key": [keys[index] for index in indexes],
        "row": [encode(row).decode() for row in _scored_rows(model.checks.fields, columns, inputs)],
        "as_of": [dates[index] for index in indexes],
        "prediction": [encode(prediction).decode() for prediction in answer.predictions],
    }
    refused = [
        {"place": index + before + 1, "number": number, "key": keys[index]}
        | {"field": fault.field or "", "code": fault.code, "message": _MESSAGES.get(fault.message, fault.message)}
        for index in sorted(faults)
        for number, fault in enumerate(faults[index], start=1)
    ]
    return pa.RecordBatch.from_pydict(scored, SCORED), pa.RecordBatch.from_pylist(refused, REFUSED)


def _read_keys(batch: pa.RecordBatch, key: str) -> tuple[list[str | None], _Faults]:
    """Return the key of each row as text, and the faults of rows that have no key or that could not be read."""
    keys: list[str | None] = []
    faults: _Faults = {}
    messages = batch.column(FAULT).to_pylist() if FAULT in batch.schema.names else [None] * batch.num_rows
    for index, (text, message) in enumerate(zip(key_texts(batch.column(key)), messages, strict=True)):
        keys.append(None)
        if message is not None:
            faults[index] = [Fault(None, "wrong_cells", message)]
        elif isinstance(text, NoKey):
            faults[index] = [Fault(key, text.code, text.message)]
        else:
            keys[index] = text
    return keys, faults


def _read_dates(batch: pa.RecordBatch, card: Card, latest_day: str, style: TextStyle, faults: _Faults) -> list[str | None]:
    """Return from when the data of each row are, as the column `as_of` says; add the faults of wrong and future dates."""
    if not has_dates(card, batch.schema.names):
        return [None] * batch.num_rows
    dates, wrong = date_texts(batch.column(AS_OF), AS_OF, style)
    for index in wrong:
        faults.setdefault(index, []).append(Fault(AS_OF, "invalid_date", _WRONG_DATE))
    for index, text in enumerate(dates):
        if text is not None and text > latest_day[: len(text)]:
            faults.setdefault(index, []).append(Fault(AS_OF, "future_date", "This day has not begun yet."))
    return dates


def has_dates(card: Card, columns: list[str]) -> bool:
    """Return whether the column `as_of` of an input holds the dates of its data: it is no field of the model."""
    return AS_OF in columns and all(field.name != AS_OF for field in card.inputs)


def _scored_rows(fields: tuple[FieldType, ...], columns: Columns, inputs: dict[str, pa.Array]) -> list[Row]:
    """Return the scored rows as a caller of the API would send them, with the fields of the input but pictures."""
    values: dict[str, list[Value]] = {}
    numbers = iter(columns.numbers.T)
    for field in fields:
        if isinstance(field, NumbersType):
            column = field.values(next(numbers))
        elif isinstance(field, ImageType):
            continue  # pictures are never stored
        elif isinstance(field, ArrayType):
            column = list(field.values(columns.arrays[field.name]))
        else:
            column = list(columns.texts[field.name])
        if field.name in inputs:
            values[field.name] = list(column)
    rows = zip(*values.values(), strict=True) if values else repeat((), len(columns))
    return [dict(zip(values, row, strict=True)) for row in rows]
