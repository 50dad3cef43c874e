"""What a bundle remembers of its training rows: rows that stand for all of them, and how every field spreads."""

import numpy as np
from numpy.typing import NDArray

from service.bundles.reference import MAX_ROWS, QUANTILES, Reference, spread_of
from service.fields.lookup import number_fields
from service.questions.usualness import surprises
from service.rows.columns import Columns
from service.schemas import Card, Row

_DRAWS = 400
_STEPS = np.linspace(0.05, 0.95, 19)


def reference(card: Card, rows: list[Row], columns: Columns, outputs: NDArray[np.float64]) -> Reference:
    """Return the reference of a bundle; `outputs` are its answers to these training rows."""
    sizes = [field.size for field in number_fields(card)]
    spreads = [spread_of(columns.numbers[:, place], size) for place, size in enumerate(sizes)]
    totals = surprises(spreads, columns.numbers).sum(axis=1)
    quantiles = np.quantile(totals, np.linspace(0, 1, QUANTILES)) if spreads else np.array([])
    chosen = _representative(columns.numbers, outputs)
    return Reference(
        rows=[rows[place] for place in chosen[np.argsort(outputs[chosen], kind="stable")]] if spreads else [],
        spreads=spreads,
        surprises=[round(float(value), 4) for value in quantiles],
    )


def _representative(matrix: NDArray[np.float64], outputs: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the draw whose fields and answers spread most like all rows': of many draws by chance the best balanced one.

    Source: Morgan and Rubin, Rerandomization to improve covariate balance in experiments, Annals of Statistics 2012.
    """
    if len(matrix) <= MAX_ROWS:
        return np.arange(len(matrix))
    random = np.random.default_rng(0)
    traits = _traits(np.column_stack([matrix, outputs]))
    draws = np.argsort(random.random((_DRAWS, len(matrix))), axis=1)[:, :MAX_ROWS]
    apart = [float(np.square(traits[draw].mean(axis=0)).sum()) for draw in draws]
    return np.asarray(draws[int(np.argmin(apart))])


def _traits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a balanced draw has as often, or as much, as all rows: centred, in standard deviations."""
    traits = []
    for column in values.T:
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        steps = np.unique(np.quantile(known, _STEPS))
        traits += [np.isnan(column), np.nan_to_num(column, nan=float(known.mean()))]
        traits += [column <= step for step in steps]
    table = np.array(traits, dtype=np.float64).T
    spread = table.std(axis=0)
    varied = table[:, spread > 0]
    return np.asarray((varied - varied.mean(axis=0)) / spread[spread > 0])
