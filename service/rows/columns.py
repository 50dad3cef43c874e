"""Checked rows as a model takes them: one float column an input, texts beside them, warnings row by row."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.schemas import FieldWarning


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows that passed the checks.

    `matrix` is (rows, inputs that are no text), in the card's order: numbers as they are, a category as its place among the
    card's categories, a boolean as 0 or 1, null as NaN. `texts` holds a list of strings for each text input, null as "".
    """

    matrix: NDArray[np.float64]
    texts: dict[str, list[str]]
    warnings: dict[int, list[FieldWarning]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.matrix)
