"""Writes a run as Parquet files: predictions.parquet or features.parquet, and refused.parquet with the reasons.

A file appears under its name only when it is complete.
"""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from service.jobs.batch_scoring import REFUSED
from service.jobs.pictures.picture_table import GROUP_ROWS, PICTURES, picture_row, picture_schema
from service.jobs.sources.partitions import first_line
from service.schemas import Card, Classification, Run
from service.store import lookups
from service.store.store import Store
from wire.answer_columns import (
    AS_OF,
    COMPUTED_AT,
    DECISION,
    HIGH,
    LABEL,
    LOW,
    VALUE,
    WARNINGS,
    label_columns,
    probability_column,
)

_PAGE = 8192


class WrongOutput(Exception):
    """The message says why the files cannot be written."""


def check_folder(folder: Path) -> None:
    """Make the folder and try to write into it, before the job starts. Raises WrongOutput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise WrongOutput(f"The folder of --output cannot be written: {error.strerror}. Nothing was done.") from error


def write_run(store: Store, run: Run, card: Card, key: str, folder: Path) -> None:
    """Write both files into `folder`, the results in the order of the keys. Raises WrongOutput."""
    try:
        _write_files(store, run, card, key, folder)
    except (OSError, pa.ArrowException) as error:
        raise WrongOutput(f"Run {run.id} is served, but its files could not be written: {first_line(error)}") from error


def write_refused(store: Store, run: Run, folder: Path) -> None:
    """Write only the reasons of a run that is not served. Raises WrongOutput."""
    try:
        _write_refused(store, run, folder)
    except (OSError, pa.ArrowException) as error:
        raise WrongOutput(
            f"No row could be used, and refused.parquet could not be written: {first_line(error)}. "
            "The served run did not change."
        ) from error


def _write_files(store: Store, run: Run, card: Card, key: str, folder: Path) -> None:
    if run.kind == "predictions":
        schema = _prediction_schema(card, key)
        pages = ([_prediction_row(row, card, key) for row in page] for page in lookups.predictions_of(store, run.id, _PAGE))
    elif card.entity and card.entity.features == PICTURES:
        schema = picture_schema(card, key)
        pages = ([picture_row(row, key) for row in page] for page in lookups.pictures_of(store, run.id, GROUP_ROWS))
    else:
        schema = _feature_schema(card, key)
        pages = ([_feature_row(row, key) for row in page] for page in lookups.features_of(store, run.id, _PAGE))
    _write_file(folder / f"{run.kind}.parquet", schema.with_metadata(_metadata(run)), pages)
    _write_refused(store, run, folder)


def _write_refused(store: Store, run: Run, folder: Path) -> None:
    pages = lookups.refused_of(store, run.id, _PAGE)
    _write_file(folder / "refused.parquet", REFUSED.with_metadata(_metadata(run)), pages)


def _metadata(run: Run) -> dict[str, str]:
    return {"model": run.model, "version": run.version, "run": run.id}


def _prediction_schema(card: Card, key: str) -> pa.Schema:
    number, text = pa.float64(), pa.string()
    if isinstance(card.output, Classification):
        names = label_columns(label.value for label in card.output.labels)
    else:
        names = [VALUE, LOW, HIGH, DECISION]
    answer = [(name, text if name in {LABEL, DECISION} else number) for name in names]
    return pa.schema([(key, text), *answer, (WARNINGS, text), (AS_OF, text), (COMPUTED_AT, text)])


def _prediction_row(row: dict[str, Any], card: Card, key: str) -> dict[str, Any]:
    prediction = json.loads(row["prediction"])
    warnings = ", ".join(f"{each['field']} {each['code']}" for each in prediction["warnings"])
    flat = {key: row["key"], DECISION: prediction["decision"], WARNINGS: warnings}
    flat |= {AS_OF: row["as_of"], COMPUTED_AT: row["computed_at"]}
    if isinstance(card.output, Classification):
        shares = {probability_column(label): share for label, share in prediction["probabilities"].items()}
        return flat | shares | {LABEL: prediction["label"]}
    interval = prediction["interval"] or {}
    return flat | {VALUE: prediction["value"], LOW: interval.get("low"), HIGH: interval.get("high")}


def _feature_schema(card: Card, key: str) -> pa.Schema:
    fields = [(field.name, pa.float64()) for field in card.inputs if field.from_ == "store"]
    return pa.schema([(key, pa.string()), *fields, (AS_OF, pa.string()), (COMPUTED_AT, pa.string())])


def _feature_row(row: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a row of features.parquet, which `predict --input` can read."""
    return {**json.loads(row["fields"]), key: row["key"], AS_OF: row["as_of"], COMPUTED_AT: row["computed_at"]}


def _write_file(file: Path, schema: pa.Schema, pages: Iterable[list[dict[str, Any]]]) -> None:
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with pa.parquet.ParquetWriter(unfinished, schema) as writer:
            for page in pages:
                writer.write_batch(pa.RecordBatch.from_pylist(page, schema))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
