"""One batch of rows → its predictions, and why some rows have none: a pure function, for one process or for many machines.

Knows: Arrow, the model. Must not know: where rows come from, where predictions go.
"""

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from service.errors import BrokenBundle, InvalidInput
from service.schemas import Input, Row
from service.scoring.columns import Columns
from service.scoring.keys import NoKey, key_text
from service.scoring.registry import Model, open_model
from service.strict_json import encode

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

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


@lru_cache(maxsize=4)
def _opened(bundle: Path, version: str) -> Model:
    model = open_model(bundle)
    if model.card.version != version:
        raise BrokenBundle(f"this machine has version {model.card.version[:12]}, the job began with {version[:12]}")
    return model


def score_batch(bundle: Path, batch: pa.RecordBatch, *, key: str, version: str) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the predictions of a batch (SCORED) and the reasons of its refused rows (REFUSED); `key` names a column.

    The same batch always gives the same. A key that stands twice in it is scored twice. Raises BrokenBundle where the bundle
    is not of this version or not whole, ModelFailed.
    """
    model = _opened(bundle, version)
    refused: list[dict[str, Any]] = []
    places, keys, rows = [], [], []
    for place, (value, row) in enumerate(zip(_plain(batch, key), _rows(model, batch), strict=True), start=1):
        try:
            text = key_text(value)
        except NoKey as fault:
            refused.append(_reason(place, 1, None, key, (fault.code, fault.message)))
            continue
        places.append(place)
        keys.append(text)
        rows.append(row)
    columns, good = _checked(model, places, keys, rows, refused)
    scored = {
        "place": [places[each] for each in good],
        "key": [keys[each] for each in good],
        "row": [encode(rows[each]).decode() for each in good],
        "prediction": [encode(prediction).decode() for prediction in model.predict(columns).predictions],
    }
    refused.sort(key=lambda reason: (reason["place"], reason["number"]))
    return pa.RecordBatch.from_pydict(scored, SCORED), pa.RecordBatch.from_pylist(refused, REFUSED)


def _checked(
    model: Model, places: list[int], keys: list[str], rows: list[Row], refused: list[dict[str, Any]]
) -> tuple[Columns, list[int]]:
    """Return the good rows as columns and which ones they are. Where one is bad, each is looked at alone."""
    try:
        return model.checks.columns(rows), list(range(len(rows)))
    except InvalidInput:
        good = []
    for each, row in enumerate(rows):
        try:
            model.checks.columns([row])
            good.append(each)
        except InvalidInput as fault:
            for number, error in enumerate(fault.errors, start=1):
                field = (error.pointer or "").rpartition("/")[2]
                refused.append(_reason(places[each], number, keys[each], field, (error.code, error.message)))
    return model.checks.columns([rows[each] for each in good]), good


def _rows(model: Model, batch: pa.RecordBatch) -> list[Row]:
    """Return the batch's rows with the model's inputs alone."""
    fields = [field for field in model.card.inputs if field.name in batch.schema.names]
    columns = [_values(batch, field) for field in fields]
    names = [field.name for field in fields]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(batch: pa.RecordBatch, field: Input) -> list[Any]:
    values = _plain(batch, field.name)
    if field.type in {"text", "category"}:
        return values
    return [_read(value) if type(value) is str else value for value in values]


def _plain(batch: pa.RecordBatch, name: str) -> list[Any]:
    """Return a column as plain values; not a number is null, as JSON would have it."""
    column = batch.column(name)
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values: list[Any] = column.to_pylist()
    if pa.types.is_floating(column.type):
        return [None if value is not None and math.isnan(value) else value for value in values]
    return values


def _read(text: str) -> Any:
    """Return what a text says where a number or a boolean belongs; what is neither stays as it is, to be refused."""
    trimmed = text.strip()
    if not trimmed:
        return None
    if _WHOLE.fullmatch(trimmed):
        return int(trimmed)
    return float(trimmed) if _NUMBER.fullmatch(trimmed) else _BOOLEANS.get(trimmed.lower(), text)


def _reason(place: int, number: int, key: str | None, field: str, why: tuple[str, str]) -> dict[str, Any]:
    return {"place": place, "number": number, "key": key, "field": field, "code": why[0], "message": why[1]}
