"""The form of every file after reading: parts of some thousand rows, with the model's columns apart from the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from service.errors import Fault
from service.schemas import Recognised
from wire.cells.text_style import TextStyle

PART_ROWS = 16_384
PART_CHARACTERS = 2**21
"""A part with this many characters ends, although it has fewer rows."""
MAX_COLUMNS = 1000


@dataclass(frozen=True)
class Part:
    """Consecutive rows of a file. `lines` holds the physical line of each row of a text file."""

    first_row: int
    """The position of the first row in the file, from 1."""
    rows: int
    inputs: dict[str, pa.Array]
    """Field → its column. The columns of a text file are strings. An optional field may be absent."""
    others: list[pa.Array]
    lines: Sequence[int] | None = None
    faults: dict[int, list[Fault]] = field(default_factory=dict)
    """Index of a row in the part → why its cells could not be read."""
    find_picture: Callable[[str], bytes] | None = None
    """Returns the picture that a cell names by its path, for a file that holds pictures beside its rows."""


def normalize_rows(rows: list[list[Any]], width: int, min_cells: int) -> dict[int, list[Fault]]:
    """Give each row `width` cells, in place, and return the faults of rows with another number of cells, by index.

    Empty cells become null. A row with `min_cells` cells or more has all that the model reads: its missing cells are null,
    without a fault. A row with too many cells keeps the first ones if the others are empty. Otherwise the columns of its
    cells are unclear, and all its cells become null.
    """
    faults: dict[int, list[Fault]] = {}
    for index, row in enumerate(rows):
        if min_cells <= len(row) < width:
            rows[index] = [cell or None for cell in row] + [None] * (width - len(row))
        elif len(row) != width:
            faults[index] = [Fault(None, "wrong_cells", f"Expected {width:,} cells, found {len(row):,}.")]
            is_padded = len(row) > width and not any(row[width:])
            rows[index] = [cell or None for cell in row[:width]] if is_padded else [None] * width
        elif "" in row:
            rows[index] = [cell or None for cell in row]
    return faults


class RowFile(Protocol):
    """An open file whose columns have passed the checks."""

    recognised: Recognised
    others: pa.Schema
    """The columns that the answer repeats unchanged."""
    column_types: dict[str, pa.Field]
    """Field → its column."""

    @property
    def style(self) -> TextStyle | None:
        """How the values are written if they are text."""
        ...

    @property
    def separator(self) -> str:
        """The sign between the cells of an answer in CSV."""
        ...

    def parts(self) -> Iterator[Part]:
        """Yield the rows from the first one. Raises InvalidFile if the file is damaged."""
        ...
