"""Models as anybody may bring them, with cards that say no more than they must.

Labels without probabilities, labels as long as sentences, 500 fields, names that no one would type, and no texts, examples,
real rows, units or evaluation.
"""

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.bundles.model import Model
from service.evaluation.report import evaluate
from service.rows.columns import Columns
from service.schemas import Category, Classification, Input, Label, Regression, Row
from tests.support.explained_models import PET_OTHERS, compared_with, drawn_rows
from tests.support.formula_models import PET_INPUTS, PET_OUTPUT, model_of, pet_kinds

WIDE_FIELDS = 500
LONG_LABELS = tuple(
    f"Group {index}: clients who answered the letter of the branch, and whose contract ends within {index} months"
    for index in range(30)
)
ODD_NAMES = (
    "Długość dostawy (dni)",
    "order.total.amount",
    "flags: a/b, 50%",
    "#1 *important* _field_",
    "x" * 100,
)
_HELD_OUT_ROWS = 600


def _named(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 for the label with the highest score of each row, 0 for the others."""
    return np.asarray(np.eye(scores.shape[1])[scores.argmax(axis=1)])


def _three_labels() -> Model:
    output = msgspec.structs.replace(PET_OUTPUT, scores="labels", bands=())
    model = compared_with(model_of("names-three", PET_INPUTS, output, lambda matrix: _named(pet_kinds(matrix))), PET_OTHERS)
    return replace(model, evaluation=_evaluate(model))


def _evaluate(model: Model) -> Any:
    numbers, _, truth = held_out_numbers()
    columns = Columns(numbers, {})
    rows: dict[int, Row] = {
        index: {"weight": row[0], "age": int(row[1]), "coat": "short", "noise": row[3], "indoor": bool(row[4])}
        for index, row in enumerate(numbers.tolist())
    }
    aside = pd.DataFrame(index=range(len(columns)))
    return evaluate(model.card, model.scorer, columns, truth, aside=aside, attributes=(), shown_rows=rows)


def held_out_numbers() -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return random rows, the index of the label that the model names, and of the true one, which may be another."""
    random = np.random.default_rng(1)
    numbers = np.column_stack(
        [
            random.uniform(0.5, 60, _HELD_OUT_ROWS),
            random.integers(0, 15, _HELD_OUT_ROWS),
            random.integers(0, 2, _HELD_OUT_ROWS),
            random.uniform(-5, 5, _HELD_OUT_ROWS),
            random.integers(0, 2, _HELD_OUT_ROWS),
        ]
    ).astype(float)
    named = pet_kinds(numbers).argmax(axis=1)
    truth = np.where(random.random(_HELD_OUT_ROWS) < 0.2, random.integers(0, 3, _HELD_OUT_ROWS), named)
    return numbers, named, truth


def _two_labels() -> Model:
    inputs = (Input(name="score", type="number", minimum=0, maximum=10),)
    output = Classification(labels=(Label(value="refused"), Label(value="warned")), focus="warned", scores="labels")
    return model_of("names-two", inputs, output, lambda matrix: _named(np.column_stack([5 - matrix, matrix - 5])))


def _long_labels() -> Model:
    inputs = (Input(name="month", type="integer", minimum=0, maximum=29), Input(name="flag", type="boolean"))
    labels = tuple(Label(value=label) for label in LONG_LABELS)
    output = Classification(labels=labels, focus=LONG_LABELS[3], scores="labels")
    return model_of("long-labels", inputs, output, lambda matrix: np.eye(len(labels))[matrix[:, 0].astype(int)])


def _long_probabilities() -> Model:
    inputs = (Input(name="month", type="integer", minimum=0, maximum=29),)
    labels = tuple(Label(value=label) for label in LONG_LABELS)

    def score(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        distances = np.abs(matrix - np.arange(len(labels)))
        weights = np.exp(-distances)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    return model_of("many-labels", inputs, Classification(labels=labels, focus=LONG_LABELS[3]), score)


def _wide() -> Model:
    inputs = tuple(
        Input(name=f"f{index:03}", type="number", minimum=-10, maximum=10, seen=(-3, 3)) for index in range(WIDE_FIELDS)
    )
    weights = np.zeros(WIDE_FIELDS)
    weights[[400, 7, 333]] = (5.0, 3.0, -2.0)
    model = model_of("wide", inputs, Regression(), lambda matrix: matrix @ weights)
    model = compared_with(model, drawn_rows(inputs, 200))
    main = ("f400", "f007", "f333", *(f"f{index:03}" for index in range(100, 120)))
    return replace(model, card=msgspec.structs.replace(model.card, main_fields=main))


def _odd_names() -> Model:
    long_categories = tuple(Category(value=f"Category {index}, as the old system wrote it") for index in range(60))
    days, amount, flags, important, long_name = ODD_NAMES
    inputs = (
        Input(name=days, type="number"),
        Input(name=amount, type="integer", minimum=0, maximum=999_999_999_999, default=123_456_789_012),
        Input(name=flags, type="boolean"),
        Input(name=important, type="category", categories=long_categories),
        Input(name=long_name, type="number", nullable=True),
        Input(name="first day", type="date"),
        Input(name="last moment", type="datetime", nullable=True),
    )
    return model_of("odd-names", inputs, Regression(), lambda matrix: np.nan_to_num(matrix[:, :4]).sum(axis=1))


ANY_MODELS = {
    model.card.name: model
    for model in (
        _two_labels(),
        _three_labels(),
        _long_labels(),
        _long_probabilities(),
        _odd_names(),
        _wide(),
    )
}
