"""How typical each row of a table is, and the most typical one: a real row, not a mixture of medians."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.fields.field_type import RangeType
from service.fields.lookup import types_of
from service.fields.text import TextType
from service.publishing.drafting.column_checks import codes_of
from service.schemas import Card


def mean_distances(card: Card, table: pd.DataFrame, outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean distance of each row (rows,) to all rows, from 0 to 1: the least is that of the medoid.

    `outputs` (rows,) are the answers of the model; they count as one more field.

    The distance of two rows is the mean over the fields: of the difference of their ranks, from 0 to 1, or 1 for different
    categories. A missing value has the distance 1 to any other. It takes O(rows · log rows) for each field.
    Source: Gower, A General Coefficient of Similarity and Some of Its Properties, Biometrics 1971, with ranks.
    """
    if not len(table):
        return np.zeros(0)
    total = _of_ranks(outputs)
    for field in types_of(card):
        values = table[field.name]
        if isinstance(field, TextType):
            total += _of_ranks(
                values.astype(object).map(lambda text: len(str(text)), na_action="ignore").to_numpy(np.float64)
            )
        elif isinstance(field, RangeType):
            total += _of_ranks(codes_of(values))
        else:
            total += _of_categories(values)
    return total / (1 + len(card.inputs))


def _of_ranks(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean distance of each number to all others, by rank."""
    known = np.isfinite(numbers)
    count = int(known.sum())
    distances = np.full(len(numbers), count / len(numbers))
    if not count:
        return distances
    ranks = (pd.Series(numbers[known]).rank(method="average").to_numpy() - 1) / max(1, count - 1)
    order = np.argsort(ranks, kind="stable")
    ranked = ranks[order]
    sums = np.cumsum(ranked)
    below = np.arange(1, count + 1)
    spread = ranked * below - sums + (sums[-1] - sums) - ranked * (count - below)
    inside = np.empty(count)
    inside[order] = spread
    distances[known] = (inside + (len(numbers) - count)) / len(numbers)
    return distances


def _of_categories(values: "pd.Series[Any]") -> NDArray[np.float64]:
    codes = pd.factorize(values.astype(object))[0] + 1
    return np.asarray(1 - np.bincount(codes)[codes] / len(codes))
