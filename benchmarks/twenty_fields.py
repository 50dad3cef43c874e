"""A synthetic model of 7 numbers and 13 categories, as in the German credit data: boosted trees behind scaled columns."""

from typing import Any

import numpy as np
import pandas as pd

from service.publishing.data_split import LabelledRows, Split, split_rows
from service.training.recipe import Recipe

NAME = "twenty-fields"
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


def _fit(train: LabelledRows) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    steps = make_column_transformer(
        (StandardScaler(), NUMBERS), (OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES)
    )
    return make_pipeline(steps, HistGradientBoostingClassifier(random_state=0)).fit(train.fields, train.truth)


RECIPE = Recipe(name=NAME, split=_split, fit=_fit)


def texts() -> dict[str, Any]:
    """Return the texts of its card."""
    categories = [{"value": value} for value in VALUES]
    return {
        "name": NAME,
        "title": "Twenty fields",
        "question": "?",
        "inputs": [{"name": name, "type": "number"} for name in NUMBERS]
        + [{"name": name, "type": "category", "categories": categories} for name in CATEGORIES],
        "output": {"kind": "classification", "focus": "yes", "labels": [{"value": "no"}, {"value": "yes"}]},
    }
