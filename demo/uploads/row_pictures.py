"""Reads the pictures of one row from an uploaded file: from a zip archive by their names, from Parquet or Arrow."""

import re
import zipfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from client import Card, RecognisedFile, Row
from demo.fields import field_types
from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.picture_zip.picture_archive import PictureArchive, UnreadablePicture
from wire.media_types import ARROW, PARQUET, ZIP

_DATA_URL = re.compile(r"data:image/[a-z.+-]{1,32};base64,")
_ERRORS = (PackedFileError, PackedFileTooLarge, pa.ArrowException, OSError, ValueError, KeyError, zipfile.BadZipFile)


def picture_columns(card: Card, recognised: RecognisedFile) -> dict[str, str]:
    """Return field → its column in the file, for the fields that are pictures."""
    matched = recognised.get("matched", {})
    return {name: matched.get(name, name) for name in field_types.list_pictures(card)}


def gives_pictures(media_type: str, columns: Mapping[str, str], cells: Row) -> bool:
    """Return whether the pictures of a row can be read from its file: a CSV or Excel file is not read a second time."""
    return media_type in {PARQUET, ARROW} or (
        media_type == ZIP and all(isinstance(cells.get(column), str) for column in columns.values())
    )


def read_pictures(
    content: BinaryIO, media_type: str, columns: Mapping[str, str], cells: Row, number: int
) -> dict[str, bytes]:
    """Return field → the bytes of the picture in a row; a picture that cannot be read is left out.

    `columns` is field → column, `cells` the row in the answer of the service; `number` counts from 1.
    """
    pictures: dict[str, bytes] = {}
    for field, column in columns.items():
        content.seek(0)
        try:
            if media_type == ZIP:
                pictures[field] = _read_from_archive(PictureArchive(content), cells[column])
            elif media_type in {PARQUET, ARROW}:
                pictures[field] = _bytes_of(_read_cell(content, media_type, column, number - 1))
        except (*_ERRORS, UnreadablePicture):
            continue
    return pictures


def _read_from_archive(archive: PictureArchive, cell: Any) -> bytes:
    """Raises ValueError if the cell is no path, UnreadablePicture."""
    if not isinstance(cell, str):
        raise ValueError("no path")
    folder = str(PurePosixPath(archive.tables[0]).parent) if archive.tables else ""
    return archive.read(archive.find(cell, folder))


def _read_cell(content: BinaryIO, media_type: str, column: str, index: int) -> Any:
    """Return a cell of a file with types. Raises KeyError if there is none, pa.ArrowException."""
    if media_type == PARQUET:
        parquet = pq.ParquetFile(content)
        for group in range(parquet.num_row_groups):
            rows = parquet.metadata.row_group(group).num_rows
            if index < rows:
                return parquet.read_row_group(group, columns=[column]).column(0)[index].as_py()
            index -= rows
    else:
        for batch in pa.ipc.open_stream(content):
            if index < batch.num_rows:
                return batch.column(column)[index].as_py()
            index -= batch.num_rows
    raise KeyError(column)


def _bytes_of(cell: Any) -> bytes:
    """Return the bytes of a picture, which may stand in a data URL. Raises ValueError if a cell holds none."""
    content = cell.get("bytes") if isinstance(cell, dict) else cell
    if isinstance(content, str) and (start := _DATA_URL.match(content)):
        return b64decode(content[start.end() :], validate=True)
    if not isinstance(content, bytes):
        raise ValueError("no bytes")
    return content
