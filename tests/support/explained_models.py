"""Models that are explained, and Shapley values by their definition to compare with."""

import math
import statistics
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.bundles.background import build_background
from service.bundles.model import Model
from service.bundles.reference import MAX_ROWS, Reference
from service.bundles.scorers.onnx_scorer import OnnxScorer
from service.publishing.conversion.estimators import add_estimator
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.preprocessing import InputField, create_preprocessing
from service.questions.explanations import explanations
from service.questions.shapley import ShapleyValues, shapley_values
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Category, Classification, Explanation, Input, Label, Regression, Row
from tests.support.formula_models import FLAT, PET, model_of

TABULAR = ["credit-default", "credit-scorecard", "diamond-price"]


TEXT = "comment-sentiment"


def drawn_rows(inputs: tuple[Input, ...], count: int, seed: int = 0) -> list[Row]:
    """Return random rows of a card; some values are null."""
    random = np.random.default_rng(seed)

    def value(field: Input) -> Any:
        if field.nullable and random.random() < 0.2:
            return None
        if field.type == "category":
            return field.categories[random.integers(len(field.categories))].value
        if field.type == "boolean":
            return bool(random.integers(2))
        if field.type == "text":
            return " ".join(random.choice(["good", "bad", "so", "so-so"], 3))
        low, high = map(float, field.seen or (1, 5))
        return int(random.integers(int(low), int(high) + 1)) if field.type == "integer" else float(random.uniform(low, high))

    return [{field.name: value(field) for field in inputs} for _ in range(count)]


def compared_with(model: Model, rows: list[Row]) -> Model:
    reference = Reference(rows=rows, spreads=[], surprises=[])
    return replace(model, background=build_background(model.card, model.checks, reference))


FLAT_OTHERS, PET_OTHERS = drawn_rows(FLAT.card.inputs, 40), drawn_rows(PET.card.inputs, 40)
FLAT_WHY, PET_WHY = compared_with(FLAT, FLAT_OTHERS), compared_with(PET, PET_OTHERS)


def why(model: Model, row: Row) -> Explanation[Any]:
    (result,) = explanations(model, [row], "en").explanations
    return result


def bars(model: Model, explanation: Explanation[Any]) -> NDArray[np.float64]:
    """Return the contributions in the card's order. Each field occurs once."""
    result = {each.field: each.contribution for each in explanation.contributions}
    assert len(result) == len(explanation.contributions)
    return np.array([result[field.name] for field in model.card.inputs])


def says(model: Model, rows: list[Row]) -> list[float]:
    """Return the published answer of each row: the probability of the focus, or the value."""
    predictions = model.predict(rows).predictions
    focus = getattr(model.card.output, "focus", None)
    return [float(each.probabilities[focus] if focus else each.value) for each in predictions]  # type: ignore[union-attr]


def by_definition(worth: Callable[[frozenset[int]], float], players: int) -> NDArray[np.float64]:
    """Return Shapley values by their definition (Shapley 1953): the weighted mean gain of a field over all coalitions without it."""
    worths = {
        frozenset(members): worth(frozenset(members))
        for size in range(players + 1)
        for members in combinations(range(players), size)
    }
    total = math.factorial(players)
    values = np.zeros(players)
    for members, value in worths.items():
        for player in set(range(players)) - members:
            weight = math.factorial(len(members)) * math.factorial(players - len(members) - 1) / total
            values[player] += weight * (worths[members | {player}] - value)
    return values


def fields_by_definition(model: Model, row: Row, others: list[Row]) -> NDArray[np.float64]:
    names = [field.name for field in model.card.inputs]

    def worth(members: frozenset[int]) -> float:
        coalition = {names[index]: row[names[index]] for index in members}
        return statistics.fmean(says(model, [other | coalition for other in others]))

    return by_definition(worth, len(names))


FLAGS = [(20, 0.05), (12, 0.03), (12, 0.0), (60, 0.04), (20, 0.3)]
"""Numbers of flags, and the share of rows in which a flag is true."""
MAX_SCORED_ROWS = 24_576 + MAX_ROWS + 1
"""Rows that one explanation may score: coalitions, reference rows, and the row."""


class CountingScorer:
    """A scorer that counts the rows and the calls of another one."""

    quick = True

    def __init__(self, scorer: Any) -> None:
        self.rows = self.calls = 0
        self._scorer = scorer

    def score(self, columns: Columns) -> NDArray[np.float64]:
        self.rows += len(columns)
        self.calls += 1
        scores: NDArray[np.float64] = self._scorer.score(columns)
        return scores


