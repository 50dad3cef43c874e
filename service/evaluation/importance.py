"""Permutation importance: how much worse a model gets when the values of one field are shuffled.

Source: Breiman, Random Forests, Machine Learning 2001. The intervals come from a bootstrap of rows and of shuffles.
"""

import math

import numpy as np
from numpy.typing import NDArray

from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import QUANTILES, SEED, Bootstrap, rounded_figure
from service.evaluation.metrics import Numbers
from service.fields.lookup import number_fields
from service.rows.columns import Columns
from service.schemas import Figure, Importance

SHUFFLES = 5
MAX_ROWS = 2000
_MIN_ROWS = 100
_MAX_NUMBERS = 400_000_000
"""The numbers that all shuffled rows hold together: a model with very many inputs is judged on fewer rows."""


def permutation_importance(held_out: HeldOut) -> list[Importance]:
    """Return the importance of every input, the largest first; nothing for a model with one input.

    A drop that is not finite is 0: the relative error is infinite if most true values are 0.
    """
    inputs = held_out.card.inputs
    if len(inputs) == 1:
        return []
    random = np.random.default_rng(SEED)
    rows = np.sort(random.permutation(len(held_out.truth))[: max_rows(len(inputs))])
    metric, truth, output = held_out.metric, held_out.truth[rows], held_out.output[rows]
    weights = Bootstrap(len(rows)).weights
    value, resampled = metric.value(truth, output), metric.statistic(truth, output, weights)
    drawn_shuffles = random.integers(0, SHUFFLES, (len(weights), SHUFFLES))
    drops_by_field: dict[str, tuple[float, Numbers]] = {}
    for field in inputs:
        orders = [rows[random.permutation(len(rows))] for _ in range(SHUFFLES)]
        outputs = np.split(held_out.outputs_of(_shuffle_field(held_out, field.name, rows, orders)), SHUFFLES)
        with np.errstate(invalid="ignore"):
            drops = [metric.sign * (value - metric.value(truth, shuffled)) for shuffled in outputs]
            resampled_drops = [metric.sign * (resampled - metric.statistic(truth, each, weights)) for each in outputs]
        chosen = np.take_along_axis(np.stack(resampled_drops, axis=1), drawn_shuffles, axis=1)
        drop = float(np.mean(drops))
        drops_by_field[field.name] = drop if math.isfinite(drop) else 0.0, chosen.mean(axis=1)
    names = sorted(drops_by_field, key=lambda name: (-drops_by_field[name][0], name))
    first, first_resampled = drops_by_field[names[0]]

    def describe(name: str) -> Importance:
        drop, resampled_drop = drops_by_field[name]
        with np.errstate(invalid="ignore"):
            behind = None if name == names[0] else _figure(first - drop, first_resampled - resampled_drop, len(rows))
        return Importance(field=name, drop=_figure(drop, resampled_drop, len(rows)), behind_first=behind)

    return [describe(name) for name in names]


def max_rows(inputs: int) -> int:
    """Return on how many rows at most the importance of so many inputs is computed."""
    return min(MAX_ROWS, max(_MIN_ROWS, _MAX_NUMBERS // (SHUFFLES * inputs**2)))


def _figure(value: float, resampled: Numbers, rows: int) -> Figure:
    finite = resampled[np.isfinite(resampled)]
    low, high = np.quantile(finite, QUANTILES) if len(finite) else (value, value)
    return rounded_figure(value, low, high, rows)


def _shuffle_field(held_out: HeldOut, name: str, rows: NDArray[np.intp], orders: list[NDArray[np.intp]]) -> Columns:
    """Return the rows once per order, one below the other, with the values of one field in that order."""
    columns = held_out.columns
    numeric = [field.name for field in number_fields(held_out.card)]
    repeated, shuffled = np.tile(rows, SHUFFLES), np.concatenate(orders)
    matrix = columns.numbers[repeated]
    if name in numeric:
        index = numeric.index(name)
        matrix[:, index] = columns.numbers[shuffled, index]
    texts = {
        field: [values[row] for row in (shuffled if field == name else repeated)] for field, values in columns.texts.items()
    }
    arrays = {field: values[shuffled if field == name else repeated] for field, values in columns.arrays.items()}
    return Columns(matrix, texts, arrays)
