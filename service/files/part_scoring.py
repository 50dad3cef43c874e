"""Scores the good rows of a part. A row that the model cannot score gets a fault, and the others get their answers."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from service.bundles.model import Model
from service.bundles.score_checks import Mask
from service.errors import Fault, ModelFailed
from service.rows.columns import Columns
from wire.error_codes import MODEL_FAILED

T = TypeVar("T")
Faults = dict[int, list[Fault]]


def score_good_rows(
    model: Model, columns: Columns, good: Mask, faults: Faults, score: Callable[[Columns], T]
) -> tuple[T, Columns, Mask, Faults]:
    """Return the answer of `score` for the rows that the model can score, these rows, their mask, and all faults.

    `columns` holds the rows of the part where `good` is True. Raises ModelFailed if the model fails again without the
    rows that it cannot score.
    """
    try:
        return score(columns), columns, good, faults
    except ModelFailed:
        failing = model.failing_rows(columns)
    indices = np.flatnonzero(good)
    fault = Fault(None, MODEL_FAILED, "The model could not score this row.")
    faults = faults | {index: [fault] for index in indices[failing].tolist()}
    good = good.copy()
    good[indices[failing]] = False
    columns = columns.select(~failing)
    return score(columns), columns, good, faults
