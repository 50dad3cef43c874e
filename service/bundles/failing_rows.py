"""Finds the rows that a model cannot score, so that the other rows of a file still get their answers."""

from collections import deque
from collections.abc import Callable

import numpy as np

from service.bundles.score_checks import Mask
from service.errors import ModelFailed
from service.rows.columns import Columns

_MAX_CALLS = 2048
"""After so many calls of the model, the rows that are not scored yet count as failing."""


def find_failing_rows(invalid_rows: Callable[[Columns], Mask], columns: Columns) -> Mask:
    """Return the mask (rows,) of the rows that fail. Rows for which `invalid_rows` raises ModelFailed are halved.

    `invalid_rows` scores some rows and returns the mask of those with invalid scores.
    """
    failing = np.zeros(len(columns), dtype=np.bool_)
    ranges = deque([(0, len(columns))])
    calls = 0
    while ranges:
        start, end = ranges.popleft()
        calls += 1
        try:
            failing[start:end] = calls > _MAX_CALLS or invalid_rows(columns.select(np.arange(start, end)))
        except ModelFailed:
            middle = (start + end) // 2
            if middle == start:
                failing[start] = True
            else:
                ranges.extend([(start, middle), (middle, end)])
    return failing
