"""Warns of pictures that are unlike those that a model learned from."""

import math
from dataclasses import replace

import numpy as np

from service.bundles.pictures.training_pictures import PictureMeasures, TrainingPictures, reduce_pictures
from service.rows.columns import Columns
from service.schemas import FieldWarning

_NUMBERS_AT_ONCE = 4_000_000


class PictureReader:
    """The pictures of one card. A field that the bundle does not describe gets no warnings."""

    def __init__(self, pictures: dict[str, TrainingPictures]) -> None:
        self._measures = {name: PictureMeasures(each) for name, each in pictures.items()}

    def read(self, columns: Columns) -> Columns:
        """Return the columns with the warnings of their pictures after those they have."""
        warnings = columns.warnings
        for name, measures in self._measures.items():
            pixels = columns.arrays[name]
            warning = FieldWarning(field=name, code="unlike_training")
            part = max(1, _NUMBERS_AT_ONCE // math.prod(pixels.shape[1:]))
            for start in range(0, len(pixels), part):
                is_unlike = measures.is_unlike(reduce_pictures(pixels[start : start + part]))
                new = {index: [*warnings.get(index, []), warning] for index in (start + np.flatnonzero(is_unlike)).tolist()}
                warnings = warnings | new
        return columns if warnings is columns.warnings else replace(columns, warnings=warnings)
