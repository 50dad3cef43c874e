"""Compute how many rows of a Parquet file may be unpacked at once, from its footer and its page headers.

A dictionary stores a value once and rows refer to it by number, so a few kilobytes may unpack to gigabytes. The size of the
dictionary limits the length of a value.
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
    read_pages,
    read_row_groups,
)

_MAX_GROUP_BYTES = 2**30
_MAX_BYTES_AT_ONCE = 2**26
_MAX_PAGE_BYTES = 2**27
_MAX_PAGES = 300_000
_MAX_TEXT_ROWS = 1024
"""The maximum for files with texts, although all may be short."""


def max_batch_rows(file: Path) -> int:
    """Return how many rows to unpack at once.

    Raises TooLarge if a row group or its pages unpack to too many bytes, ValueError if the metadata are invalid.
    """
    content = np.memmap(file, np.uint8, "r").data
    return _max_batch_rows(content, [group for group in read_row_groups(content) if group.rows])


def _max_batch_rows(file: "memoryview[int]", groups: list[RowGroup]) -> int:
    if any(group.unpacked_bytes > _MAX_GROUP_BYTES for group in groups):
        raise TooLarge("A row group of the Parquet file unpacks to more than 1 GB. Write smaller ones.")
    max_row_bytes, page_count = 0.0, 0
    for group in groups:
        row_bytes, page_bytes = 0.0, 0
        for column in group.columns:
            dictionary, page, count = _page_sizes(file, column, _MAX_PAGES - page_count)
            page_count += count
            page_bytes += dictionary + page
            row_bytes += _row_bytes(column, group.rows, dictionary, page)
        if page_bytes > _MAX_PAGE_BYTES:
            raise TooLarge("The pages of the Parquet file unpack to more than 128 MB at once. Write smaller ones.")
        max_row_bytes = max(max_row_bytes, row_bytes)
    if not max_row_bytes:
        return PART_ROWS
    return int(min(_MAX_TEXT_ROWS, max(1.0, _MAX_BYTES_AT_ONCE / max_row_bytes)))


def _page_sizes(file: "memoryview[int]", column: Column, max_pages: int) -> tuple[int, int, int]:
    """Return the unpacked sizes of a column's dictionary and of its largest page, and its number of pages."""
    dictionary = largest = count = 0
    for count, page in enumerate(read_pages(file, column.start, column.stop), 1):
        if count > max_pages:
            raise TooLarge(f"A Parquet file may have {_MAX_PAGES:,} pages. Write larger ones.")
        if page.is_dictionary:
            dictionary = max(dictionary, page.bytes)
        else:
            largest = max(largest, page.bytes)
    return dictionary, largest, count


def _row_bytes(column: Column, rows: int, dictionary: int, page: int) -> float:
    """Return the maximum unpacked size of a row of texts or bytes; for lists, of a row with the mean number of items."""
    if column.type not in {BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY}:
        return 0.0
    cells: float = max(1.0, column.values / rows)
    if column.type == FIXED_LEN_BYTE_ARRAY:
        return cells * column.width
    if DELTA_BYTE_ARRAY in column.encodings:  # a value repeats the beginning of the value before it
        return cells * max(dictionary, page)
    mean: float = column.unpacked_bytes / max(1, column.values)
    return cells * max(dictionary, mean)
