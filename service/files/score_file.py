"""A spooled file of a caller → its answer: what was recognised at once, then the bytes part by part."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.bundles.registry import Model
from service.errors import TooLarge
from service.files.answer_batches import errors_of, schema_of, scored, scored_rows
from service.files.answer_writers import writer
from service.files.arrow_format.arrow_file import arrow_file, parquet_file
from service.files.csv_format.csv_file import CsvFile
from service.files.file_parts import RowFile
from service.files.file_request import Asked, FileAnswer
from service.files.part_parser import PartParser
from service.rows.columns import Columns
from service.rows.strict_json import encode
from service.schemas import Card, FilePredictions, Row
from service.schemas.row_files import TextStyle
from wire.media_types import FileKind


def score_file(model: Model, file: Path, asked: Asked) -> FileAnswer:
    """Read the file's frame; nothing is scored until pieces are asked for. Raises InvalidFile, TooLarge, NotAcceptable."""
    opened, style, separator = _opened(model.card, file, asked)
    parser = PartParser(model.checks, style)
    if asked.answer == "json":
        if opened.recognised.rows > asked.max_json_rows:
            raise TooLarge(f"An answer in JSON may hold {asked.max_json_rows:,} rows. Ask for CSV, Arrow or Parquet.")
        return FileAnswer(opened.recognised, _json(model, opened, parser))
    schema = schema_of(model.card, opened.others)
    out = writer(asked.answer, schema, separator=separator, decimal=style.decimal if style else "point")

    def pieces() -> Generator[bytes]:
        for batch in scored(model, opened, parser, schema):
            yield out.write(batch)
        yield out.end()

    return FileAnswer(opened.recognised, pieces())


def score_rows(model: Model, rows: list[Row] | Columns, kind: FileKind) -> bytes:
    """Return the predictions of rows that came as JSON, as a file. Raises InvalidInput, ModelFailed."""
    batch = scored_rows(model, rows if isinstance(rows, Columns) else model.checks.columns(rows))
    out = writer(kind, batch.schema)
    return out.write(batch) + out.end()


def _opened(card: Card, file: Path, asked: Asked) -> tuple[RowFile, TextStyle | None, str]:
    """Return the file, how its values are written where they are text, and its separator."""
    if asked.kind == "csv":
        text = CsvFile(file, card, asked)
        return text, TextStyle(text.decimal, asked.dates), text.separator
    opened = arrow_file if asked.kind == "arrow" else parquet_file
    return opened(file, card, asked), None, ","


def _json(model: Model, opened: RowFile, parser: PartParser) -> Generator[bytes]:
    predictions: list[Any] = []
    errors = []
    for part in opened.parts():
        columns, good, faults = parser.parse(part)
        columns = replace(columns, warnings=model.checks.warnings(columns.numbers))
        scored = iter(model.predict(columns).predictions)
        predictions += [next(scored) if own else None for own in good]
        errors += errors_of(part, faults)
    yield encode(
        FilePredictions(
            model=model.card.name,
            version=model.card.version,
            source="live",
            file=opened.recognised,
            predictions=predictions,
            errors=errors,
        )
    )
