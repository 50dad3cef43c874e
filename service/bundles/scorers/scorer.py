"""The interface of all scorers, and the choice of the scorer for a card. Each is imported on first use."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.rows.columns import Columns
from service.schemas import Card


class Scorer(Protocol):
    """A loaded model. Several threads may call it at the same time."""

    quick: bool
    """A few rows take microseconds, so they are scored on the event loop, without a thread."""

    def score(self, columns: Columns) -> NDArray[np.float64]:
        """Return (rows, labels) probabilities, or (rows, 1) values."""
        ...


def open_scorer(card: Card, folder: Path) -> Scorer:
    """Open the model of a bundle. Raises BrokenBundle if the file does not fit the card."""
    if card.scoring.scorer == "onnx":
        from service.bundles.scorers.onnx_scorer import OnnxScorer

        return OnnxScorer(card, folder / "model.onnx")
    from service.bundles.scorers.sklearn_scorer import SklearnScorer

    return SklearnScorer(card, folder / "model.skops")
