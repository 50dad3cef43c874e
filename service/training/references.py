"""What a bundle remembers of its training rows: rows evenly spaced by their answers, and how every field spreads.

Knows: the card, columns, an opened scorer's outputs. Must not know: HTTP, files, pipelines.
"""

import numpy as np
from numpy.typing import NDArray

from service.schemas import Card, Row
from service.scoring.columns import Columns
from service.scoring.reference import MOST_ROWS, QUANTILES, Reference, spread_of
from service.scoring.usualness import surprises


def reference(card: Card, rows: list[Row], columns: Columns, outputs: NDArray[np.float64]) -> Reference:
    """Return the reference of a bundle; `outputs` are its answers to these training rows.

    Rows in the middle of equal stretches of the answers have nearly the average of all, and no luck of the draw.
    """
    order = np.argsort(outputs, kind="stable")
    middles = ((np.arange(MOST_ROWS) + 0.5) / MOST_ROWS * len(order)).astype(int)
    numeric = [field for field in card.inputs if field.type != "text"]
    sizes = [len(field.categories) if field.type == "category" else 2 * (field.type == "boolean") for field in numeric]
    spreads = [spread_of(columns.matrix[:, place], size) for place, size in enumerate(sizes)]
    totals = surprises(spreads, columns.matrix).sum(axis=1)
    quantiles = np.quantile(totals, np.linspace(0, 1, QUANTILES)) if spreads else np.array([])
    return Reference(
        rows=[rows[place] for place in order[np.unique(middles)]] if spreads else [],
        spreads=spreads,
        surprises=[round(float(value), 4) for value in quantiles],
    )
