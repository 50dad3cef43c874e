"""Reads compressed CSV files, CSV files in other encodings and Excel workbooks as CSV, and writes Excel workbooks."""

import codecs
import json
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline.errors import Unusable
from pipeline.formats.records import parse_line
from tabular.compression import unpack
from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.sheet_cells import ColumnKind
from tabular.workbook_reader import write_sheet_as_csv
from tabular.workbook_writer import WorkbookWriter
from wire.media_types import Compression

_MAX_BYTES = 2**36
_LINES_BYTES, _CHUNK_BYTES = 2 * 2**20, 2**20
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "cp1250": "windows-1250",
    "cp1252": "windows-1252",
    "iso8859-1": "iso-8859-1",
    "iso8859-2": "iso-8859-2",
}
"""Python's name of an encoding → the name that users know. The service reads the same ones."""
_PARSERS: dict[ColumnKind, Any] = {"int64": int, "float64": float, "bool": "true".__eq__}


def open_packed(
    file: BinaryIO, name: str, compression: Compression | None, sheet: str | None
) -> tuple[BinaryIO, list[ColumnKind]]:
    """Return the CSV inside a file, as an unnamed temporary file, and the kinds of its columns if it is a sheet.

    `compression` is None for a workbook. Raises Unusable.
    """
    target = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    kinds: list[ColumnKind] = []
    try:
        if compression is None:
            kinds = write_sheet_as_csv(file, sheet, target, _MAX_BYTES).kinds
        else:
            unpack(file, compression, target, _MAX_BYTES)
    except (ImportError, PackedFileError, PackedFileTooLarge) as error:
        target.close()
        missing = f"{name} needs the package {error.name}." if isinstance(error, ImportError) else ""
        raise Unusable(missing or f"{name} cannot be read. {error}") from None
    target.seek(0)
    return target, kinds


def recode(file: BinaryIO, name: str, charset: str) -> BinaryIO:
    """Return a CSV in another encoding as UTF-8, as an unnamed temporary file. Raises Unusable."""
    try:
        encoding = codecs.lookup(charset).name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        raise Unusable(f"The charset {charset[:64]} is not supported. Use one of: {', '.join(_ENCODINGS.values())}.")
    target = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK_BYTES):
            target.write(decoder.decode(chunk).encode())
        target.write(decoder.decode(b"", final=True).encode())
    except UnicodeError:
        target.close()
        raise Unusable(f"{name} is not {charset[:64]}. Say another --charset, or none if it is UTF-8.") from None
    target.seek(0)
    return target


def typed_values(values: dict[str, Any], kinds: dict[str, ColumnKind]) -> dict[str, Any]:
    """Return the cells of a sheet with its numbers and booleans as such, and empty cells as null."""
    return {
        name: (_PARSERS[kinds[name]](cell) if kinds.get(name) in _PARSERS else cell) if cell else None
        for name, cell in values.items()
    }


def write_workbook(lines: Path, added: list[str], target: Path) -> None:
    """Write JSON lines as a workbook: a column for each name, the added ones last."""
    names: dict[str, None] = {}
    with lines.open("rb") as file:
        for line in file:
            names |= dict.fromkeys(parse_line(line))
    columns = [*(name for name in names if name not in added), *added]
    try:
        with target.open("wb") as out, lines.open("rb") as file:
            writer = WorkbookWriter(out, columns)
            while part := file.readlines(_LINES_BYTES):
                records = map(parse_line, part)
                writer.write([_cell(record.get(name)) for name in columns] for record in records)
            writer.close()
    except ImportError:
        raise Unusable("An Excel workbook needs the package xlsxwriter.") from None
    except PackedFileTooLarge as error:
        raise Unusable(str(error)) from None


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
