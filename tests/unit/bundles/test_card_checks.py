"""Promises of a card's checks: bands follow each other without a gap or an overlap, and every answer has a band."""

import math
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bundles.card_checks import check_card
from service.errors import BrokenBundle
from service.schemas import Band, Card, Category, Input
from tests.support.formula_models import FLAT, FLAT_ROW, PET, model_of


def with_bands(card: Card, *bands: tuple[str, float, float]) -> Card:
    made = tuple(Band(value=name, low=low, high=high, tone="good") for name, low, high in bands)
    return msgspec.structs.replace(card, output=msgspec.structs.replace(card.output, bands=made))


WRONG_BANDS: dict[str, tuple[list[tuple[str, float, float]], str]] = {
    "a gap": ([("a", 0, 0.3), ("b", 0.4, 1)], "leave a gap between a and b"),
    "a gap, downwards": ([("b", 0.4, 1), ("a", 0, 0.3)], "leave a gap between a and b"),
    "an overlap": ([("a", 0, 0.5), ("b", 0.4, 1)], "overlap or are out of order at a and b"),
    "an overlap, downwards": ([("b", 0.4, 1), ("a", 0, 0.5)], "overlap or are out of order at a and b"),
    "one inside another": ([("a", 0, 1), ("b", 0.4, 0.6)], "overlap or are out of order"),
    "no order": ([("b", 0.3, 0.6), ("c", 0.6, 1), ("a", 0, 0.3)], "overlap or are out of order"),
    "a band upside down": ([("a", 0.5, 0), ("b", 0.5, 1)], "the band a must end above where it begins"),
    "an empty band": ([("a", 0, 0), ("b", 0, 1)], "the band a must end above where it begins"),
    "a name twice": ([("a", 0, 0.5), ("a", 0.5, 1)], "names, each once"),
    "no number": ([("a", 0, math.nan), ("b", math.nan, 1)], "the band a must end above"),
    "no end": ([("a", 0, 0.5), ("b", 0.5, math.inf)], "the band b must end above"),
}


@pytest.mark.parametrize("card", [FLAT.card, PET.card], ids=["value", "probability"])
@pytest.mark.parametrize(("bands", "reason"), WRONG_BANDS.values(), ids=WRONG_BANDS)
def test_bands_with_a_fault_are_refused(card: Card, bands: Any, reason: str) -> None:
    with pytest.raises(BrokenBundle, match=reason):
        check_card(with_bands(card, *bands))


@pytest.mark.parametrize("bands", [[("a", 0.1, 1)], [("a", 0, 0.9)], [("a", 0, 0.5), ("b", 0.5, 1.1)]])
def test_bands_of_a_probability_cover_0_to_1(bands: Any) -> None:
    with pytest.raises(BrokenBundle, match="cover 0 to 1"):
        check_card(with_bands(PET.card, *bands))
    check_card(with_bands(FLAT.card, *bands))


@given(
    ends=st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=7, unique=True).map(sorted),
    value=st.floats(-1e30, 1e30),
    step=st.sampled_from([1, -1]),
)
def test_every_value_is_in_one_band_and_the_outer_bands_are_open(ends: list[float], value: float, step: int) -> None:
    bands = [(str(index), low, high) for index, (low, high) in enumerate(pairwise(ends))]
    card = with_bands(FLAT.card, *bands[::step])
    check_card(card)
    model = model_of("banded", card.inputs, card.output, lambda numbers: np.full(len(numbers), value))
    (prediction,) = model.predict([FLAT_ROW]).predictions
    within = [name for name, low, high in bands if low <= value < high]
    assert [prediction.decision] == (within or [bands[0][0] if value < ends[0] else bands[-1][0]])


