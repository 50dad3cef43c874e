"""A run as Parquet files: predictions.parquet or features.parquet, and refused.parquet with the reasons.

A file is put in place whole.
"""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from service.jobs.batch_scoring import REFUSED
from service.jobs.partitions import first_line
from service.schemas import Card, Classification, Run
from service.store import lookups
from service.store.store import Store
from wire.answer_columns import COMPUTED_AT, DECISION, HIGH, LABEL, LOW, VALUE, WARNINGS, label_columns, probability_column

_PAGE = 8192


class WrongOutput(Exception):
    """The message says why the files cannot be written."""


def check_folder(folder: Path) -> None:
    """Make the folder, and write into it. Raises WrongOutput: better before a night's work than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise WrongOutput(f"The folder of --output cannot be written: {error.strerror}. Nothing was done.") from error


def write(store: Store, run: Run, card: Card, key: str, folder: Path) -> None:
    """Write both files into `folder`; what was computed stands in the order of the keys. Raises WrongOutput."""
    try:
        _write(store, run, card, key, folder)
    except (OSError, pa.ArrowException) as error:
        raise WrongOutput(f"Run {run.id} is served, but its files could not be written: {first_line(error)}") from error


def write_refused(store: Store, run: Run, folder: Path) -> None:
    """Write the reasons alone, of a run that is not served. Raises WrongOutput."""
    try:
        _refused(store, run, folder)
    except (OSError, pa.ArrowException) as error:
        raise WrongOutput(
            f"No row could be used, and refused.parquet could not be written: {first_line(error)}. "
            "The served run stays as it is."
        ) from error


def _write(store: Store, run: Run, card: Card, key: str, folder: Path) -> None:
    if run.kind == "predictions":
        shape = _shape(card, key)
        pages = ([_flat(row, card, key) for row in page] for page in lookups.predictions_of(store, run.id, _PAGE))
    else:
        shape = _shape_of_features(card, key)
        pages = ([_fields(row, key) for row in page] for page in lookups.features_of(store, run.id, _PAGE))
    _put(folder / f"{run.kind}.parquet", shape.with_metadata(_origin(run)), pages)
    _refused(store, run, folder)


def _refused(store: Store, run: Run, folder: Path) -> None:
    pages = lookups.refused_of(store, run.id, _PAGE)
    _put(folder / "refused.parquet", REFUSED.with_metadata(_origin(run)), pages)


def _origin(run: Run) -> dict[str, str]:
    return {"model": run.model, "version": run.version, "run": run.id}


def _shape(card: Card, key: str) -> pa.Schema:
    number, text = pa.float64(), pa.string()
    if isinstance(card.output, Classification):
        names = label_columns(label.value for label in card.output.labels)
    else:
        names = [VALUE, LOW, HIGH, DECISION]
    answer = [(name, text if name in {LABEL, DECISION} else number) for name in names]
    return pa.schema([(key, text), *answer, (WARNINGS, text), (COMPUTED_AT, text)])


def _flat(row: dict[str, Any], card: Card, key: str) -> dict[str, Any]:
    prediction = json.loads(row["prediction"])
    warnings = ", ".join(f"{each['field']} {each['code']}" for each in prediction["warnings"])
    flat = {key: row["key"], DECISION: prediction["decision"], WARNINGS: warnings, COMPUTED_AT: row["computed_at"]}
    if isinstance(card.output, Classification):
        shares = {probability_column(label): share for label, share in prediction["probabilities"].items()}
        return flat | shares | {LABEL: prediction["label"]}
    interval = prediction["interval"] or {}
    return flat | {VALUE: prediction["value"], LOW: interval.get("low"), HIGH: interval.get("high")}


def _shape_of_features(card: Card, key: str) -> pa.Schema:
    fields = [(field.name, pa.float64()) for field in card.inputs if field.from_ == "store"]
    return pa.schema([(key, pa.string()), *fields, (COMPUTED_AT, pa.string())])


def _fields(row: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a line of features.parquet, which a nightly prediction may read."""
    return {**json.loads(row["fields"]), key: row["key"], COMPUTED_AT: row["computed_at"]}


def _put(file: Path, shape: pa.Schema, pages: Iterable[list[dict[str, Any]]]) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with pa.parquet.ParquetWriter(unfinished, shape) as writer:
            for page in pages:
                writer.write_batch(pa.RecordBatch.from_pylist(page, shape))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
