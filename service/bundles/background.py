"""The reference rows of a bundle and the distributions of its training values, as arrays for explanations."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from service.bundles.reference import MAX_ROWS, QUANTILES, Reference, Spread
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.rule_checks import RuleChecks
from service.schemas import Card

Numbers = NDArray[np.float64]

_normal_quantile = NormalDist().inv_cdf
_MIN_RANK = 1 / (2 * QUANTILES)
_TAIL_INDEX = QUANTILES // 100
"""The index of the 1 % quantile."""


@dataclass(frozen=True)
class Distribution:
    """How the training values of one field are distributed."""

    quantiles: Numbers
    """(quantiles,), ascending; empty for a category and a boolean."""
    rarity: Numbers
    """(categories,): the share of training rows whose category is at most as frequent; empty for a number."""
    missing: float
    """The share of training rows without a value."""
    scores: Numbers
    """The standard normal quantile for each number of quantiles below a value, an equal one counted as half a step:
    (2 · quantiles + 1,); for a category, that of its rank in the order of the card: (categories,)."""

    def normal_scores(self, values: Numbers) -> Numbers:
        """Return the standard normal quantile of the rank of each value (rows,) among the training rows; null has 0."""
        missing = np.isnan(values)
        if len(self.rarity):
            ranks = np.where(missing, 0, values).astype(int)
        else:
            ranks = np.searchsorted(self.quantiles, values) + np.searchsorted(self.quantiles, values, side="right")
        return np.where(missing, 0.0, self.scores[ranks])

    def tails(self, values: Numbers) -> Numbers:
        """Return for each value (rows,) the share of training rows with a value that is at least as extreme.

        For a number: twice the share on its side of the median. For a category: the rows whose category is at most as
        frequent.
        """
        missing = np.isnan(values)
        if len(self.rarity):
            shares = self.rarity[np.where(missing, 0, values).astype(int)]
        else:
            below = np.searchsorted(self.quantiles, values, side="right") / len(self.quantiles)
            above = 1 - np.searchsorted(self.quantiles, values, side="left") / len(self.quantiles)
            shares = np.minimum(1.0, 2 * np.minimum(below, above))
        return np.where(missing, self.missing, shares)


@dataclass(frozen=True)
class Background:
    """The data that explanations compare a row with."""

    rows: Columns
    """Rows whose values replace a field that is left out. Empty if a bundle has no rows."""
    distributions: dict[str, Distribution]
    """By the name of each field of the channel `numbers`, in the order of its columns; empty without a reference file."""
    surprises: Numbers
    """(quantiles,), ascending: the surprise of the training rows; empty if it is not known."""
    correlations: Numbers
    """(fields, fields): the correlations of the normal scores of the training rows; empty if they are not known."""
    rules: RuleChecks

    def central_range(self, name: str) -> tuple[float, float] | None:
        """Return the range of a number that holds the middle 98 % of the training rows, or None if it is not known."""
        quantiles = self.distributions[name].quantiles if name in self.distributions else np.empty(0)
        if len(quantiles) != QUANTILES:
            return None
        return float(quantiles[_TAIL_INDEX]), float(quantiles[-1 - _TAIL_INDEX])


def build_background(card: Card, checks: Checks, reference: Reference | None) -> Background:
    """Return the background of a bundle. Without a reference, its rows are the rows of the card.

    Raises InvalidInput if a row does not fit the card.
    """
    rows = reference.rows if reference else [*card.real_rows, *(example.row for example in card.examples)]
    names = [field.name for field in checks.number_fields]
    spreads = reference.spreads if reference else []
    return Background(
        rows=checks.columns(rows[:MAX_ROWS]),
        distributions=dict(zip(names, map(build_distribution, spreads), strict=False)),
        surprises=np.array(reference.surprises if reference else []),
        correlations=np.array(reference.correlations if reference else []),
        rules=checks.rules,
    )


def build_distribution(spread: Spread) -> Distribution:
    """Return the distribution that a spread of the reference file describes."""
    shares = np.array(spread.shares)
    rarity = np.array([shares[shares <= share].sum() for share in shares])
    if len(shares):
        total = shares.sum() or 1.0
        ranks = (np.cumsum(shares) - shares / 2) / total
    else:
        ranks = np.arange(2 * len(spread.quantiles) + 1) / (2 * len(spread.quantiles) or 1)
    scores = np.array(list(map(_normal_quantile, np.clip(ranks, _MIN_RANK, 1 - _MIN_RANK).tolist())))
    return Distribution(np.array(spread.quantiles), rarity, spread.missing, scores)
