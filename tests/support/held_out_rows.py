"""The held-out rows of a recipe with the answers of its bundle."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from service.bundles.bundle_opening import open_model
from service.publishing.data_split import LabelledRows
from service.publishing.plain_rows import plain_rows
from service.schemas import ClassificationEvaluation


@dataclass
class HeldOut:
    """The held-out rows, their true values, and what the opened bundle predicts for them."""

    evaluation: Any
    test: LabelledRows
    truth: Any
    answer: Any
    predictions: list[Any]


def held_out(folder: Path, recipe: Any) -> HeldOut:
    model, test = open_model(folder), recipe.split().test
    rows = plain_rows(model.card, test.fields)
    predictions: list[Any] = model.predict(rows).predictions
    output: Any = model.card.output
    if isinstance(model.evaluation, ClassificationEvaluation):
        truth = (test.truth == [label.value for label in output.labels].index(output.focus)).astype(int)
        answer = np.array([each.probabilities[output.focus] for each in predictions])
    else:
        truth, answer = test.truth, np.array([each.value for each in predictions])
    return HeldOut(model.evaluation, test, truth, answer, predictions)
