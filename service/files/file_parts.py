"""What every kind of file is read into: parts of some thousand rows, the model's columns beside all others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from service.errors import Fault
from service.schemas import Recognised

PART_ROWS = 16_384
PART_CHARACTERS = 2**21
"""So much text ends a part sooner: rows may be long."""
MAX_COLUMNS = 1000


@dataclass(frozen=True)
class Part:
    """Rows that stand together. `lines` are physical lines of a text file, one a row."""

    first_row: int
    """1-based, counted over the whole file."""
    rows: int
    inputs: dict[str, pa.Array]
    """A column of a text file holds strings, else it holds what the file holds. An optional field may be left out."""
    others: list[pa.Array]
    lines: Sequence[int] | None = None
    faults: dict[int, list[Fault]] = field(default_factory=dict)
    """Place in the part → what kept its cells from being read at all."""


def wrong_cells(rows: list[list[Any]], width: int) -> dict[int, list[Fault]]:
    """Bring rows of text to `width` cells, the empty ones null, and return the faults of those that had more or fewer.

    Such a row keeps its cells where all that is too much is empty; else nobody knows which belongs where, and it is emptied.
    """
    faults: dict[int, list[Fault]] = {}
    for place, row in enumerate(rows):
        if len(row) != width:
            faults[place] = [Fault(None, "wrong_cells", f"Expected {width:,} cells, found {len(row):,}.")]
            kept = len(row) > width and not any(row[width:])
            rows[place] = [cell or None for cell in row[:width]] if kept else [None] * width
        elif "" in row:
            rows[place] = [cell or None for cell in row]
    return faults


class RowFile(Protocol):
    """An opened file whose frame is known to be sound."""

    recognised: Recognised
    others: pa.Schema
    """The columns that are no inputs: they pass through."""

    def parts(self) -> Iterator[Part]:
        """Return the rows from the first on. Raises InvalidFile where the file ends before it should."""
        ...
