"""Models by formula: every kind of field and answer, and few enough values to try all of them."""

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.bundles.background import build_background
from service.bundles.model import Model
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.texts.text_reader import TextReader
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.quick_reader import QuickReader
from service.schemas import Band, Card, Category, Classification, Input, Label, Regression, Row, Scoring

Formula = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class FormulaScorer:
    quick = True

    def __init__(self, formula: Formula) -> None:
        self._formula = formula

    def score(self, columns: Columns) -> NDArray[np.float64]:
        return self._formula(columns.numbers).reshape(len(columns), -1)


def model_of(
    name: str, inputs: tuple[Input, ...], output: Classification | Regression, formula: Formula, version: str = "toy"
) -> Model:
    scoring = Scoring(scorer="onnx", gate_rows=0, gate_difference=0)
    card = Card(name=name, title=name, question="?", inputs=inputs, output=output, scoring=scoring, version=version)
    checks = Checks(card)
    background = build_background(card, checks, None)
    return Model(
        card,
        checks,
        QuickReader(card, checks),
        FormulaScorer(formula),
        create_prediction_builder(card),
        background,
        TextReader(card, {}),
    )


FLAT_INPUTS = (
    Input(name="area", type="number", minimum=10, seen=(20, 80), step=5),
    Input(name="rooms", type="integer", minimum=0, maximum=9, seen=(1, 6), nullable=True, changeable="up"),
    Input(
        name="state",
        type="category",
        categories=(
            Category(value="poor"),
            Category(value="good"),
            Category(value="new"),
            Category(value="odd", seen=False),
        ),
        nullable=True,
    ),
    Input(name="lift", type="boolean", changeable="up"),
    Input(name="floor", type="integer", minimum=0, maximum=40, seen=(0, 10), changeable="no"),
)
FLAT_BANDS = (Band(value="dear", low=120, high=1e9, tone="bad"), Band(value="cheap", low=0, high=120, tone="good"))
FLAT_ROW: Row = {"area": 37.5, "rooms": 2, "state": "poor", "lift": False, "floor": 3}


def flat_price(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a price with an interaction, a nonlinear term, and a rule for null."""
    area, rooms, state, lift, floor = matrix.T
    rooms, state = np.where(np.isnan(rooms), 1.5, rooms), np.where(np.isnan(state), 0.5, state)
    return np.asarray(area * (1 + 0.2 * state) + 8 * rooms + 6 * lift * floor - 0.05 * (area - 60) ** 2)


PET_INPUTS = (
    Input(name="weight", type="number", seen=(0.5, 60)),
    Input(name="age", type="integer", minimum=0, maximum=20, seen=(0, 15), changeable="down"),
    Input(name="coat", type="category", categories=(Category(value="short"), Category(value="long")), changeable="up"),
    Input(name="noise", type="number", minimum=-5, maximum=5, step=0.1, nullable=True),
    Input(name="indoor", type="boolean", changeable="down"),
)
PET_OUTPUT = Classification(
    labels=(Label(value="cat"), Label(value="dog"), Label(value="rabbit")),
    focus="dog",
    bands=(
        Band(value="surely", low=0.7, high=1, tone="good"),
        Band(value="maybe", low=0.3, high=0.7, tone="middle"),
        Band(value="hardly", low=0, high=0.3, tone="bad"),
    ),
)
PET_ROW: Row = {"weight": 4.2, "age": 3, "coat": "short", "noise": None, "indoor": True}


def pet_kinds(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    weight, age, coat, noise, indoor = matrix.T
    noise = np.where(np.isnan(noise), 0.3, noise)
    logits = np.stack(
        [2 - 0.1 * weight + indoor, 0.08 * weight + 0.8 * noise - 0.4 * indoor, 1.5 - 0.3 * weight + coat - 0.1 * age],
        axis=1,
    )
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


NOTE_INPUTS = (Input(name="note", type="text", default="calm"), Input(name="stars", type="integer", minimum=1, maximum=5))

FLAT = model_of("flat-price", FLAT_INPUTS, Regression(bands=FLAT_BANDS), flat_price)
PET = model_of("pet-kind", PET_INPUTS, PET_OUTPUT, pet_kinds)
NOTE = model_of("note-value", NOTE_INPUTS, Regression(), lambda matrix: matrix[:, 0] * 10)
TOYS = {model.card.name: model for model in (FLAT, PET, NOTE)}

FLAT_ROWS = st.fixed_dictionaries(
    {
        "area": st.floats(10, 100).map(lambda value: round(value, 1)),
        "rooms": st.none() | st.integers(0, 9),
        "state": st.sampled_from([None, "poor", "good", "new", "odd"]),
        "lift": st.booleans(),
        "floor": st.integers(0, 12),
    }
)
PET_ROWS = st.fixed_dictionaries(
    {
        "weight": st.floats(0.1, 80),
        "age": st.integers(0, 20),
        "coat": st.sampled_from(["short", "long"]),
        "noise": st.none() | st.floats(-5, 5),
        "indoor": st.booleans(),
    }
)
