"""Synthetic models of 7 numbers and 13 categories, as in the German credit data, behind a scaler and one-hot columns."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from service.publishing.card_draft import draft_card
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import LabelledRows, Split, split_rows
from service.publishing.gate import Converter
from service.publishing.publish import publish
from service.schemas import Card
from service.training.recipe import Recipe

TREES, LOGISTIC = "twenty-fields-trees", "twenty-fields-logistic"
NUMBERS = [f"number_{index}" for index in range(7)]
CATEGORIES = [f"category_{index}" for index in range(13)]
VALUES = ["none", "some", "female", "male", "other"]
ROWS = 4000


def _split() -> Split:
    random = np.random.default_rng(0)
    numbers = {name: random.normal(size=ROWS) for name in NUMBERS}
    fields = pd.DataFrame(numbers | {name: random.choice(VALUES, ROWS) for name in CATEGORIES})
    truth = (fields[NUMBERS[0]] + (fields[CATEGORIES[0]] == "none") + random.normal(size=ROWS) > 0).to_numpy(int)
    return split_rows(fields, truth, pd.DataFrame(index=fields.index))


def _fit(train: LabelledRows, estimator: Any) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    steps = make_column_transformer(
        (StandardScaler(), NUMBERS), (OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES)
    )
    return make_pipeline(steps, estimator).fit(train.fields, train.truth)


def _fit_trees(train: LabelledRows) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return _fit(train, HistGradientBoostingClassifier(random_state=0))


def _fit_logistic_regression(train: LabelledRows) -> Any:
    from sklearn.linear_model import LogisticRegression

    return _fit(train, LogisticRegression(max_iter=1000))


RECIPES = {
    TREES: Recipe(name=TREES, split=_split, fit=_fit_trees),
    LOGISTIC: Recipe(name=LOGISTIC, split=_split, fit=_fit_logistic_regression),
}


def publish_model(name: str, folder: Path, to_onnx: Converter = to_float64_graph) -> Card:
    """Fit one of the models, put its bundle into `folder`, and return its card."""
    split = RECIPES[name].split()
    pipeline = RECIPES[name].fit(split.train)
    return publish(folder, draft_card(_texts(name)), pipeline, split, to_onnx=to_onnx).card


def _texts(name: str) -> dict[str, Any]:
    categories = [{"value": value} for value in VALUES]
    return {
        "name": name,
        "title": "Twenty fields",
        "question": "?",
        "inputs": [{"name": name, "type": "number"} for name in NUMBERS]
        + [{"name": name, "type": "category", "categories": categories} for name in CATEGORIES],
        "output": {"kind": "classification", "focus": "yes", "labels": [{"value": "no"}, {"value": "yes"}]},
    }
