"""Describes the pictures of the training for each field with a picture, with limits from held-out pictures."""

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.bundles.pictures.training_pictures import (
    PictureMeasures,
    TrainingPictures,
    reduce_pictures,
    write_training_pictures,
)
from service.errors import Fault
from service.fields.arrays.image import ImageType
from service.fields.lookup import array_fields
from service.publishing.data_split import LabelledRows, Split
from service.schemas import Card

Floats = NDArray[np.float64]

UNLIKE_SHARE = 0.012
"""So many of the held-out pictures get the warning, at most: a third of them for each measure."""
_MAX_PICTURES, _MAX_FOR_COMPONENTS = 5000, 1000
_COMPONENTS = 32
_NUMBERS_AT_ONCE = 4_000_000
_RARE = 0.002
"""So many training pictures have a lower grey value in a cell, and so many a higher one."""
_TOLERANCE = 2
"""Grey values, for the rounding of pictures that are reduced or compressed."""
_DIGITS = 4


def add_training_pictures(folder: Path, card: Card, split: Split) -> None:
    """Write the description of the training pictures into `folder`."""
    fields = [field for field in array_fields(card) if isinstance(field, ImageType)]
    write_training_pictures(
        folder, {field.name: _describe(_cells(field, split.train), _cells(field, split.test)) for field in fields}
    )


def _cells(field: ImageType, rows: LabelledRows) -> Floats:
    """Return some pictures of a column, drawn at random, reduced: (pictures, cells)."""
    column = rows.fields[field.name]
    drawn = column.sample(min(len(column), _MAX_PICTURES), random_state=0)
    part = max(1, _NUMBERS_AT_ONCE // math.prod(field.shape))
    pixels = _pixels(field, drawn)
    return np.concatenate([reduce_pictures(np.stack(some)) for some in iter(lambda: list(islice(pixels, part)), [])])


def _pixels(field: ImageType, values: Iterable[Any]) -> Iterator[NDArray[Any]]:
    for value in values:
        pixels = field.read(value) if isinstance(value, str) else np.asarray(value).reshape(field.shape)
        if not isinstance(pixels, Fault):
            yield pixels


def _describe(train: Floats, test: Floats) -> TrainingPictures:
    low, high = np.quantile(train, [_RARE, 1 - _RARE], axis=0)
    mean = np.round(train.mean(axis=0), 2)
    training = TrainingPictures(
        low=np.floor(low - _TOLERANCE).astype(int).tolist(),
        high=np.ceil(high + _TOLERANCE).astype(int).tolist(),
        mean=mean.tolist(),
        components=_main_components(train[:_MAX_FOR_COMPONENTS] - mean),
        max_outside=1.0,
        max_error=float("inf"),
        min_contrast=0.0,
    )
    measures, share = PictureMeasures(training), UNLIKE_SHARE / 3
    return msgspec.structs.replace(
        training,
        max_outside=_rounded(np.quantile(measures.outside(test), 1 - share)),
        max_error=_rounded(np.quantile(measures.errors(test), 1 - share)),
        min_contrast=_rounded(np.quantile(measures.contrast(test), share)),
    )


def _rounded(value: Any) -> float:
    return round(float(value), _DIGITS)


def _main_components(centred: Floats) -> list[list[float]]:
    """Return the directions (components, cells) of the largest variances, from the products of pictures with each other."""
    variances, weights = np.linalg.eigh(centred @ centred.T)
    count = min(_COMPONENTS, int((variances > 1e-6 * variances[-1]).sum()))
    directions = weights[:, ::-1][:, :count].T @ centred
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    result: list[list[float]] = np.round(directions, _DIGITS).tolist()
    return result
