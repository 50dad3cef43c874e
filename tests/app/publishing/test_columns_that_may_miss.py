"""Promises of models of which some columns may miss their value: they are converted, whatever types the other columns have."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from model_worker.model_calls import scores
from service.publishing.drafting.draft import draft
from service.publishing.drafting.facts import facts_of
from service.schemas import Card
from tests.support.conversion_check import compare

ROWS = 300
TYPES: dict[str, dict[str, str]] = {
    "of numpy": {},
    "float32": {"size": "float32"},
    "Float64": {"size": "Float64", "weight": "Float64"},
    "Int64": {"count": "Int64"},
    "boolean": {"is_new": "boolean"},
    "all of pandas": {"size": "Float64", "weight": "Float64", "count": "Int64", "is_new": "boolean", "city": "string"},
    "categories": {"city": "category"},
    "objects": {"city": "object", "is_new": "object"},
}


def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": random.normal(size=ROWS),
            "count": random.integers(-5, 9, ROWS),
            "city": random.choice(["Gdynia", "Lodz", "Opole"], ROWS),
            "is_new": random.random(ROWS) < 0.4,
            "weight": random.normal(size=ROWS),
        }
    )


def only_size_imputed() -> Any:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer((SimpleImputer(), ["size"]), (encoder, ["city"]), remainder="passthrough")


def all_numbers_imputed() -> Any:
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    return make_column_transformer((numbers, ["size", "count", "weight"]), (OneHotEncoder(), ["city", "is_new"]))


def drafted(types: dict[str, str], steps: Any, model: Any) -> tuple[Card, Any, pd.DataFrame]:
    table = frame().astype(types)
    truth = pd.Series(table["size"].astype(float) + table["count"].astype(float) > 1, name="large").astype(int)
    pipeline = make_pipeline(steps, model).fit(table, truth)
    facts = facts_of(pipeline)
    card = draft(table, truth, facts, lambda rows: scores(pipeline, rows, facts.answer), name="toy").card
    return card, pipeline, table


@pytest.mark.parametrize("steps", [only_size_imputed, all_numbers_imputed])
@pytest.mark.parametrize("model", [LogisticRegression(), RandomForestClassifier(5, random_state=0)], ids=["line", "forest"])
@pytest.mark.parametrize("types", TYPES)
def test_a_graph_equals_a_model_with_an_imputed_column(types: str, steps: Any, model: Any, tmp_path: Path) -> None:
    card, pipeline, table = drafted(TYPES[types], steps(), model)
    may_miss = [field.name for field in card.inputs if field.nullable]
    assert "size" in may_miss
    for at, name in enumerate(may_miss):
        kind = "float64" if table[name].dtype == "int64" else str(table[name].dtype)
        table = table.astype({name: kind})
        table.loc[at :: 2 * len(may_miss), name] = np.nan
    comparison = compare(card, pipeline, table, tmp_path)
    assert comparison.difference < 1e-12
    assert comparison.is_same_in_every_batch


@pytest.mark.parametrize("types", ["of numpy", "Int64", "all of pandas"])
def test_a_column_may_miss_its_value_only_if_the_model_takes_the_missing_value_of_its_type(types: str) -> None:
    card, pipeline, table = drafted(TYPES[types], only_size_imputed(), RandomForestClassifier(5, random_state=0))
    for field in card.inputs:
        if field.nullable:
            row = table[:1].astype({field.name: field.dtype})
            row[field.name] = pd.Series([np.nan], dtype=field.dtype)
            assert np.isfinite(pipeline.predict_proba(row)).all(), field.name
