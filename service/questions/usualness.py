"""Usualness: how unusual a row is among the training rows, as a percentile, and which of its fields make it unusual.

A row's surprise is the sum over its fields of −log of the share of training rows at least as far out, plus the surprise of
the combination: −log of the density of a Gaussian copula of the known fields. So values that are usual alone are unusual
together if training rows do not have them together. The percentile compares the sum with the sums of the training rows.

Source of the density: Song, Multivariate Dispersion Models Generated from Gaussian Copula, Scandinavian Journal of
Statistics 2000.
"""

from collections.abc import Sequence

import numpy as np

from service.bundles.background import Background, Distribution, Numbers
from service.schemas import Usualness

_UNUSUAL_PERCENTILE = 90.0
_RARE = 0.05
_MIN_SHARE = 1e-4
"""The share for a value that no training row has. It makes an otherwise ordinary row unusual."""
_MAX_NAMED = 3


def surprises(distributions: Sequence[Distribution], correlations: Numbers, matrix: Numbers) -> tuple[Numbers, Numbers]:
    """Return the surprise of each value (rows, fields), with its part of the combination, and that of each row (rows,).

    `correlations` (fields, fields) are those of the normal scores of the training rows; it may be empty.
    """
    if not distributions:
        return np.zeros((len(matrix), 0)), np.zeros(len(matrix))
    shares = np.stack([each.tails(matrix[:, column]) for column, each in enumerate(distributions)], axis=1)
    by_field: Numbers = -np.log(np.maximum(shares, _MIN_SHARE))
    constants = np.zeros(len(matrix))
    if len(correlations):
        scores, is_known = normal_scores(distributions, matrix), ~np.isnan(matrix)
        for known in np.unique(is_known, axis=0):
            rows, fields = np.flatnonzero((is_known == known).all(axis=1)), np.flatnonzero(known)
            part = correlations[np.ix_(fields, fields)]
            dependence = np.linalg.inv(part) - np.eye(len(fields))
            cells = np.ix_(rows, fields)
            by_field[cells] += scores[cells] * (scores[cells] @ dependence) / 2
            constants[rows] = np.linalg.slogdet(part)[1] / 2
    return by_field, by_field.sum(axis=1) + constants


def normal_scores(distributions: Sequence[Distribution], matrix: Numbers) -> Numbers:
    """Return (rows, fields): the standard normal quantile of the rank of each value among the training rows."""
    return np.stack([each.normal_scores(matrix[:, column]) for column, each in enumerate(distributions)], axis=1)


def usualness(background: Background, matrix: Numbers) -> list[Usualness | None]:
    """Return the usualness of each row of a matrix; None if the bundle does not know the surprises of its training rows.

    A row that breaks a rule of the card is more unusual than all training rows, because of the fields of the rule.
    """
    known = background.surprises
    if not len(known):
        return [None] * len(matrix)
    names = list(background.distributions)
    by_field, totals = surprises(list(background.distributions.values()), background.correlations, matrix)
    percentiles = np.searchsorted(known, totals) / len(known) * 100
    broken = background.rules.broken(matrix)
    results: list[Usualness | None] = []
    for percentile, row, broken_rules in zip(percentiles.tolist(), by_field, broken, strict=True):
        columns = background.rules.columns_of(broken_rules)
        if columns:
            fields = [names[column] for column in sorted(columns, key=lambda column: -row[column])[:_MAX_NAMED]]
            results.append(Usualness(percentile=100.0, fields=fields))
        else:
            is_unusual = percentile >= _UNUSUAL_PERCENTILE
            results.append(Usualness(percentile=round(percentile, 1), fields=_rarest(names, row) if is_unusual else []))
    return results


def _rarest(names: list[str], row: Numbers) -> list[str]:
    """Return the rare fields, the rarest first; if none is rare alone, the rarest."""
    order = np.argsort(-row, kind="stable")[:_MAX_NAMED]
    rare = [names[column] for column in order if row[column] > -np.log(_RARE)]
    return rare or [names[order[0]]]
