"""How many rows of a Parquet file may be unpacked at once, from its footer and the headers of its pages.

A dictionary holds a value once and the file repeats it by number: a
few kilobytes may unpack to gigabytes. How long a value can be, the size of its dictionary says.
"""

from pathlib import Path

import numpy as np

from service.errors import TooLarge
from service.files.file_parts import PART_ROWS
from service.files.parquet_format.parquet_headers import (
    BYTE_ARRAY,
    DELTA_BYTE_ARRAY,
    FIXED_LEN_BYTE_ARRAY,
    Column,
    RowGroup,
    pages,
    row_groups,
)

_MAX_GROUP_BYTES = 2**30
_MAX_BYTES_AT_ONCE = 2**26
_MAX_PAGE_BYTES = 2**27
_MAX_PAGES = 300_000
_FEW_ROWS = 1024
"""Even where no cell can be long: pages unpack by so many rows where cells are texts."""


def rows_at_once(file: Path) -> int:
    """Raises TooLarge where a row group or its pages say that they unpack to too much, ValueError where they are none."""
    whole = np.memmap(file, np.uint8, "r").data
    return _rows_at_once(whole, [group for group in row_groups(whole) if group.rows])


def _rows_at_once(file: "memoryview[int]", groups: list[RowGroup]) -> int:
    if any(group.unpacked_bytes > _MAX_GROUP_BYTES for group in groups):
        raise TooLarge("A row group of the Parquet file unpacks to more than 1 GB. Write smaller ones.")
    row_bytes, seen = 0.0, 0
    for group in groups:
        at_once, largest = 0.0, 0
        for column in group.columns:
            dictionary, page, count = _largest(file, column, _MAX_PAGES - seen)
            seen += count
            largest += dictionary + page
            at_once += _row_bytes(column, group.rows, dictionary, page)
        if largest > _MAX_PAGE_BYTES:
            raise TooLarge("The pages of the Parquet file unpack to more than 128 MB at once. Write smaller ones.")
        row_bytes = max(row_bytes, at_once)
    if not row_bytes:
        return PART_ROWS
    return int(min(_FEW_ROWS, max(1.0, _MAX_BYTES_AT_ONCE / row_bytes)))


def _largest(file: "memoryview[int]", column: Column, most: int) -> tuple[int, int, int]:
    """Return the size of a column's dictionary and of its largest page, unpacked, and how many pages it has."""
    dictionary = largest = count = 0
    for count, page in enumerate(pages(file, column.start, column.stop), 1):
        if count > most:
            raise TooLarge(f"A Parquet file may have {_MAX_PAGES:,} pages. Write larger ones.")
        if page.is_dictionary:
            dictionary = max(dictionary, page.bytes)
        else:
            largest = max(largest, page.bytes)
    return dictionary, largest, count


def _row_bytes(column: Column, rows: int, dictionary: int, page: int) -> float:
    """Return how much a row of a column of texts or bytes may unpack to; of lists, how much one of usual length may."""
    if column.type not in {BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY}:
        return 0.0
    cells: float = max(1.0, column.values / rows)
    if column.type == FIXED_LEN_BYTE_ARRAY:
        return cells * column.width
    if DELTA_BYTE_ARRAY in column.encodings:  # a value takes its beginning from the one before it
        return cells * max(dictionary, page)
    usual: float = column.unpacked_bytes / max(1, column.values)
    return cells * max(dictionary, usual)
