"""Checked rows in the form that models take: a matrix of numbers, columns of text, arrays, and the warnings of each row."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.schemas import FieldWarning


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows that passed the checks.

    `numbers` is (rows, fields of the channel `numbers`), in the card's order, null as NaN; the types in `service.fields`
    define the meaning of the numbers. `texts` holds a list of strings for each text field, null as "". `arrays` holds
    (rows, …) for each field of the channel `arrays`: pixels in uint8, vectors in float64. `prepared` holds the
    same texts as the model was fitted on them, or is empty if nobody has prepared them yet.
    """

    numbers: NDArray[np.float64]
    texts: dict[str, list[str]]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    warnings: dict[int, list[FieldWarning]] = field(default_factory=dict)
    prepared: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Columns":
        """Return some of the rows: a mask (rows,), or the indices of the rows in their new order."""
        indices = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        chosen = indices.tolist()
        texts, prepared = (
            {name: [cells[index] for index in chosen] for name, cells in each.items()}
            for each in (self.texts, self.prepared)
        )
        return Columns(
            self.numbers[indices],
            texts,
            {name: cells[indices] for name, cells in self.arrays.items()},
            {position: self.warnings[index] for position, index in enumerate(chosen) if index in self.warnings}
            if self.warnings
            else {},
            prepared,
        )

    def with_numbers(self, numbers: NDArray[np.float64]) -> "Columns":
        """Return (rows, …) other numbers for copies of the one row that these columns hold, without warnings.

        Their arrays are views of the one row, which nobody may change.
        """
        times = len(numbers)
        return Columns(
            numbers,
            {name: cells * times for name, cells in self.texts.items()},
            {name: np.broadcast_to(cells, (times, *cells.shape[1:])) for name, cells in self.arrays.items()},
        )
