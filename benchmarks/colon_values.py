"""Compares bodies with and without a colon in a value, on a synthetic model of 20 fields.

The values are like those of the German credit data, for example `male : single`.
"""

import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.load import Comparison, compare_in_turns, post_repeatedly
from benchmarks.server_programs import LOAD_CORE, on_core, run_service
from service.publishing.card_draft import draft_card
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import split_rows
from service.publishing.publish import publish

NAME = "colon-values"
NUMBERS = [f"number_{index}" for index in range(7)]
CATEGORIES = [f"category_{index}" for index in range(13)]
WITH_COLON, WITHOUT_COLON = "male : single", "male - single"
VALUES = [WITH_COLON, WITHOUT_COLON, "female", "other"]
TRAINING_ROWS = 4000
CONNECTIONS = 16
MANY_ROWS = 1000


def compare_colons(seconds: float) -> list[Comparison]:
    """Measure bodies of one row and of 1,000 rows; the two bodies of a comparison differ in one character per row."""
    with tempfile.TemporaryDirectory() as folder:
        publish_synthetic_model(Path(folder))
        with run_service({"SERVICE_BUNDLES": folder}) as server, on_core(LOAD_CORE):
            path = f"/v1/models/{NAME}/predictions"
            return [
                compare_in_turns(
                    name,
                    partial(post_repeatedly, server, path, _body(WITH_COLON, rows), connections),
                    partial(post_repeatedly, server, path, _body(WITHOUT_COLON, rows), connections),
                    seconds,
                )
                for name, rows, connections in (
                    ("one row a request, 16 connections", 1, CONNECTIONS),
                    ("1,000 rows a request, 1 connection", MANY_ROWS, 1),
                )
            ]


def _body(value: str, rows: int) -> bytes:
    row = dict.fromkeys(NUMBERS, 0.5) | dict.fromkeys(CATEGORIES, "female") | {CATEGORIES[0]: value}
    return json.dumps({"rows": [row] * rows}).encode()


def publish_synthetic_model(folder: Path) -> None:
    """Put a bundle of 7 numbers and 13 categories into `folder`."""
    random = np.random.default_rng(0)
    fields = pd.DataFrame(
        {name: random.normal(size=TRAINING_ROWS) for name in NUMBERS}
        | {name: random.choice(VALUES, TRAINING_ROWS) for name in CATEGORIES}
    )
    truth = (fields[NUMBERS[0]] + random.normal(size=TRAINING_ROWS) > 0).to_numpy(int)
    split = split_rows(fields, truth, pd.DataFrame(index=fields.index))
    publish(
        folder,
        draft_card(_texts()),
        _fit(split.train.fields, split.train.truth),
        split,
        to_onnx=to_float64_graph,
    )


def _texts() -> dict[str, Any]:
    categories = [{"value": value} for value in VALUES]
    return {
        "name": NAME,
        "title": "Colons in values",
        "question": "?",
        "inputs": [{"name": name, "type": "number"} for name in NUMBERS]
        + [{"name": name, "type": "category", "categories": categories} for name in CATEGORIES],
        "output": {"kind": "classification", "focus": "yes", "labels": [{"value": "no"}, {"value": "yes"}]},
    }


def _fit(fields: pd.DataFrame, truth: Any) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OrdinalEncoder

    encode = ColumnTransformer(
        [
            ("numbers", "passthrough", NUMBERS),
            ("categories", OrdinalEncoder(categories=[VALUES] * len(CATEGORIES)), CATEGORIES),
        ]
    )
    return Pipeline([("encode", encode), ("model", LogisticRegression(max_iter=1000))]).fit(fields, truth)
