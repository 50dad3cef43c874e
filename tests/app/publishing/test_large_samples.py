"""Promises of large samples: what a build costs depends on what it needs, not on how many rows or columns there are."""

import tracemalloc
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from model_worker.model_calls import scores
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.drafting.draft import draft
from service.publishing.drafting.facts import facts_of
from service.publishing.publish import publish
from service.publishing.reference_sampling import choose_reference
from service.rows.columns import Columns
from service.schemas import Card, Input, Regression, Scoring

FIELDS = ["a", "b", "c"]
MAX_SCORED_ROWS = 30_000
MAX_MEGABYTES = 120


class CountedModel(LinearRegression):  # type: ignore[misc]
    """Counts the rows that it is asked for."""

    rows: ClassVar[list[int]] = []

    def predict(self, X: Any) -> Any:  # noqa: N803 - the interface of scikit-learn
        self.rows.append(len(X))
        return super().predict(X)


def converted(card: Card, model: Any, typical: Any) -> bytes:
    plain = LinearRegression()
    plain.__dict__.update(model.__dict__)
    return to_float64_graph(card, plain, typical)


def scored_rows(rows: int, folder: Path) -> int:
    """Publish a model with a sample of so many rows; return how many rows the model had to score."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(rows, len(FIELDS))), columns=FIELDS)
    truth = table.sum(axis=1).rename("total") + random.normal(size=rows) + 10
    model = CountedModel().fit(table[:100], truth[:100])
    facts = facts_of(model)
    CountedModel.rows.clear()
    drafted = draft(table, truth, facts, lambda chosen: scores(model, chosen, facts.answer), name="toy")
    publish(folder, drafted.card, model, drafted.split, to_onnx=converted)
    return sum(CountedModel.rows)


def test_a_model_scores_no_more_rows_of_a_larger_sample(tmp_path: Path) -> None:
    counts = [scored_rows(rows, tmp_path) for rows in (25_000, 50_000)]
    assert counts[0] == counts[1] <= MAX_SCORED_ROWS


def test_the_reference_rows_of_a_wide_table_are_chosen_within_bounded_memory() -> None:
    numbers = np.random.default_rng(0).normal(size=(800, 500))
    names = [f"f{at}" for at in range(500)]
    card = Card(
        name="toy",
        title="",
        question="",
        inputs=tuple(Input(name=name, type="number") for name in names),
        output=Regression(),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    )
    listed: list[Any] = [dict(zip(names, row, strict=True)) for row in numbers.tolist()]
    tracemalloc.start()
    reference = choose_reference(card, listed, Columns(numbers, {}), numbers[:, 0])
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert peak <= MAX_MEGABYTES
    chosen = np.array([list(row.values()) for row in reference.rows])
    assert np.abs(chosen.mean(axis=0) - numbers.mean(axis=0)).max() < 0.25
