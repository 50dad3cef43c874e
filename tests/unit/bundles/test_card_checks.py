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
from service.schemas import Band, Card
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
def test_every_value_is_in_one_band_the_lowest_and_the_highest_without_end(
    ends: list[float], value: float, step: int
) -> None:
    bands = [(str(place), low, high) for place, (low, high) in enumerate(pairwise(ends))]
    card = with_bands(FLAT.card, *bands[::step])
    check_card(card)
    model = model_of("banded", card.inputs, card.output, lambda numbers: np.full(len(numbers), value))
    (prediction,) = model.predict([FLAT_ROW]).predictions
    within = [name for name, low, high in bands if low <= value < high]
    assert [prediction.decision] == (within or [bands[0][0] if value < ends[0] else bands[-1][0]])
