"""A field whose value is an array: a picture or a vector. A model takes it as one array (rows, …)."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.field_type import FieldType, Mask
from service.schemas import Value

FindPicture = Callable[[str], bytes]
"""Returns the bytes of the picture that a cell of a file names by its path. Raises WrongPicture."""


@dataclass(frozen=True)
class ParsedArrays:
    """A column of a file as arrays (rows, …); zeros for null, and for values with a fault."""

    values: NDArray[Any]
    null: Mask
    faults: dict[int, Fault]
    """Row index → what is wrong with its value."""


class ArrayType(FieldType):
    """A field of the channel `arrays`. It has no order and no null, and no question varies it."""

    words: ClassVar[str]
    """What a value is: "a picture"."""
    dtype: ClassVar[type[np.generic]]
    shape: tuple[int, ...]
    """The shape of one value."""

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> NDArray[Any]:
        """Return the values (rows, …) of the right JSON type; add the faults to `faults`. Null, at fault already, is 0."""
        array = np.zeros((len(values), *self.shape), dtype=self.dtype)
        for index, value in enumerate(values):
            if value is not None:
                result = self.read(value)
                if isinstance(result, Fault):
                    faults.append(Fault(result.field, result.code, result.message, row=index))
                else:
                    array[index] = result
        return array

    @abstractmethod
    def read(self, value: Any) -> NDArray[Any] | Fault:
        """Return one value of the right JSON type as an array of `shape`, or its fault."""

    @abstractmethod
    def parse_text(self, array: Any, find: FindPicture | None) -> ParsedArrays:
        """Return a column of a text file (an Arrow array of strings) as arrays; an empty cell is null."""

    @abstractmethod
    def parse_arrow(self, array: Any, find: FindPicture | None) -> ParsedArrays:
        """Return a column of an Arrow or Parquet file as arrays. Raises InvalidFile if it has another type."""

    def parse_cells(self, cells: Iterable[Any], rows: int, read: Callable[[Any], NDArray[Any] | Fault]) -> ParsedArrays:
        """Return what `read` makes of each cell that is not null."""
        values = np.zeros((rows, *self.shape), dtype=self.dtype)
        null = np.zeros(rows, dtype=np.bool_)
        faults: dict[int, Fault] = {}
        for index, cell in enumerate(cells):
            null[index] = cell is None
            if cell is not None:
                result = read(cell)
                if isinstance(result, Fault):
                    faults[index] = result
                else:
                    values[index] = result
        return ParsedArrays(values, null, faults)

    @abstractmethod
    def value(self, array: NDArray[Any]) -> Value:
        """Return the JSON value of an array of `shape`."""

    def values(self, arrays: NDArray[Any]) -> Iterator[Value]:
        """Yield the JSON value of each array (rows, …)."""
        return map(self.value, arrays)

    def placeholder(self) -> Value:
        """Return a value that is accepted, for a field without a default."""
        return self.value(np.zeros(self.shape, dtype=self.dtype))

    def value_of_training(self, value: Any) -> Value:
        """Return a value of a training table (an array, or the JSON value) in the form of a JSON request."""
        return self.value(np.asarray(value, dtype=self.dtype).reshape(self.shape)) if hasattr(value, "dtype") else value
