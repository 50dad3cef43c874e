"""The file of a bundle that describes the pictures of its training, for each field with a picture.

A picture is unlike them if it fails one of three measures. Each measure takes the picture reduced to at most 28 pixels a
side: the share of its grey values that almost no training picture has at their place; the error with which the main
components of the training pictures make the picture again; and its contrast. The limits come from held-out pictures.

Source of the error: Jackson and Mudholkar, Control Procedures for Residuals Associated with Principal Component Analysis,
Technometrics 1979.
"""

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.errors import BrokenBundle
from service.fields.arrays.image import ImageType
from service.fields.lookup import array_fields
from service.schemas import Card
from service.schemas.shape import Shape

FILE = "pictures.json"
MAX_BYTES = 8 * 2**20
MAX_SIDE = 28
Floats = NDArray[np.float64]


class TrainingPictures(Shape, frozen=True):
    """The training pictures of one field. Numbers are grey values, 0 to 255, of the cells of a reduced picture."""

    low: list[int]
    high: list[int]
    """(cells,): the range of almost all training pictures."""
    mean: list[float]
    components: list[list[float]]
    """(components, cells), each of length 1."""
    max_outside: float
    """A larger share of cells outside of their range is unlike the training."""
    max_error: float
    """A larger mean error of a cell is unlike the training."""
    min_contrast: float
    """A smaller standard deviation of the cells is unlike the training."""


def write_training_pictures(folder: Path, pictures: dict[str, TrainingPictures]) -> None:
    """Write the description of each field; no file without fields."""
    if pictures:
        (folder / FILE).write_bytes(msgspec.json.encode(pictures, order="deterministic"))


def read_training_pictures(folder: Path, card: Card) -> dict[str, TrainingPictures]:
    """Return the description of each field; empty for an older bundle. Raises BrokenBundle if it does not fit the card."""
    file = folder / FILE
    if not file.exists():
        return {}
    if file.stat().st_size > MAX_BYTES:
        raise BrokenBundle(f"{FILE} is larger than {MAX_BYTES // 2**20} MB")
    try:
        pictures = msgspec.json.decode(file.read_bytes(), type=dict[str, TrainingPictures])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenBundle(f"{FILE} does not fit: {str(error)[:200]}") from error
    shapes = {field.name: field.shape for field in array_fields(card) if isinstance(field, ImageType)}
    for name, each in pictures.items():
        if name not in shapes:
            raise BrokenBundle(f"{FILE} describes a field that is no picture")
        cells = count_cells(shapes[name])
        if {len(each.low), len(each.high), len(each.mean), *map(len, each.components)} != {cells}:
            raise BrokenBundle(f"{FILE} does not fit the field {name[:64]}")
    return pictures


def count_cells(shape: tuple[int, ...]) -> int:
    """Return how many numbers a reduced picture of a shape has."""
    height, width, *channels = shape
    return min(height, MAX_SIDE) * min(width, MAX_SIDE) * math.prod(channels)


def reduce_pictures(pixels: NDArray[Any]) -> Floats:
    """Return pictures (rows, height, width) or (rows, height, width, 3) as (rows, cells): the means of their parts."""
    reduced = np.asarray(pixels, dtype=np.float64)
    for axis in (1, 2):
        size = reduced.shape[axis]
        if size > MAX_SIDE:
            starts = np.arange(MAX_SIDE) * size // MAX_SIDE
            counts = np.diff(np.append(starts, size)).reshape(-1, *[1] * (reduced.ndim - axis - 1))
            reduced = np.add.reduceat(reduced, starts, axis=axis) / counts
    return reduced.reshape(len(reduced), -1)


class PictureMeasures:
    """The three measures of one field, of reduced pictures (rows, cells)."""

    def __init__(self, training: TrainingPictures) -> None:
        self._low, self._high = np.array(training.low, dtype=np.float64), np.array(training.high, dtype=np.float64)
        self._mean, self._components = np.array(training.mean), np.array(training.components).reshape(-1, len(training.mean))
        self._training = training

    def outside(self, cells: Floats) -> Floats:
        return np.asarray(((cells < self._low) | (cells > self._high)).mean(axis=1))

    def errors(self, cells: Floats) -> Floats:
        """Return the mean squared errors. The components are orthogonal, so they need no picture made again."""
        centred = cells - self._mean
        explained = np.square(centred @ self._components.T).sum(axis=1)
        return np.asarray(np.maximum(np.square(centred).sum(axis=1) - explained, 0.0) / cells.shape[1])

    def contrast(self, cells: Floats) -> Floats:
        return np.asarray(cells.std(axis=1))

    def is_unlike(self, cells: Floats) -> NDArray[np.bool_]:
        limits = self._training
        return np.asarray(
            (self.outside(cells) > limits.max_outside)
            | (self.errors(cells) > limits.max_error)
            | (self.contrast(cells) < limits.min_contrast)
        )
