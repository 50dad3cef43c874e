"""The interface of all scorers, and the choice of the scorer for a card. Each is imported on first use."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed
from service.rows.columns import Columns
from service.schemas import Card

if TYPE_CHECKING:
    from service.bundles.scorers.process_scorer import ProcessScorer

_NUMBERS = "fiu"
"""The kinds of numpy types that are numbers: float, integer, unsigned integer."""


class Scorer(Protocol):
    """A loaded model. Several threads may call it at the same time."""

    quick: bool
    """A few rows take microseconds, so they are scored on the event loop, without a thread."""

    def score(self, columns: Columns) -> NDArray[np.float64]:
        """Return (rows, labels) probabilities, or (rows, 1) values. It may raise anything."""
        ...


def as_scores(answer: Any, rows: int, *, is_classifier: bool) -> NDArray[np.float64]:
    """Return the answer of a model for `rows` rows as scores. A value per row may be (rows,) or (rows, 1).

    Raises ModelFailed if it has another number of rows, so that it is unknown which number belongs to which row.
    """
    if not isinstance(answer, np.ndarray) or answer.dtype.kind not in _NUMBERS:
        raise ModelFailed("The answer of the model is not an array of numbers.")
    scores = answer.astype(np.float64, copy=False)
    if scores.shape == (rows,) and not is_classifier:
        return scores.reshape(rows, 1)
    if scores.ndim != 2 or len(scores) != rows:  # noqa: PLR2004 - a matrix
        raise ModelFailed("The answer of the model does not have one line per row.")
    return scores


def open_scorer(card: Card, folder: Path) -> Scorer:
    """Open the model of a bundle. Raises BrokenBundle if the file does not fit the card."""
    if card.scoring.scorer == "onnx":
        from service.bundles.scorers.onnx_scorer import OnnxScorer
        from service.bundles.scorers.table_scorer import TableScorer

        graph = OnnxScorer(card, folder / "model.onnx")
        return graph if graph.table is None else TableScorer(card, graph.table)
    from service.bundles.scorers.process_scorer import ProcessScorer

    return ProcessScorer(card, folder)


def process_of(scorer: Scorer) -> "ProcessScorer | None":
    """Return the scorer if it is a process with the model, else None. Without such a model, nothing of it is imported."""
    if scorer.quick:
        return None
    from service.bundles.scorers.process_scorer import ProcessScorer

    return scorer if isinstance(scorer, ProcessScorer) else None
