"""Is this a usual case? How far out its values lie among those that the model learned from, field by field.

A row's surprise is the sum over its fields of −log of the share of training rows at least as far out (for a number, on its
side of the median, doubled; for a category, the share of categories that are as rare). Fields are taken one by one; that
they hang together is mended by comparing the sum with the sums of the training rows themselves.
"""

import numpy as np
from numpy.typing import NDArray

from service.bundles.reference import Reference, Spread
from service.rows.checks import Checks
from service.schemas import Usualness

_UNUSUAL_PERCENTILE = 90.0
_RARE = 0.05
_LEAST = 1e-4
"""The share of what no training row has: odd enough to make an otherwise plain row unusual."""
_MAX_NAMED = 3


def surprises(spreads: list[Spread], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (rows, fields): −log of the share of training rows that lie at least as far out."""
    shares = [_shares(spread, matrix[:, place]) for place, spread in enumerate(spreads)]
    return -np.log(np.stack(shares, axis=1)) if shares else np.zeros((len(matrix), 0))


class Usual:
    """Tells how usual the rows of one model are."""

    def __init__(self, checks: Checks, reference: Reference | None) -> None:
        self._names = [field.name for field in checks.number_fields]
        self._reference = reference if reference and reference.surprises else None

    def __call__(self, matrix: NDArray[np.float64]) -> list[Usualness | None]:
        """Return one a row; None where the bundle does not remember what it learned from."""
        if self._reference is None:
            return [None] * len(matrix)
        each = surprises(self._reference.spreads, matrix)
        known = np.array(self._reference.surprises)
        places = np.searchsorted(known, each.sum(axis=1)) / len(known) * 100
        return [
            Usualness(percentile=round(float(place), 1), fields=self._rarest(row) if place >= _UNUSUAL_PERCENTILE else [])
            for place, row in zip(places, each, strict=True)
        ]

    def _rarest(self, row: NDArray[np.float64]) -> list[str]:
        """Return the rare fields, the rarest first; where several make the row unusual together, the rarest of them."""
        order = np.argsort(-row, kind="stable")[:_MAX_NAMED]
        rare = [self._names[place] for place in order if row[place] > -np.log(_RARE)]
        return rare or [self._names[order[0]]]


def _shares(spread: Spread, values: NDArray[np.float64]) -> NDArray[np.float64]:
    missing = np.isnan(values)
    if spread.shares:
        own = np.array(spread.shares)
        tails = np.array([own[own <= share].sum() for share in own])
        found = tails[np.where(missing, 0, values).astype(int)]
    else:
        quantiles = np.array(spread.quantiles)
        below = np.searchsorted(quantiles, values, side="right") / len(quantiles)
        above = 1 - np.searchsorted(quantiles, values, side="left") / len(quantiles)
        found = np.minimum(1.0, 2 * np.minimum(below, above))
    return np.maximum(np.where(missing, spread.missing, found), _LEAST)
