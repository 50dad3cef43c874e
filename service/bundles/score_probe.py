"""Probes a model when its bundle is opened: each row must get the same scores in any order and alone.

If it does not, the model returns its scores in another order than the rows, or mixes rows: callers would get the numbers of
other rows.
"""

import numpy as np

from service.bundles.model import Model
from service.bundles.score_checks import TOLERANCE
from service.errors import BrokenBundle
from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import NumbersType
from service.rows.columns import Columns
from service.schemas import Row

_MAX_ROWS = 64
_MAX_SINGLE_ROWS = 4


def check_row_order(model: Model, columns: Columns) -> None:
    """Raise BrokenBundle if a row gets other scores in another order or alone. Raises ModelFailed."""
    rows = columns.select(_spread(len(columns), _MAX_ROWS))
    scores = model.scores(rows)
    reverse = np.arange(len(rows))[::-1]
    orders = [reverse, *_spread(len(rows), _MAX_SINGLE_ROWS).reshape(-1, 1)]
    tolerance = TOLERANCE * np.abs(scores).max()
    for order in orders:
        if np.abs(model.scores(rows.select(order)) - scores[order]).max() > tolerance:
            raise BrokenBundle("the model gives a row other numbers in another order or alone")


def placeholder_row(model: Model) -> Row:
    """Return a row that the card accepts: defaults, or else nulls, or else the value nearest to 0."""
    row: Row = {}
    for field in model.checks.fields:
        row[field.name] = field.field.default
        if isinstance(field, ArrayType) and field.field.default is None:
            row[field.name] = field.placeholder()
        elif field.field.default is None and not field.nullable:
            number = isinstance(field, NumbersType) and field.value(min(max(0.0, field.min_number), field.max_number))
            row[field.name] = number if isinstance(field, NumbersType) else ""
    return row


def _spread(count: int, max_count: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return at most `max_count` indices below `count`, evenly spread, with the first and the last one."""
    return np.unique(np.linspace(0, count - 1, min(count, max_count)).round().astype(np.intp))
