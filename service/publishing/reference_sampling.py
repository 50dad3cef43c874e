"""What a bundle keeps of its training rows: some representative rows, and the distribution of every field."""

import numpy as np
from numpy.typing import NDArray

from service.bundles.background import build_distribution
from service.bundles.reference import MAX_KEPT_ROWS, MAX_ROWS, MIN_EIGENVALUE, QUANTILES, Reference, compute_spread
from service.fields.lookup import number_fields
from service.questions.usualness import normal_scores, surprises
from service.rows.columns import Columns
from service.schemas import Card, Row

_DRAWS = 400
_SHRINKAGE = 0.05
_MIN_ERRORS = 4
"""A correlation counts only if it is at least this many standard errors, 1 / √rows, from 0."""
_MAX_FIELDS = 100
"""With more fields, the correlations would fill the file."""
_STEPS = np.linspace(0.05, 0.95, 19)
_MAX_FEATURES = 2000
"""With 5,000 rows they take 80 MB."""


def choose_reference(card: Card, rows: list[Row], columns: Columns, outputs: NDArray[np.float64]) -> Reference:
    """Choose among training rows; `outputs` has the bundle's output for each of them."""
    sizes = [field.size for field in number_fields(card)]
    spreads = [compute_spread(columns.numbers[:, index], size) for index, size in enumerate(sizes)]
    distributions = [build_distribution(spread) for spread in spreads]
    correlations = _correlations(normal_scores(distributions, columns.numbers)) if 0 < len(spreads) <= _MAX_FIELDS else []
    _, totals = surprises(distributions, np.array(correlations), columns.numbers)
    quantiles = np.quantile(totals, np.linspace(0, 1, QUANTILES)) if spreads else np.array([])
    chosen = _most_balanced_draw(columns.numbers, outputs) if spreads or columns.arrays else np.array([], dtype=np.intp)
    others = np.setdiff1d(np.arange(len(rows)), chosen)[: MAX_KEPT_ROWS - len(chosen)]
    return Reference(
        rows=[rows[index] for index in chosen[np.argsort(outputs[chosen], kind="stable")]],
        spreads=spreads,
        surprises=[round(float(value), 4) for value in quantiles],
        correlations=correlations,
        proof_rows=[rows[index] for index in others],
    )


def _correlations(scores: NDArray[np.float64]) -> list[list[float]]:
    """Return the correlations of normal scores (rows, fields), without those that may be chance.

    They are shrunk towards 0 until they have an exact inverse.
    """
    centred = scores - scores.mean(axis=0)
    spread = np.sqrt(np.square(centred).mean(axis=0))
    standardized = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    correlations = (1 - _SHRINKAGE) * (standardized.T @ standardized) / len(scores)
    correlations[np.abs(correlations) < _MIN_ERRORS / np.sqrt(len(scores))] = 0
    np.fill_diagonal(correlations, 0)
    correlations = np.round(np.triu(correlations) + np.triu(correlations).T, 4)
    identity = np.eye(len(correlations))
    while np.linalg.eigvalsh(correlations + identity).min() < 2 * MIN_EIGENVALUE:
        correlations = np.round((1 - _SHRINKAGE) * correlations, 4)
    result: list[list[float]] = (correlations + identity).tolist()
    return result


def _most_balanced_draw(matrix: NDArray[np.float64], outputs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the indices of the random draw whose fields and outputs are distributed most like those of all rows.

    Source: Morgan and Rubin, Rerandomization to improve covariate balance in experiments, Annals of Statistics 2012.
    """
    if len(matrix) <= MAX_ROWS:
        return np.arange(len(matrix))
    random = np.random.default_rng(0)
    features = _standardized_features(np.column_stack([matrix, outputs]))
    draws = np.argsort(random.random((_DRAWS, len(matrix))), axis=1)[:, :MAX_ROWS]
    distances = [float(np.square(features[draw].mean(axis=0)).sum()) for draw in draws]
    return np.asarray(draws[int(np.argmin(distances))])


def _standardized_features(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the features (rows, features) whose means a balanced draw keeps, with mean 0 and standard deviation 1.

    They are, for each column: whether the value is missing, the value, and whether it is at most each of 19 quantiles, or of
    fewer if there are very many columns.
    """
    features = []
    count = max(1, min(len(_STEPS), _MAX_FEATURES // values.shape[1] - 2))
    at = _STEPS if count == len(_STEPS) else np.linspace(0, 1, count + 2)[1:-1]
    for column in values.T:
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        steps = np.unique(np.quantile(known, at))
        features += [np.isnan(column), np.nan_to_num(column, nan=float(known.mean()))]
        features += [column <= step for step in steps]
    table = np.array(features, dtype=np.float64).T
    spread = table.std(axis=0)
    varied = table[:, spread > 0]
    return np.asarray((varied - varied.mean(axis=0)) / spread[spread > 0])
