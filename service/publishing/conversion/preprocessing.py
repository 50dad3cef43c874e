"""The steps in front of an estimator, as functions of single input fields."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import Source, output_sources

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class InputField:
    """One input of the graph: a column of the float64 matrix `fields`."""

    name: str
    low: float
    high: float
    """The range of numbers that the service accepts."""
    choices: tuple[float, ...] | None
    """All numbers of a field without an order, else None."""
    nullable: bool
    typical: float
    """Any number that a real row has."""


@dataclass(frozen=True)
class Preprocessing:
    """Fitted steps, from the fields of the card to the matrix of the estimator behind them."""

    fields: tuple[InputField, ...]
    to_frame: Callable[[Floats], Any]
    """(rows, fields) numbers → the table that the first step takes."""
    sources: tuple[Source, ...]
    """The source of each column of the matrix."""
    steps: tuple[Any, ...] = field(default=())

    def then(self, step: Any) -> "Preprocessing":
        """Return the preprocessing followed by one more fitted step. Raises UnknownStep."""
        names = [self.fields[source.field].name for source in self.sources]
        return replace(self, sources=tuple(output_sources(step, self.sources, names)), steps=(*self.steps, step))

    def select(self, columns: Sequence[int]) -> "Preprocessing":
        """Return the preprocessing with some columns of its matrix only."""
        kept = [int(column) for column in columns]
        return replace(self, sources=tuple(self.sources[at] for at in kept), steps=(*self.steps, _Selection(kept)))

    @property
    def typical(self) -> Floats:
        """The numbers of one real row: (fields,)."""
        return np.array([each.typical for each in self.fields])

    def rows(self, cells: Sequence[tuple[int, float]]) -> Floats:
        """Return one row of the matrix for each (field, number): the numbers of the other fields are typical."""
        numbers = np.tile(self.typical, (len(cells), 1))
        numbers[range(len(cells)), [field for field, _ in cells]] = [number for _, number in cells]
        return self.matrix(numbers)

    def matrix(self, numbers: Floats) -> Floats:
        """Return the matrix (rows, columns) for numbers of the fields (rows, fields)."""
        table = self.to_frame(numbers)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # some numbers are unlike any that the steps were fitted on, on purpose
            for step in self.steps:
                if step is not None and not isinstance(step, str):
                    table = step.transform(table)
        dense = table.toarray() if hasattr(table, "toarray") else np.asarray(table)
        return np.asarray(dense, dtype=np.float64)


@dataclass(frozen=True)
class _Selection:
    columns: list[int]

    def transform(self, table: Any) -> Any:
        return np.asarray(table)[:, self.columns]


def create_preprocessing(fields: Sequence[InputField], to_frame: Callable[[Floats], Any]) -> Preprocessing:
    """Return the preprocessing without steps: each column is a field."""
    sources = tuple(Source(at, each.choices) for at, each in enumerate(fields))
    return Preprocessing(tuple(fields), to_frame, sources)
