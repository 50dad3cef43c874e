"""The ways in which the service itself answers a row: live, as a file, by the Open Inference Protocol."""

import csv
import io
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from service.bundles.model import Model
from service.by_key.stored_values import prediction_of
from service.errors import UnknownEntity
from service.exports.proof.proof_answers import REFUSED, Answer, TimedAnswers, answer_of, answer_of_json
from service.fields.field_type import FieldType, RangeType
from service.fields.lookup import array_fields
from service.files.file_request import FileRequest
from service.files.temporary_file import temporary_file
from service.inference_protocol.array_tensors import row_shape
from service.inference_protocol.datatypes import INT64, datatypes_of
from service.inference_protocol.inference_reader import read_inference
from service.schemas import Row, Value
from service.store import lookups
from service.store.lookups import PredictionRecord
from service.store.store import Store
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, is_probability_column
from wire.entity_keys import NoKey, key_text


def answer_live(model: Model, row: Row) -> TimedAnswers:
    """Return the answer of the service. Raises InvalidInput, ModelFailed."""
    start = time.perf_counter()
    (prediction,) = model.predict([row]).predictions
    return _timed(start, answer_of(prediction))


def answer_file(model: Model, row: Row) -> TimedAnswers:
    """Return the answer to a file with the row: a CSV, or an Arrow stream for what is too long for a cell.

    Raises InvalidFile, ModelFailed.
    """
    from service.files.arrow_format.row_stream import write_row_stream
    from service.files.score_file import score_file

    is_long = bool(array_fields(model.card))
    request = FileRequest("arrow", "json") if is_long else FileRequest("csv", "json", charset="utf-8", decimal="point")
    opened, path = temporary_file()
    with opened as file:
        file.write(
            write_row_stream([{field.name: row[field.name] for field in model.checks.fields}])
            if is_long
            else _csv_file(model, row)
        )
        file.flush()
        start = time.perf_counter()
        answer = score_file(model, path, request)
        (prediction,) = json.loads(b"".join(answer.pieces))["predictions"]
    return _timed(start, answer_of_json(prediction))


def _csv_file(model: Model, row: Row) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([field.name for field in model.checks.fields])
    writer.writerow([_cell(row[field.name]) for field in model.checks.fields])
    return text.getvalue().encode()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def answer_tensors(model: Model, row: Row) -> TimedAnswers:
    """Return the answer to the row as tensors of `/v2`. Raises InvalidInput, ModelFailed."""
    tensors = [_tensor(field, row[field.name]) for field in model.checks.fields]
    body = json.dumps({"inputs": tensors}).encode()
    start = time.perf_counter()
    inference = read_inference(model, body, None, 1)
    content, _ = inference.answer(model.card, model.table(inference.columns(model)))
    outputs = {tensor["name"]: tensor["data"][0] for tensor in json.loads(content)["outputs"]}
    return _timed(start, _from_columns(outputs))


def find_stored(model: Model, store: Store, key: str) -> PredictionRecord:
    """Return the stored prediction of a key. Raises UnknownEntity, StorageUnavailable."""
    try:
        text = key_text(key)
    except NoKey:
        raise UnknownEntity from None
    record = lookups.find_records(store, model.card.name, [text]).predictions.get(text) if model.card.entity else None
    if record is None:
        raise UnknownEntity
    return record


def answer_stored(model: Model, store: Store, key: str) -> TimedAnswers:
    """Return the stored prediction of a key, and the time of the look-up. Raises UnknownEntity, StorageUnavailable."""
    start = time.perf_counter()
    prediction = prediction_of(model.card, find_stored(model, store, key).prediction)
    return _timed(start, answer_of(prediction))


def _tensor(field: FieldType, value: Value) -> dict[str, Any]:
    datatype = datatypes_of(field)[0]
    if datatype == INT64 and isinstance(field, RangeType) and isinstance(value, float):
        with suppress(ValueError):
            value = int(value)
    return {"name": field.name, "datatype": datatype, "shape": [1, *row_shape(field)], "data": [value]}


def _from_columns(columns: Mapping[str, Any] | None) -> Answer:
    """Return the columns of an answer as an answer. A tensor has no null: without a decision its text is empty."""
    if columns is None:
        return REFUSED
    decision = columns.get(DECISION) or None
    if LABEL in columns:
        numbers = tuple(number for name, number in columns.items() if is_probability_column(name))
        return Answer(numbers, columns[LABEL], decision)
    return Answer(tuple(columns[name] for name in (VALUE, LOW, HIGH) if name in columns), None, decision)


def _timed(start: float, answer: Answer) -> TimedAnswers:
    return TimedAnswers([answer], "", time.perf_counter() - start)
