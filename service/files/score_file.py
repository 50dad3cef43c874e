"""Score a file of rows: describe it at once, then return the answer in pieces."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec.structs import replace as replace_fields

from service.bundles.model import Model
from service.bundles.scorers.deadlines import current_deadline
from service.errors import InvalidFile, TooLarge
from service.fields.lookup import array_fields
from service.files.answer_batches import answer_schema, part_errors, score_columns, score_parts
from service.files.answer_writers import Writer, create_writer
from service.files.arrow_format.arrow_file import open_arrow_file, open_parquet_file
from service.files.column_check import choose_prefix
from service.files.csv_format.csv_file import CsvFile
from service.files.csv_format.unpacked_file import unpack_file
from service.files.file_parts import RowFile
from service.files.file_request import FileAnswer, FileRequest
from service.files.part_parser import PartParser
from service.files.part_scoring import score_good_rows
from service.files.picture_zip.picture_rows import PictureRows, long_cells_explained
from service.files.picture_zip.zip_file import open_zip_file, takes_pictures
from service.rows.columns import Columns
from service.rows.strict_json import encode
from service.schemas import Card, FilePredictions, Row
from service.schemas.localization import localized
from tabular.sheet_cells import MAX_ROWS
from wire.languages import Language
from wire.media_types import FileKind


def score_file(model: Model, file: Path, request: FileRequest) -> FileAnswer:
    """Open and check the file. Rows are scored when pieces are read. Raises InvalidFile, TooLarge, NotAcceptable."""
    row_file = _open_file(model.card, file, request)
    parser = PartParser(model.checks, row_file.style)
    if request.answer == "json":
        if row_file.recognised.rows > request.max_json_rows:
            raise TooLarge(f"An answer in JSON may hold {request.max_json_rows:,} rows. Ask for CSV, Arrow or Parquet.")
        return FileAnswer(row_file.recognised, _json_answer(model, row_file, parser, request.language))
    if request.answer == "xlsx" and row_file.recognised.rows >= MAX_ROWS:
        raise TooLarge(f"An Excel sheet has {MAX_ROWS:,} rows. Ask for CSV, Arrow or Parquet.")
    prefix = choose_prefix(model.card, row_file.others.names, request.prefix)
    recognised = replace_fields(row_file.recognised, prefix=prefix or None)
    schema = answer_schema(model.card, row_file.others, prefix)
    decimal = row_file.style.decimal if row_file.style else "point"
    writer = create_writer(request.answer, schema, separator=row_file.separator, decimal=decimal)
    _check_parts(row_file, writer)

    def pieces() -> Generator[bytes]:
        for batch in score_parts(model, row_file, parser, schema):
            yield writer.write(batch)
        yield writer.finish()

    return FileAnswer(recognised, pieces())


def score_rows(model: Model, rows: list[Row] | Columns, kind: FileKind) -> bytes:
    """Return the predictions of rows of a JSON request as a file. Raises InvalidInput, ModelFailed."""
    batch = score_columns(model, rows if isinstance(rows, Columns) else model.checks.columns(rows))
    writer = create_writer(kind, batch.schema)
    return writer.write(batch) + writer.finish()


def _open_file(card: Card, file: Path, request: FileRequest) -> RowFile:
    """Open a file of any kind. Arrays of a model are decoded part by part."""
    if not array_fields(card):
        return _open_table(card, file, request)
    with long_cells_explained():
        if request.compression == "zip" and takes_pictures(card):
            return open_zip_file(file, card, request)
        return PictureRows(_open_table(card, file, request), card)


def _open_table(card: Card, file: Path, request: FileRequest) -> RowFile:
    if request.kind == "arrow":
        return open_arrow_file(file, card, request)
    if request.kind == "parquet":
        return open_parquet_file(file, card, request)
    unpacked = unpack_file(file, request)
    try:
        return CsvFile(unpacked, card, request)
    except InvalidFile as error:
        if unpacked.sheet:
            error.sheet, error.sheets = unpacked.sheet.name, unpacked.sheet.sheets
        raise


def _check_parts(row_file: RowFile, writer: Writer) -> None:
    """Read the whole file once: a fault in a late part must refuse the file before the answer begins.

    Raises InvalidFile, TooLarge, NotAcceptable, ModelTimeout. A CSV was read whole when it was opened.
    """
    if not isinstance(row_file, CsvFile):
        for part in row_file.parts():
            current_deadline()
            writer.check(part.others)


def _json_answer(model: Model, row_file: RowFile, parser: PartParser, language: Language) -> Generator[bytes]:
    predictions: list[Any] = []
    errors = []
    for part in row_file.parts():
        columns, good, faults = parser.parse(part)
        columns = replace(columns, warnings=model.checks.warnings(columns.numbers))
        answer, _, good, faults = score_good_rows(model, columns, good, faults, model.predict)
        scored = iter((localized(answer, language) if model.card.rules else answer).predictions)
        predictions += [next(scored) if is_good else None for is_good in good]
        errors += part_errors(part, faults)
    yield encode(
        FilePredictions(
            model=model.card.name,
            version=model.card.version,
            source="live",
            file=row_file.recognised,
            predictions=predictions,
            errors=errors,
        )
    )
