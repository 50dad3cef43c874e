"""What a Parquet file says of itself: its footer, and the headers of its pages, before anything is unpacked."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.files.parquet_format.thrift import Reader

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
    """When unpacked."""


@dataclass(frozen=True)
class Column:
    """A column of one row group. `width` is how many bytes a value has, where all have as many."""

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


def row_groups(file: "memoryview[int]") -> list[RowGroup]:
    """Return what the footer says. Raises ValueError, IndexError, RecursionError where it is none."""
    (length,) = struct.unpack("<I", file[-8:-4])
    if bytes(file[-4:]) != _MAGIC or not 0 < length <= min(len(file) - 8, _MAX_FOOTER_BYTES):
        raise ValueError("no footer, or one that is too large")
    footer = Reader(file[-8 - length : -8]).struct()
    widths = [_number(element, _WIDTH, 0) for element in _structs(footer, _SCHEMA) if not element.get(_CHILDREN)]
    return [
        RowGroup(
            _number(group, _GROUP_ROWS),
            _number(group, _GROUP_BYTES),
            [_column(chunk, width) for chunk, width in zip(_structs(group, _COLUMNS), widths, strict=True)],
        )
        for group in _structs(footer, _GROUPS)
    ]


def pages(file: "memoryview[int]", start: int, stop: int) -> Iterator[Page]:
    """Yield the pages that stand there. Raises ValueError, IndexError where one has no header."""
    while start < stop:
        reader = Reader(file[start : start + _MAX_HEADER_BYTES])
        header = reader.struct()
        yield Page(header.get(_KIND) == _DICTIONARY, _number(header, _UNPACKED))
        start += reader.place + _number(header, _PACKED)


def _column(chunk: dict[int, Any], width: int) -> Column:
    held = chunk.get(_COLUMN_META)
    if not isinstance(held, dict):
        raise ValueError("no column of a row group")
    encodings = held.get(_ENCODINGS)
    start = min(place for place in (_number(held, _DATA_PAGE), _number(held, _DICTIONARY_PAGE, 0)) if place)
    return Column(
        type=_number(held, _TYPE),
        width=width,
        encodings=encodings if isinstance(encodings, list) else [],
        values=_number(held, _VALUES),
        unpacked_bytes=_number(held, _COLUMN_UNPACKED),
        start=start,
        stop=start + _number(held, _COLUMN_PACKED),
    )


def _structs(found: dict[int, Any], field: int) -> list[dict[int, Any]]:
    listed = found.get(field, [])
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise ValueError("no list of structs")
    return listed


def _number(found: dict[int, Any], field: int, usual: int = -1) -> int:
    value = found.get(field, usual)
    if not isinstance(value, int) or value < 0:
        raise ValueError("no size")
    return value
