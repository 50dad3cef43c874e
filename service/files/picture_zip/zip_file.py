"""A zip archive as a file of rows: a table and the pictures that it names, or pictures alone."""

import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from msgspec.structs import replace as replace_fields

from service.bundles.scorers.deadlines import current_deadline
from service.errors import InvalidFile, Overloaded, TooLarge
from service.fields.arrays.image import ImageType
from service.fields.lookup import types_of
from service.files.arrow_format.arrow_file import open_parquet_file
from service.files.csv_format.csv_file import CsvFile
from service.files.csv_format.unpacked_file import UnpackedFile
from service.files.file_parts import RowFile
from service.files.file_request import FileRequest
from service.files.picture_zip.picture_rows import PictureRows
from service.files.picture_zip.zip_pictures import PictureNames, ZipPictures, packed_file_errors
from service.files.temporary_file import temporary_file
from service.schemas import Card
from tabular.picture_zip.picture_archive import ARCHIVE_ERRORS, TABLE_ENDINGS

_CHUNK_BYTES = 2**18
OpenTable = Callable[[Path, Card, FileRequest], RowFile]


def takes_pictures(card: Card) -> bool:
    """Tell whether a model has an input that is a picture."""
    return any(isinstance(field, ImageType) for field in types_of(card))


def open_zip_file(file: Path, card: Card, request: FileRequest) -> RowFile:
    """Open an archive. Its columns and its sizes are checked; no picture is read yet. Raises InvalidFile, TooLarge."""
    pictures = ZipPictures(file)
    tables = pictures.archive.tables
    if len(tables) > 1:
        raise _not_one_table(f"The archive must hold one CSV or Parquet file beside the pictures, not {len(tables):,}.")
    if not tables:
        return PictureRows(PictureNames(pictures, _only_picture(card, pictures)), card, pictures)
    pictures.folder = str(PurePosixPath(tables[0]).parent)
    path = _unpack_table(pictures, tables[0], request.max_unpacked_bytes)
    if TABLE_ENDINGS[PurePosixPath(tables[0]).suffix.lower()] == "parquet":
        table: RowFile = open_parquet_file(path.path, card, replace(request, kind="parquet"))
        table.recognised = replace_fields(table.recognised, compression="zip")
        weakref.finalize(table, _keep, path)
    else:
        table = CsvFile(path, card, request)
    rows = PictureRows(table, card, pictures)
    rows.recognised = replace_fields(table.recognised, pictures=len(pictures.archive.pictures))
    return rows


def _only_picture(card: Card, pictures: ZipPictures) -> str:
    """Return the field of a model that a picture alone answers. Raises InvalidFile."""
    fields = types_of(card)
    if not pictures.archive.pictures:
        raise _not_one_table("The archive holds neither a table (.csv, .parquet) nor pictures.")
    name = next(field.name for field in fields if isinstance(field, ImageType))
    if any(not field.nullable for field in fields if field.name != name):
        raise _not_one_table(
            f"The model needs more than a picture: put a CSV into the archive, with the paths in the column {name}."
        )
    return name


def _unpack_table(pictures: ZipPictures, name: str, max_bytes: int) -> UnpackedFile:
    """Return the table of an archive as a temporary file. Raises InvalidFile, TooLarge, Overloaded, ModelTimeout."""
    target, path = temporary_file()
    unpacked = UnpackedFile(path)
    weakref.finalize(unpacked, target.close)
    try:
        _copy(pictures, name, target, max_bytes)
        target.flush()
    except OSError as error:
        raise Overloaded("The disk has no space for this file.") from error
    return unpacked


def _copy(pictures: ZipPictures, name: str, target: IO[bytes], max_bytes: int) -> None:
    size = 0
    try:
        with packed_file_errors():
            source = pictures.archive.open_table(name)
    except ARCHIVE_ERRORS as error:
        raise _damaged() from error
    with source:
        while True:
            current_deadline()
            try:
                chunk = source.read(_CHUNK_BYTES)
            except ARCHIVE_ERRORS as error:
                raise _damaged() from error
            if not chunk:
                return
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge(f"The table of the archive unpacks to more than {max_bytes:,} bytes.")
            target.write(chunk)


def _keep(_file: UnpackedFile) -> None:
    """Hold a file until its reader is gone."""


def _damaged() -> InvalidFile:
    return InvalidFile("The table in the zip archive is damaged or incomplete.", fault_code="damaged_file")


def _not_one_table(detail: str) -> InvalidFile:
    return InvalidFile(detail, fault_code="several_files")