CATEGORIES = (Category(value="poor"), Category(value="good"))
DAYS: Any = {"minimum": "2020-01-01", "maximum": "2030-12-31"}
WRONG_DEFAULTS: dict[str, tuple[Input, str]] = {
    "text for a number": (Input(name="x", type="number", default="5"), "Expected a number"),
    "true for a number": (Input(name="x", type="number", default=True), "Expected a number"),
    "a number below its minimum": (Input(name="x", type="number", minimum=10, default=9.99), "from 10 to"),
    "a number above its maximum": (Input(name="x", type="number", maximum=10, default=10.01), "to 10"),
    "no finite number": (Input(name="x", type="number", default=math.inf), "Expected a finite number"),
    "a fraction for an integer": (Input(name="x", type="integer", default=20.5), "Expected a whole number"),
    "an integer that no float holds": (Input(name="x", type="integer", default=10**400), "Expected a finite number"),
    "a number for a boolean": (Input(name="x", type="boolean", default=1), "Expected true or false"),
    "an unknown category": (Input(name="x", type="category", categories=CATEGORIES, default="new"), "One of: poor, good"),
    "a number for a category": (Input(name="x", type="category", categories=CATEGORIES, default=0), "Expected a category"),
    "a number for a text": (Input(name="x", type="text", default=0), "Expected text"),
    "a text that is too long": (Input(name="x", type="text", max_length=3, default="abcd"), "At most 3 characters"),
    "half a character": (Input(name="x", type="text", default="\ud800"), "Half a character"),
    "a day that does not exist": (Input(name="x", type="date", default="2026-02-29"), "Expected a date such as"),
    "a day with a time": (Input(name="x", type="date", default="2026-02-28T10:00:00Z"), "Expected a date such as"),
    "a day before the minimum": (
        Input(name="x", type="date", default="2019-12-31", **DAYS),
        "from 2020-01-01 to 2030-12-31",
    ),
    "a day as a number": (Input(name="x", type="date", default=20786), "Expected a date such as"),
    "an hour that does not exist": (
        Input(name="x", type="datetime", default="2026-11-29T25:00"),
        "Expected a date and time such as",
    ),
    "a time after the maximum": (
        Input(name="x", type="datetime", default="2030-12-31T00:00:01Z", **DAYS),
        "Expected a date and time from",
    ),
}


def with_input(field: Input) -> Card:
    return msgspec.structs.replace(FLAT.card, inputs=(field,))


@pytest.mark.parametrize(("field", "reason"), WRONG_DEFAULTS.values(), ids=WRONG_DEFAULTS)
def test_a_default_that_does_not_fit_its_field_is_refused(field: Input, reason: str) -> None:
    with pytest.raises(BrokenBundle, match=f"^x has a default that does not fit: .*{reason}"):
        check_card(with_input(field))
    check_card(with_input(msgspec.structs.replace(field, default=None)))


@pytest.mark.parametrize(
    "field",
    [
        Input(name="x", type="number", minimum=10, maximum=20, default=10),
        Input(name="x", type="number", minimum=10, maximum=20, default=20.0),
        Input(name="x", type="integer", default=20.0),
        Input(name="x", type="boolean", default=False),
        Input(name="x", type="category", categories=CATEGORIES, default="good"),
        Input(name="x", type="text", max_length=3, default=""),
        Input(name="x", type="text", max_length=3, default="abc"),
        Input(name="x", type="date", default="2020-01-01", **DAYS),
        Input(name="x", type="datetime", default="2030-12-31T01:00:00+01:00", **DAYS),
    ],
    ids=lambda field: f"{field.type} {field.default!r}",
)
def test_a_default_at_a_limit_of_its_field_is_accepted(field: Input) -> None:
    check_card(with_input(field))


@pytest.mark.parametrize(
    "names", [("unknown",), ("carat", "carat"), ("carat", "")], ids=["a name of no input", "a name twice", "an empty name"]
)
def test_the_main_fields_of_a_card_are_names_of_inputs_each_once(names: tuple[str, ...]) -> None:
    card = msgspec.structs.replace(FLAT.card, inputs=(Input(name="carat", type="number"), Input(name="x", type="number")))
    check_card(msgspec.structs.replace(card, main_fields=("x", "carat")))
    with pytest.raises(BrokenBundle, match="main fields must be names of inputs, each once"):
        check_card(msgspec.structs.replace(card, main_fields=names))
