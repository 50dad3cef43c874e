"""How many rows of a Parquet file may be unpacked at once, from its footer and the headers of its dictionaries.

Knows: Parquet's layout (parquet.thrift: PageHeader). Must not know: rows, models. A dictionary holds a value once and the
file repeats it by number: a few kilobytes may unpack to gigabytes. How long a value can be, its dictionary's size says.
"""

from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet as pq

from service.errors import TooLarge
from service.files.parts import PART_ROWS

_MOST_GROUP_BYTES = 2**30
_MOST_BYTES_AT_ONCE = 2**26
_FEW_ROWS = 1024
"""Even where no cell can be long: pages unpack by so many rows where cells are texts."""
_INTEGER, _DICTIONARY_PAGE = 0x15, 2
"""How Thrift's compact protocol begins a 32-bit integer that is the next field."""
_HEADER_BYTES = 12


def rows_at_once(file: Path, held: pq.FileMetaData) -> int:
    """Raises TooLarge where a row group says that it unpacks to more than a limit, ValueError where a header is none."""
    if any(held.row_group(place).total_byte_size > _MOST_GROUP_BYTES for place in range(held.num_row_groups)):
        raise TooLarge("A row group of the Parquet file unpacks to more than 1 GB. Write smaller ones.")
    columns = [held.schema.column(place) for place in range(len(held.schema))]
    long = [place for place, column in enumerate(columns) if column.physical_type.endswith("BYTE_ARRAY")]
    if not long:
        return PART_ROWS
    with file.open("rb") as opened:
        row_bytes = max(
            (
                sum(_row_bytes(opened, group, place, columns[place].length) for place in long)
                for group in map(held.row_group, range(held.num_row_groups))
            ),
            default=0.0,
        )
    return int(min(_FEW_ROWS, max(1.0, _MOST_BYTES_AT_ONCE / max(1.0, row_bytes))))


def _row_bytes(opened: BinaryIO, group: pq.RowGroupMetaData, place: int, width: int) -> float:
    """Return how much of a column a row may unpack to; of lists, how much one of usual length may."""
    column = group.column(place)
    cells: float = max(1.0, column.num_values / max(1, group.num_rows))
    usual: float = column.total_uncompressed_size / max(1, column.num_values)
    if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return cells * width
    if "DELTA_BYTE_ARRAY" in column.encodings:  # a value takes its beginning from the one before it
        return cells * float(column.total_uncompressed_size)
    return cells * max(usual, float(_dictionary_bytes(opened, column)))


def _dictionary_bytes(opened: BinaryIO, column: pq.ColumnChunkMetaData) -> int:
    """Return what the column's dictionary unpacks to; nought where it has none."""
    starts = [column.data_page_offset, column.dictionary_page_offset]
    opened.seek(min(start for start in starts if start))
    header = opened.read(_HEADER_BYTES)
    kind, rest = _integer(header)
    return _integer(rest)[0] if kind == _DICTIONARY_PAGE else 0


def _integer(header: bytes) -> tuple[int, bytes]:
    """Return the next field of a header and what follows it."""
    if header[:1] != bytes([_INTEGER]):
        raise ValueError("no header of a page")
    value = 0
    for place, byte in enumerate(header[1:]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            return (value >> 1) ^ -(value & 1), header[place + 2 :]
    raise ValueError("no number")
