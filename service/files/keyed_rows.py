"""Answers by key as a file whose columns name the source of each answer."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from service.files.answer_writers import create_writer
from service.files.column_check import added_names
from service.rows.warning_codes import describe_warnings
from service.schemas import Card, KeyedLabelPrediction, KeyedPredictions, KeyedValuePrediction
from wire.answer_columns import (
    COMPUTED_AT,
    DECISION,
    ERROR,
    ERROR_CODES,
    HIGH,
    LABEL,
    LOW,
    ROW,
    RUN,
    SOURCE,
    STALE,
    VALUE,
    WARNINGS,
    probability_column,
)
from wire.media_types import FileKind

_TEXTS = (LABEL, DECISION, SOURCE, COMPUTED_AT, RUN, WARNINGS, ERROR_CODES, ERROR)
_TYPES = dict.fromkeys(_TEXTS, pa.string()) | {STALE: pa.bool_(), ROW: pa.int64()}


def write_keyed_predictions(card: Card, answer: KeyedPredictions, kind: FileKind) -> bytes:
    """Return a file of the predictions. Before the warnings it has source, computed_at, run and stale."""
    added = added_names(card)
    first_error = added.index(WARNINGS)
    names = [*added[:first_error], SOURCE, COMPUTED_AT, RUN, STALE, *added[first_error:]]
    schema = pa.schema([pa.field(name, _TYPES.get(name, pa.float64())) for name in names])
    predictions: Sequence[KeyedLabelPrediction | KeyedValuePrediction] = answer.predictions
    rows = [_cells(prediction) | {ROW: index} for index, prediction in enumerate(predictions, start=1)]
    writer = create_writer(kind, schema)
    return writer.write(pa.RecordBatch.from_pylist(rows, schema=schema)) + writer.finish()


def _cells(prediction: KeyedLabelPrediction | KeyedValuePrediction) -> dict[str, Any]:
    """Return column → value. A column that is absent here is null."""
    cells: dict[str, Any] = {DECISION: prediction.decision, SOURCE: prediction.source}
    cells[WARNINGS] = describe_warnings(prediction.warnings) or None
    if isinstance(prediction, KeyedLabelPrediction):
        cells[LABEL] = prediction.label
        cells |= {probability_column(label): share for label, share in prediction.probabilities.items()}
    else:
        cells[VALUE] = prediction.value
        if prediction.interval is not None:
            cells |= {LOW: prediction.interval.low, HIGH: prediction.interval.high}
    if (stored := prediction.stored) is not None:
        cells |= {COMPUTED_AT: stored.computed_at, RUN: stored.run, STALE: stored.stale}
    return cells
