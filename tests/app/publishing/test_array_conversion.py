"""Promises of the conversion of pipelines that read pictures and vectors: the graph answers what scikit-learn answers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.float64_graph import to_float64_graph
from service.schemas import Card, Classification, Input, Label, Scoring
from service.training.patch_features import PatchFeatures
from tests.support.conversion_check import compare

ROWS, SIDE, LENGTH = 150, 8, 5
RANDOM = np.random.default_rng(3)
FIELDS = pd.DataFrame(
    {
        "picture": pd.Series(list(RANDOM.integers(0, 256, (ROWS, SIDE, SIDE), dtype=np.uint8)), dtype=object),
        "embedding": pd.Series(list(RANDOM.normal(size=(ROWS, LENGTH))), dtype=object),
        "size": RANDOM.normal(size=ROWS),
    }
)
TRUTH = RANDOM.integers(0, 3, ROWS)
CARD = Card(
    name="mixed",
    title="",
    question="",
    inputs=(
        Input(name="picture", type="image", width=SIDE, height=SIDE, colours="grey"),
        Input(name="embedding", type="vector", length=LENGTH),
        Input(name="size", type="number"),
    ),
    output=Classification(labels=tuple(Label(value=value) for value in "abc"), focus="a"),
    scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
)


def flat(size: int) -> Any:
    return make_pipeline(FunctionTransformer(np.stack), FunctionTransformer(np.reshape, kw_args={"shape": (-1, size)}))


def fitted(*columns: tuple[str, Any, Any]) -> Any:
    return make_pipeline(ColumnTransformer(list(columns)), LogisticRegression()).fit(FIELDS, TRUTH)


def test_a_picture_a_vector_and_a_number_are_scored_as_by_scikit_learn(tmp_path: Path) -> None:
    model = fitted(
        ("picture", make_pipeline(flat(SIDE * SIDE), PCA(6, random_state=0), StandardScaler()), "picture"),
        ("embedding", make_pipeline(FunctionTransformer(np.stack), StandardScaler()), "embedding"),
        ("size", StandardScaler(), ["size"]),
    )
    assert compare(CARD, model, FIELDS, tmp_path).difference < 1e-12


def test_learned_patterns_of_patches_are_scored_as_by_scikit_learn(tmp_path: Path) -> None:
    patterns = PatchFeatures(SIDE, patch=3, patterns=6, cells=3)
    model = fitted(("picture", make_pipeline(flat(SIDE * SIDE), patterns), "picture"), ("size", "passthrough", ["size"]))
    assert model[0].transform(FIELDS).shape == (ROWS, 3 * 3 * 2 * 6 + 1)
    assert compare(CARD, model, FIELDS, tmp_path).difference < 1e-12


def halves(arrays: Any) -> Any:
    return np.stack(arrays).reshape(len(arrays), -1) / 2


def test_a_function_that_is_not_known_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(UnknownStep, match=r"np\.stack"):
        to_float64_graph(CARD, fitted(("embedding", FunctionTransformer(halves), "embedding")), np.zeros(1))
