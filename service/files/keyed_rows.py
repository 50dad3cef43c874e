"""Predictions some of which come from the store → a file that says of each row where its answer comes from."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from service.files.answer_writers import writer
from service.files.column_check import added_names
from service.schemas import Card, KeyedLabelPrediction, KeyedPredictions, KeyedValuePrediction
from wire.media_types import FileKind

_TEXTS = ("label", "decision", "source", "computed_at", "run", "error_codes", "error")
_TYPES = dict.fromkeys(_TEXTS, pa.string()) | {"stale": pa.bool_(), "row": pa.int64()}


def keyed_rows(card: Card, answer: KeyedPredictions, kind: FileKind) -> bytes:
    """Return the columns that every file has, and before those of errors: source, computed_at, run, stale."""
    *predicted, codes, error, row = added_names(card)
    names = [*predicted, "source", "computed_at", "run", "stale", codes, error, row]
    schema = pa.schema([pa.field(name, _TYPES.get(name, pa.float64())) for name in names])
    predictions: Sequence[KeyedLabelPrediction | KeyedValuePrediction] = answer.predictions
    rows = [_cells(prediction) | {row: place} for place, prediction in enumerate(predictions, start=1)]
    out = writer(kind, schema)
    return out.write(pa.RecordBatch.from_pylist(rows, schema=schema)) + out.end()


def _cells(prediction: KeyedLabelPrediction | KeyedValuePrediction) -> dict[str, Any]:
    """Return column → value; what is not there is null."""
    cells: dict[str, Any] = {"decision": prediction.decision, "source": prediction.source}
    if isinstance(prediction, KeyedLabelPrediction):
        cells["label"] = prediction.label
        cells |= {f"probability_{label}": share for label, share in prediction.probabilities.items()}
    else:
        cells["value"] = prediction.value
        if prediction.interval is not None:
            cells |= {"low": prediction.interval.low, "high": prediction.interval.high}
    if (stored := prediction.stored) is not None:
        cells |= {"computed_at": stored.computed_at, "run": stored.run, "stale": stored.stale}
    return cells
