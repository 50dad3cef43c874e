"""Usualness: how unusual a row is among the training rows, as a percentile, and which of its fields are rare.

A row's surprise is the sum over its fields of −log of the share of training rows at least as far out. The sum treats the
fields as independent. The percentile corrects for that: it compares the sum with the sums of the training rows.
"""

from collections.abc import Iterable

import numpy as np

from service.bundles.background import Background, Distribution, Numbers
from service.schemas import Usualness

_UNUSUAL_PERCENTILE = 90.0
_RARE = 0.05
_MIN_SHARE = 1e-4
"""The share for a value that no training row has. It makes an otherwise ordinary row unusual."""
_MAX_NAMED = 3


def surprises(distributions: Iterable[Distribution], matrix: Numbers) -> Numbers:
    """Return (rows, fields): −log of the share of training rows that lie at least as far out."""
    shares = [each.tails(matrix[:, column]) for column, each in enumerate(distributions)]
    if not shares:
        return np.zeros((len(matrix), 0))
    return -np.log(np.maximum(np.stack(shares, axis=1), _MIN_SHARE))


def usualness(background: Background, matrix: Numbers) -> list[Usualness | None]:
    """Return the usualness of each row of a matrix; None if the bundle does not know the surprises of its training rows."""
    known = background.surprises
    if not len(known):
        return [None] * len(matrix)
    names = list(background.distributions)
    by_field = surprises(background.distributions.values(), matrix)
    percentiles = np.searchsorted(known, by_field.sum(axis=1)) / len(known) * 100
    return [
        Usualness(
            percentile=round(float(percentile), 1),
            fields=_rarest(names, row) if percentile >= _UNUSUAL_PERCENTILE else [],
        )
        for percentile, row in zip(percentiles, by_field, strict=True)
    ]


def _rarest(names: list[str], row: Numbers) -> list[str]:
    """Return the rare fields, the rarest first; if none is rare alone, the rarest."""
    order = np.argsort(-row, kind="stable")[:_MAX_NAMED]
    rare = [names[column] for column in order if row[column] > -np.log(_RARE)]
    return rare or [names[order[0]]]
