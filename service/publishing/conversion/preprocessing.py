"""The steps in front of an estimator, as functions of single input fields."""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import ColumnChoice, Source, UnknownStep, output_sources
from service.publishing.conversion.graph import INPUT

Floats = NDArray[np.float64]
_MAX = float(np.finfo(np.float64).max)


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
    is_copied: bool = True
    """The first step takes the number itself, not another type that is made of it."""
    is_single: bool = False
    """It takes the number rounded to float32."""
    is_whole: bool = False
    """All numbers are whole numbers."""


@dataclass(frozen=True)
class ArrayInput:
    """One input of the graph under the name of its field: a picture or a vector."""

    name: str
    shape: tuple[int, ...]
    """Of one row."""
    is_whole: bool
    """Its numbers are whole, from 0 to 255; else float64."""
    is_stacked: bool = False
    """The cells of the column have become one array (rows, …)."""

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Preprocessing:
    """Fitted steps, from the fields of the card to the matrix of the estimator behind them."""

    fields: tuple[InputField, ...]
    to_frame: Callable[[Floats], Any]
    """(rows, fields) numbers → the table that the first step takes."""
    sources: tuple[Source, ...]
    """The source of each column of the matrix."""
    steps: tuple[Any, ...] = field(default=())
    matrix_name: str = INPUT
    """The matrix of the graph whose columns are the fields."""
    table_names: tuple[str, ...] = ()
    """The names of all columns of the table that the first step takes, with those of texts and arrays; empty if there are
    only numbers."""
    text: str = ""
    """The name of a text field, if that is all there is: then there are no columns before a vectorizer."""
    array: ArrayInput | None = None
    """A picture or a vector, if that is all there is."""
    table_arrays: tuple[ArrayInput, ...] = ()
    """The pictures and vectors of that table."""
    has_sparse_root: bool = False
    """The first step takes a sparse matrix, in which zeros are not stored."""

    @property
    def names(self) -> list[str]:
        """The name of the field that each column comes from."""
        return [self.fields[source.field].name for source in self.sources]

    def then(self, step: Any) -> "Preprocessing":
        """Return the preprocessing followed by one more fitted step. Raises UnknownStep."""
        if self.text:
            raise UnknownStep(f"{type(step).__name__} reads a text and has no converter")
        sources = output_sources(step, self.sources, self.names)
        return replace(self, sources=tuple(sources), steps=(*self.steps, step))

    def without_steps(self) -> "Preprocessing":
        """Return the preprocessing whose columns are its fields."""
        return replace(self, sources=field_sources(self.fields), steps=())

    def over_copies(self, matrix_name: str) -> "Preprocessing":
        """Return the preprocessing over a matrix of the graph that holds the fields as the first step takes them."""
        fields = tuple(replace(each, is_copied=True, is_single=False) for each in self.fields)
        return replace(self.without_steps(), fields=fields, matrix_name=matrix_name).without_steps()

    def take(self, columns: Sequence[int]) -> "Preprocessing":
        """Return the preprocessing with some of its columns; a table keeps their names."""
        return self.then(ColumnChoice(tuple(columns)))

    def select(self, columns: Sequence[int]) -> "Preprocessing":
        """Return the preprocessing with some columns of its matrix only."""
        return self.then(ColumnChoice(tuple(int(column) for column in columns), keeps_names=False))

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
        """Return the matrix (rows, columns) for numbers of the fields (rows, fields). Raises UnknownStep."""
        table = self._table(numbers)
        try:
            if hasattr(table, "to_numpy"):
                return np.asarray(table.to_numpy(np.float64, na_value=np.nan))
            return np.asarray(table.toarray() if hasattr(table, "toarray") else table, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise UnknownStep("the model reads texts or dates") from error

    @property
    def is_sparse(self) -> bool:
        """Whether the matrix is a sparse one, in which zeros are not stored."""
        if self.has_sparse_root and all(hasattr(step, "get_support") for step in self.steps):
            return True
        return bool(self.steps) and hasattr(self._table(self.typical[None]), "toarray")

    def _table(self, numbers: Floats) -> Any:
        table = self.to_frame(numbers)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # some numbers are unlike any that the steps were fitted on, on purpose
            for step in self.steps:
                if step is not None and not isinstance(step, str):
                    try:
                        table = step.transform(table)
                    except ValueError as error:
                        raise UnknownStep(f"{type(step).__name__} does not take every number of the fields") from error
        return table


def create_preprocessing(fields: Sequence[InputField], to_frame: Callable[[Floats], Any]) -> Preprocessing:
    """Return the preprocessing without steps: each column is a field."""
    return Preprocessing(tuple(fields), to_frame, field_sources(fields))


def field_sources(fields: Sequence[InputField]) -> tuple[Source, ...]:
    return tuple(
        Source(at, each.choices, is_input=each.is_copied, line=(0.0, 1.0) if each.is_copied else None)
        for at, each in enumerate(fields)
    )


def create_text(name: str) -> Preprocessing:
    """Return the preprocessing that is one text."""
    return Preprocessing((), np.asarray, (), text=name)


def create_array(array: ArrayInput) -> Preprocessing:
    """Return the preprocessing that is one picture or vector."""
    return Preprocessing((), np.asarray, (), array=array)


def create_columns(
    matrix_name: str, typical: Floats, nullable: NDArray[np.bool_], *, is_sparse: bool = False
) -> Preprocessing:
    """Return a preprocessing without steps over a matrix of the graph: each column takes the place of a field."""
    columns = [
        InputField(f"x{at}", -_MAX, _MAX, choices=None, nullable=bool(is_nullable), typical=float(number))
        for at, (number, is_nullable) in enumerate(zip(typical, nullable, strict=True))
    ]
    return replace(create_preprocessing(columns, np.asarray), matrix_name=matrix_name, has_sparse_root=is_sparse)
