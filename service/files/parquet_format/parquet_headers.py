"""Read the footer and the page headers of a Parquet file, without unpacking its data."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.files.parquet_format.thrift import ThriftReader

_KIND, _UNPACKED, _PACKED = 1, 2, 3
"""Fields of PageHeader."""
_DICTIONARY = 2
_SCHEMA, _GROUPS = 2, 4
"""Fields of FileMetaData."""
_WIDTH, _CHILDREN = 2, 5
"""Fields of SchemaElement."""
_COLUMNS, _GROUP_BYTES, _GROUP_ROWS = 1, 2, 3
"""Fields of RowGroup."""
_COLUMN_META = 3
"""A field of ColumnChunk."""
_TYPE, _ENCODINGS, _VALUES, _COLUMN_UNPACKED, _COLUMN_PACKED, _DATA_PAGE, _DICTIONARY_PAGE = 1, 2, 5, 6, 7, 9, 11
"""Fields of ColumnMetaData."""
_MAGIC = b"PAR1"
_MAX_FOOTER_BYTES, _MAX_HEADER_BYTES = 2**23, 2**20
BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY = 6, 7
"""Types of a column."""
DELTA_BYTE_ARRAY = 7
"""An encoding."""


@dataclass(frozen=True)
class Page:
    is_dictionary: bool
    bytes: int
    """The unpacked size."""


@dataclass(frozen=True)
class Column:
    """A column of one row group. `width` is the size of a value in bytes if all values have the same size."""

    type: int
    width: int
    encodings: list[int]
    values: int
    unpacked_bytes: int
    start: int
    stop: int


@dataclass(frozen=True)
class RowGroup:
    rows: int
    unpacked_bytes: int
    columns: list[Column]


def read_row_groups(file: "memoryview[int]") -> list[RowGroup]:
    """Return the row groups that the footer lists. Raises ValueError, IndexError or RecursionError if it is invalid."""
    (length,) = struct.unpack("<I", file[-8:-4])
    if bytes(file[-4:]) != _MAGIC or not 0 < length <= min(len(file) - 8, _MAX_FOOTER_BYTES):
        raise ValueError("no footer, or one that is too large")
    footer = ThriftReader(file[-8 - length : -8]).struct()
    widths = [_number(element, _WIDTH, 0) for element in _structs(footer, _SCHEMA) if not element.get(_CHILDREN)]
    return [
        RowGroup(
            _number(group, _GROUP_ROWS),
            _number(group, _GROUP_BYTES),
            [_column(chunk, width) for chunk, width in zip(_structs(group, _COLUMNS), widths, strict=True)],
        )
        for group in _structs(footer, _GROUPS)
    ]


def read_pages(file: "memoryview[int]", start: int, stop: int) -> Iterator[Page]:
    """Yield the pages between two offsets. Raises ValueError or IndexError if a header is invalid."""
    while start < stop:
        reader = ThriftReader(file[start : start + _MAX_HEADER_BYTES])
        header = reader.struct()
        yield Page(header.get(_KIND) == _DICTIONARY, _number(header, _UNPACKED))
        start += reader.position + _number(header, _PACKED)


def _column(chunk: dict[int, Any], width: int) -> Column:
    metadata = chunk.get(_COLUMN_META)
    if not isinstance(metadata, dict):
        raise ValueError("no column of a row group")
    encodings = metadata.get(_ENCODINGS)
    start = min(offset for offset in (_number(metadata, _DATA_PAGE), _number(metadata, _DICTIONARY_PAGE, 0)) if offset)
    return Column(
        type=_number(metadata, _TYPE),
        width=width,
        encodings=encodings if isinstance(encodings, list) else [],
        values=_number(metadata, _VALUES),
        unpacked_bytes=_number(metadata, _COLUMN_UNPACKED),
        start=start,
        stop=start + _number(metadata, _COLUMN_PACKED),
    )


def _structs(values: dict[int, Any], field: int) -> list[dict[int, Any]]:
    structs = values.get(field, [])
    if not isinstance(structs, list) or not all(isinstance(each, dict) for each in structs):
        raise ValueError("no list of structs")
    return structs


def _number(values: dict[int, Any], field: int, default: int = -1) -> int:
    value = values.get(field, default)
    if not isinstance(value, int) or value < 0:
        raise ValueError("no size")
    return value
