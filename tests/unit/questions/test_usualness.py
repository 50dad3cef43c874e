"""Promises of the badge: how usual a case is, as counting through all training rows finds it; the odd fields named."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.bundles.background import build_background
from service.publishing.reference_sampling import choose_reference
from service.questions.usualness import usualness
from service.rows.checks import Checks
from service.schemas import Card, Category, Input, Regression, Row, Usualness
from tests.support.formula_models import model_of

ROWS = 3000
INPUTS = (
    Input(name="income", type="number"),
    Input(name="children", type="integer", nullable=True),
    Input(
        name="town", type="category", categories=tuple(Category(value=name) for name in ("large", "small", "tiny", "none"))
    ),
    Input(name="owner", type="boolean", nullable=True),
)
CARD: Card = model_of("drawn", INPUTS, Regression(), lambda matrix: matrix[:, 0]).card
CHECKS = Checks(CARD)


def drawn() -> list[Row]:
    random = np.random.default_rng(6)
    return [
        {
            "income": round(float(random.lognormal(8, 0.7)), 2),
            "children": None if random.random() < 0.1 else int(random.poisson(1.2)),
            "town": str(random.choice(["large", "small", "tiny"], p=[0.7, 0.28, 0.02])),
            "owner": None if random.random() < 0.02 else bool(random.random() < 0.4),
        }
        for _ in range(ROWS)
    ]


TRAINING = drawn()
MATRIX = CHECKS.columns(TRAINING).numbers
BACKGROUND = build_background(CARD, CHECKS, choose_reference(CARD, TRAINING, CHECKS.columns(TRAINING), MATRIX[:, 0]))


def badge(row: Row) -> Usualness:
    (result,) = usualness(BACKGROUND, CHECKS.columns([row]).numbers)
    assert result is not None
    return result


def share_as_far_out(name: str, value: Any) -> float:
    """Count, in plain words: which part of the training rows is at least as odd in this field."""
    column = [row[name] for row in TRAINING]
    if value is None:
        return column.count(None) / ROWS
    if isinstance(value, str | bool):
        counts = [column.count(each) for each in dict.fromkeys(column) if each is not None]
        return sum(count for count in counts if count <= column.count(value)) / ROWS
    known = [each for each in column if each is not None]
    below, above = (sum(each <= value for each in known), sum(each >= value for each in known))
    return float(min(1.0, 2 * min(below, above) / len(known)))


def counted(row: Row) -> dict[str, float]:
    return {name: -math.log(max(share_as_far_out(name, value), 1e-4)) for name, value in row.items()}


@pytest.fixture(scope="module")
def totals() -> NDArray[np.float64]:
    known: dict[tuple[str, Any], float] = {}
    for row in TRAINING[:1000]:
        for cell in row.items():
            known.setdefault(cell, counted(dict([cell]))[cell[0]])
    return np.array([sum(known[cell] for cell in row.items()) for row in TRAINING[:1000]])


def test_the_percentile_is_the_one_that_counting_finds(totals: NDArray[np.float64]) -> None:
    ours = [badge(row).percentile for row in TRAINING[:300]]
    expected = [(totals < total).mean() * 100 for total in totals[:300]]
    assert np.abs(np.array(ours) - expected).max() <= 5
    assert np.abs(np.array(ours) - expected).mean() <= 1.5


def test_of_the_training_rows_one_in_ten_is_above_the_ninetieth_percentile() -> None:
    percentiles = np.array([badge(row).percentile for row in TRAINING])
    assert (percentiles >= 90).mean() == pytest.approx(0.1, abs=0.015)
    assert (percentiles >= 50).mean() == pytest.approx(0.5, abs=0.05)


USUAL_ROW: Row = {"income": 3000.0, "children": 1, "town": "large", "owner": False}


@pytest.mark.parametrize(
    "odd",
    [{"income": 1e6}, {"income": -5.0}, {"children": 40}, {"town": "none"}],
    ids=str,
)
def test_the_one_odd_field_is_named_first(odd: Row) -> None:
    assert badge(USUAL_ROW).fields == []
    result = badge(USUAL_ROW | odd)
    assert result.fields == list(odd)
    assert result.percentile >= 90


@pytest.mark.parametrize("odd", [{"town": "tiny"}, {"owner": None}], ids=str)
def test_what_one_row_in_fifty_has_is_named_once_the_row_is_unusual(odd: Row) -> None:
    result = badge(USUAL_ROW | odd | {"income": 100.0})
    assert result.fields == ["income", *odd]


def test_a_row_far_outside_is_rarer_than_every_training_row() -> None:
    result = badge({"income": 1e9, "children": 99, "town": "none", "owner": None})
    assert result.percentile == 100
    assert len(result.fields) == 3


def test_a_usual_row_has_a_low_percentile() -> None:
    assert badge(USUAL_ROW).percentile < 30


@settings(max_examples=100)
@given(
    income=st.floats(0, 1e7),
    children=st.none() | st.integers(0, 60),
    town=st.sampled_from(["large", "small", "tiny", "none"]),
    owner=st.none() | st.booleans(),
)
def test_any_row_gets_a_percentile_and_odd_fields_in_order(income: float, children: Any, town: str, owner: Any) -> None:
    row = {"income": income, "children": children, "town": town, "owner": owner}
    result = badge(row)
    assert 0 <= result.percentile <= 100
    assert (result.percentile >= 90) == bool(result.fields)
    oddness = counted(row)
    for earlier, later in zip(result.fields, result.fields[1:], strict=False):
        assert oddness[earlier] >= min(oddness[later], 4) - 0.6  # 201 quantiles do not tell the last 2 % apart
    rare = [name for name in row if share_as_far_out(name, row[name]) < 0.04]
    if len(result.fields) > 1 or rare:
        for name in result.fields:
            assert share_as_far_out(name, row[name]) < 0.06


def test_a_row_that_is_odd_in_many_fields_a_little_has_its_oddest_named() -> None:
    known = [(badge(row), row) for row in TRAINING]
    odd_together = [
        (result, row)
        for result, row in known
        if result.percentile >= 90 and min(share_as_far_out(*cell) for cell in row.items()) > 0.055
    ]
    assert odd_together, "such rows there are"
    for result, row in odd_together:
        oddness = counted(row)
        (name,) = result.fields
        assert oddness[name] >= max(oddness.values()) - 0.1


@given(low=st.floats(5000, 1e6), more=st.floats(0, 1e6))
def test_further_out_is_never_more_usual(low: float, more: float) -> None:
    assert badge(USUAL_ROW | {"income": low + more}).percentile >= badge(USUAL_ROW | {"income": low}).percentile
