"""A column of arrays of one shape → its field on the card; the distances between its rows."""

from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.publishing.drafting.findings import CannotDraft
from service.schemas import Input
from wire.field_types import FieldTypeName
from wire.model_folder.sample_arrays import array_kind


def array_input(field: Input, values: "pd.Series[Any]", kind: FieldTypeName | None = None) -> Input:
    """Return the field of a column of arrays. `kind` is the type that card.toml gives it. Raises CannotDraft."""
    array: NDArray[Any] = values.iloc[0]
    drafted = array_kind(field.name, {(str(array.dtype), array.shape)})
    if kind not in {None, drafted}:
        raise CannotDraft(f"card.toml gives {field.name!r} the type {kind!r}, but it holds arrays: its type is {drafted!r}.")
    if array.ndim == 1:
        return msgspec.structs.replace(field, type=drafted, length=len(array), dtype="", nullable=False)
    height, width = array.shape[:2]
    colours = "grey" if array.ndim == 2 else "rgb"  # noqa: PLR2004 - (height, width)
    return msgspec.structs.replace(
        field, type=drafted, width=width, height=height, colours=colours, dtype="", nullable=False
    )


def array_distances(values: "pd.Series[Any]") -> NDArray[np.float64]:
    """Return the mean squared distance of each array to all others, (rows,), from 0 to 1.

    It is the squared distance to the mean array, and the same constant for all; the largest of it is 1.
    """
    arrays = values.tolist()
    mean = np.zeros(arrays[0].shape)
    for array in arrays:
        mean += array
    mean /= len(arrays)
    distances = np.array([float(np.square(array - mean).sum()) for array in arrays])
    distances += distances.mean()
    largest = float(distances.max())
    return distances / largest if largest else distances
