"""Levers: columns that change in one direction, and the combinations of their values."""

import math
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Pulls = tuple[tuple[int, int], ...]
"""(lever, index of its value), in the order of the levers."""


@dataclass(frozen=True)
class Lever:
    """One column that changes in one direction."""

    column: int
    values: Numbers
    """The values that the column may take, the nearest first."""
    distances: Numbers


def spread(count: int, max_count: int) -> NDArray[np.intp]:
    """Return at most `max_count` indexes below `count`, with the first and the last, denser near the first."""
    if count <= max_count:
        return np.arange(count)
    even = np.linspace(0, count - 1, max(2, max_count // 2))
    dense = np.geomspace(1, count, max(2, max_count - max_count // 2)) - 1
    return np.unique(np.round(np.concatenate([even, dense])).astype(np.intp))


def all_pulls(levers: list[Lever], max_count: int) -> list[Pulls]:
    """Return every combination of levers. If there are more than `max_count`, return those of fewer values of each lever.

    Then a search can miss a move. Of so many levers that one value of each makes too many, it returns none.
    """
    if math.prod(_choices(levers, [1] * len(levers)).values()) > max_count:
        return []
    counts = [len(lever.values) for lever in levers]
    while math.prod(_choices(levers, counts).values()) > max_count:
        counts[max(range(len(counts)), key=counts.__getitem__)] -= 1
    columns: dict[int, list[Pulls]] = {}
    for index, (lever, count) in enumerate(zip(levers, counts, strict=True)):
        of_column = columns.setdefault(lever.column, [()])
        of_column += [((index, int(value)),) for value in spread(len(lever.values), count)]
    return [tuple(sorted(chain.from_iterable(pulls))) for pulls in product(*columns.values())][1:]


def _choices(levers: list[Lever], counts: list[int]) -> dict[int, int]:
    """Return column → the number of its values, its present one included, for a number of values of each lever."""
    choices: dict[int, int] = {}
    for lever, count in zip(levers, counts, strict=True):
        choices[lever.column] = choices.get(lever.column, 1) + count
    return choices
