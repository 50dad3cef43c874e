"""Promises of usualness for combinations: values that are usual alone are unusual together if no training row has both."""

import msgspec
import numpy as np
import pytest

from service.bundles.background import Background, build_background
from service.publishing.reference_sampling import choose_reference
from service.questions.usualness import usualness
from service.rows.checks import Checks
from service.schemas import AtMost, Card, Category, Input, Regression, Row, Rule, Usualness
from tests.support.formula_models import model_of

ROWS = 5000
INPUTS = (
    Input(name="height", type="number"),
    Input(name="weight", type="number", nullable=True),
    Input(name="grade", type="category", categories=tuple(Category(value=name) for name in "abcd")),
    Input(name="shoe", type="integer"),
)
CARD: Card = model_of("people", INPUTS, Regression(), lambda matrix: matrix[:, 0]).card


def people(seed: int) -> list[Row]:
    """Height, weight and shoe hang together; the grade does not."""
    random = np.random.default_rng(seed)
    height = random.normal(170, 10, ROWS)
    weight = 70 + 1.2 * (height - 170) + random.normal(0, 3, ROWS)
    shoe = np.round(40 + (height - 170) / 5 + random.normal(0, 0.7, ROWS)).astype(int)
    grade = random.choice(list("abcd"), ROWS, p=[0.4, 0.3, 0.2, 0.1])
    columns = zip(height.tolist(), weight.tolist(), grade.tolist(), shoe.tolist(), strict=True)
    return [{"height": h, "weight": w, "grade": g, "shoe": s} for h, w, g, s in columns]


def background(rules: tuple[Rule, ...] = ()) -> Background:
    card = msgspec.structs.replace(CARD, rules=rules)
    checks = Checks(card)
    columns = checks.columns(people(1))
    return build_background(card, checks, choose_reference(card, people(1), columns, columns.numbers[:, 0]))


KNOWN = background()
USUAL: Row = {"height": 180.0, "weight": 82.0, "grade": "a", "shoe": 42}


def rate(*rows: Row, known: Background = KNOWN) -> list[Usualness]:
    return [each for each in usualness(known, Checks(CARD).columns(list(rows)).numbers) if each is not None]


def test_values_that_never_come_together_are_unusual_and_named() -> None:
    light, small = USUAL | {"weight": 60.0}, USUAL | {"shoe": 37}
    assert [each.fields for each in rate(USUAL, {"height": 160.0, "weight": 60.0, "grade": "a", "shoe": 38})] == [[], []]
    for row, odd in ((light, "weight"), (small, "shoe")):
        (result,) = rate(row)
        assert result.percentile >= 99
        assert odd in result.fields


def test_rows_of_the_same_kind_are_as_unusual_as_the_training_rows() -> None:
    percentiles = np.array([each.percentile for each in rate(*people(2))])
    assert (percentiles >= 90).mean() == pytest.approx(0.1, abs=0.02)
    assert np.median(percentiles) == pytest.approx(50, abs=4)


def test_a_field_that_hangs_together_with_nothing_changes_nothing_more_than_alone() -> None:
    alone = [rate(USUAL | {"grade": grade})[0].percentile for grade in "abcd"]
    light = USUAL | {"weight": 60.0}
    assert alone == sorted(alone), "a rarer grade is more unusual"
    assert all("grade" not in rate(light | {"grade": grade})[0].fields for grade in "abc")


def test_an_unknown_value_contradicts_nothing() -> None:
    (result,) = rate(USUAL | {"weight": None})
    assert "height" not in result.fields
    assert "shoe" not in result.fields


def test_correlations_that_may_be_chance_are_left_out() -> None:
    columns = Checks(CARD).columns(people(1))
    correlations = np.array(choose_reference(CARD, people(1), columns, columns.numbers[:, 0]).correlations)
    assert (correlations == correlations.T).all()
    assert (correlations.diagonal() == 1).all()
    assert correlations[0, 1] > 0.8
    assert correlations[2, [0, 1, 3]].tolist() == [0, 0, 0]


def test_a_row_that_breaks_a_rule_is_more_unusual_than_every_training_row() -> None:
    rule = AtMost(lower="shoe", upper="weight", sentence="A shoe is not larger than a weight.")
    row = {"height": 140.0, "weight": 34.0, "grade": "a", "shoe": 35}
    (result,) = rate(row, known=background((rule,)))
    assert result.percentile == 100
    assert set(result.fields) == {"shoe", "weight"}
