"""Promises of the work that a question takes: a row is checked once and scored once, reference rows are checked once."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.bundles.background import build_background
from service.bundles.model import Model
from service.bundles.reference import Reference
from service.bundles.scorers.scorer import Scorer
from service.questions.curves import curves
from service.questions.explanations import explanations
from service.questions.recommendations import recommendations
from service.rows.columns import Columns
from service.schemas import CurveRequest, Goal, Input, RecommendationRequest, Regression, Row, ValueGoal
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW, model_of


class CountingScorer:
    """Scores with another scorer and counts how often each row is scored."""

    quick = True

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.times: Counter[Any] = Counter()

    def score(self, columns: Columns) -> NDArray[np.float64]:
        texts = list(zip(*columns.texts.values(), strict=True)) or [()] * len(columns)
        self.times.update((row.tobytes(), text) for row, text in zip(columns.numbers, texts, strict=True))
        return self._scorer.score(columns)

    def times_of(self, model: Model, row: Row) -> int:
        columns = model.checks.columns([row])
        return self.times[columns.numbers[0].tobytes(), tuple(cells[0] for cells in columns.texts.values())]


class LengthScorer:
    quick = True

    def score(self, columns: Columns) -> NDArray[np.float64]:
        return np.array([[float(len(text))] for text in columns.texts["note"]])


TEXT = replace(
    model_of("text", (Input(name="note", type="text"),), Regression(), lambda _: np.empty(0)), scorer=LengthScorer()
)
TEXT_ROW: Row = {"note": "six words stand in this text"}


def counted(model: Model, others: list[Row]) -> tuple[Model, CountingScorer]:
    """Return a model that counts what it scores, with these rows as its reference rows."""
    scorer = CountingScorer(model.scorer)
    background = build_background(model.card, model.checks, Reference(rows=others, spreads=[], surprises=[]))
    return replace(model, scorer=scorer, background=background), scorer


@pytest.mark.parametrize(
    ("model", "row", "others"),
    [
        (FLAT, FLAT_ROW, [FLAT_ROW | {"area": 50.0}, FLAT_ROW | {"lift": True, "rooms": None}, FLAT_ROW]),
        (PET, PET_ROW, [PET_ROW | {"weight": 9.0, "noise": 1.0}]),
    ],
    ids=["value", "labels"],
)
def test_an_explained_row_is_scored_once(model: Model, row: Row, others: list[Row]) -> None:
    counting, scorer = counted(model, others)
    assert explanations(counting, [row], "en").explanations[0].contributions
    assert scorer.times_of(model, row) == 1


def test_each_part_of_an_explained_text_is_scored_once() -> None:
    counting, scorer = counted(TEXT, [])
    (result,) = explanations(counting, [TEXT_ROW], "en").explanations
    assert len(result.contributions) == 6
    assert set(scorer.times.values()) == {1}
    assert len(scorer.times) == 2**6


@pytest.mark.parametrize("fields", [["area"], ["area", "rooms", "state", "lift"]])
def test_each_point_of_curves_is_scored_once(fields: list[str]) -> None:
    counting, scorer = counted(FLAT, [])
    result = curves(counting, CurveRequest(row=FLAT_ROW, fields=fields))
    assert set(scorer.times.values()) == {1}
    assert len(scorer.times) == 1 + sum(len(curve.points) - 1 for curve in result.curves)


def test_each_point_of_a_surface_is_scored_once() -> None:
    counting, scorer = counted(FLAT, [])
    result = curves(counting, CurveRequest(row=FLAT_ROW, fields=["area", "state"], together=True)).surface
    assert result is not None
    assert set(scorer.times.values()) == {1}
    assert len(scorer.times) == len(result.values[0]) * len(result.values[1])


def test_a_row_that_gets_recommendations_is_scored_once() -> None:
    counting, scorer = counted(FLAT, [])
    request = RecommendationRequest(row=FLAT_ROW, goal=Goal(value=ValueGoal(min=80)))
    assert recommendations(counting, request).recommendations
    assert scorer.times_of(FLAT, FLAT_ROW) == 1


def test_a_question_checks_its_own_rows_once_and_no_others(checked: list[int]) -> None:
    model, _ = counted(FLAT, [FLAT_ROW] * 40)
    checked.clear()
    explanations(model, [FLAT_ROW] * 3, "en")
    curves(model, CurveRequest(row=FLAT_ROW, fields=["area"], pinned=FLAT_ROW | {"area": 40.0}))
    recommendations(model, RecommendationRequest(row=FLAT_ROW, goal=Goal(value=ValueGoal(min=80))))
    assert checked == [3, 1, 1, 1]