def shares(model: Model, row: Row) -> ShapleyValues:
    """Compute the contributions as `explanations` does, and return the two errors separately."""
    own, others = model.checks.columns([row]), model.background.rows.numbers

    def worth(members: NDArray[np.bool_], games: NDArray[np.intp]) -> NDArray[np.float64]:
        return model.outputs(Columns(np.where(members, own.numbers, others[games]), {}))

    return shapley_values(worth, float(model.outputs(own)[0]), others == own.numbers, 24_576, 7)


def knotted(fields: int) -> Model:
    """A model of many fields that interact in pairs and triples: sampling has an error on it."""
    inputs = tuple(Input(name=f"field_{index}", type="number", seen=(-2, 2)) for index in range(fields))

    def formula(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        after, later = np.roll(matrix, -1, axis=1), np.roll(matrix, -2, axis=1)
        return np.asarray((matrix * after * later).sum(axis=1) + (matrix * after).sum(axis=1) + matrix[:, 0] * 3)

    return compared_with(model_of("knots", inputs, Regression(), formula), drawn_rows(inputs, 8, seed=2))


KNOTTED = knotted(12)


def twenty_fields(folder: Path) -> tuple[Model, list[Row]]:
    """Return a model of 20 fields (numbers, counts, categories, flags that are mostly false) and its reference rows."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.pipeline import Pipeline

    kinds = tuple(Category(value=kind) for kind in "abc")
    inputs = (
        *(Input(name=f"number_{index}", type="number", seen=(-2, 2)) for index in range(8)),
        *(Input(name=f"count_{index}", type="integer", seen=(0, 3)) for index in range(4)),
        *(Input(name=f"kind_{index}", type="category", categories=kinds) for index in range(4)),
        *(Input(name=f"flag_{index}", type="boolean") for index in range(4)),
    )
    random = np.random.default_rng(5)
    rows = drawn_rows(inputs, 1000, seed=5)
    for row in rows:
        row.update((field.name, bool(random.random() < 0.05)) for field in inputs if field.type == "boolean")
    output = Classification(labels=(Label(value="no"), Label(value="yes")), focus="yes")
    model = model_of("twenty", inputs, output, lambda matrix: matrix)
    matrix = model.checks.columns(rows).numbers
    answer = matrix[:, 0] * matrix[:, 1] + matrix.sum(axis=1) + random.normal(size=1000) > matrix.sum(axis=1).mean()
    trees = ExtraTreesClassifier(200, max_leaf_nodes=15, random_state=0)
    pipeline = Pipeline([("model", trees)]).fit(matrix, answer.astype(int))
    file = folder / "model.onnx"
    codes = [InputField(field.name, -10.0, 10.0, None, nullable=False, typical=0.0) for field in inputs]
    graph = Graph(len(inputs))
    scores = add_estimator(graph, pipeline, create_preprocessing(codes, lambda numbers: numbers))
    file.write_bytes(graph.serialize(scores, len(output.labels)))
    others = rows[:MAX_ROWS]
    return compared_with(replace(model, scorer=OnnxScorer(model.card, file)), others), others


def flags(fields: int, share: float) -> tuple[Model, CountingScorer]:
    """Return a model of flags that are true in this share of the reference rows, and its scorer."""
    random = np.random.default_rng(8)
    inputs = tuple(Input(name=f"flag_{index}", type="boolean") for index in range(fields))
    others: list[Row] = [{field.name: bool(random.random() < share) for field in inputs} for _ in range(MAX_ROWS)]
    slopes = random.normal(size=fields)
    model = model_of("flags", inputs, Regression(), lambda flags: flags @ slopes + flags[:, 0] * flags[:, 1])
    scorer = CountingScorer(model.scorer)
    return compared_with(replace(model, scorer=scorer), others), scorer


def flag_rows(model: Model) -> list[Row]:
    """Return three rows: all flags false, flags as in the first reference row, all flags true."""
    names = [field.name for field in model.card.inputs]
    first = dict(zip(names, map(bool, model.background.rows.numbers[0]), strict=True))
    return [dict.fromkeys(first, False), first, dict.fromkeys(first, True)]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each check took, in the order of the checks."""
    sizes: list[int] = []
    check: Callable[[Checks, list[Row]], Columns] = Checks.columns

    def columns(self: Checks, rows: list[Row]) -> Columns:
        sizes.append(len(rows))
        return check(self, rows)

    monkeypatch.setattr(Checks, "columns", columns)
    return sizes
