"""Promises of the costs of thresholds: they are what pricing every case gives, and no pair of thresholds is cheaper."""

from itertools import combinations_with_replacement
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from client import Classification
from demo.evaluation import threshold_costs
from demo.evaluation.price_text import format_price, round_price
from demo.evaluation.threshold_costs import Policy, Prices
from tests.support.demo_cards import ENGLISH, card_of

OUTPUT: dict[str, Any] = {"kind": "classification", "labels": [{"value": "a"}, {"value": "b"}], "focus": "b"}
BANDS = [
    {"value": "yes", "low": 0.0, "high": 0.2, "tone": "good"},
    {"value": "ask", "low": 0.2, "high": 0.5, "tone": "middle"},
    {"value": "no", "low": 0.5, "high": 1.0, "tone": "bad"},
]
MIRRORED_BANDS = [
    {"value": "yes", "low": 0.8, "high": 1.0, "tone": "good"},
    {"value": "ask", "low": 0.5, "high": 0.8, "tone": "middle"},
    {"value": "no", "low": 0.0, "high": 0.5, "tone": "bad"},
]
CARD = card_of([{"name": "x", "type": "number"}], OUTPUT | {"bands": BANDS})
MIRRORED = card_of([{"name": "x", "type": "number"}], OUTPUT | {"bands": MIRRORED_BANDS})
CASES = some.lists(some.tuples(some.integers(0, 99), some.booleans()), min_size=1, max_size=40)
PRICES = some.builds(Prices, some.integers(0, 9), some.integers(0, 9), some.integers(0, 9))
STEPS = [index / 100 for index in range(101)]


def evaluation_of(cases: list[tuple[int, bool]], mirrored: bool = False) -> Classification:  # noqa: FBT001, FBT002
    """Return the counts at 101 thresholds of cases (hundredths of the probability, is bad); no case lies on a threshold."""
    probability = np.array([hundredths / 100 + 0.005 for hundredths, _ in cases])
    is_bad = np.array([bad for _, bad in cases])
    if mirrored:
        probability, is_bad = 1 - probability, ~is_bad
    counts = [
        {
            "threshold": step,
            "flagged_right": int((is_bad & (probability >= step)).sum()),
            "flagged_wrong": int((~is_bad & (probability >= step)).sum()),
        }
        for step in STEPS
    ]
    return cast(Classification, {"thresholds": counts, "rows": len(cases)})


def price_of(case: tuple[int, bool], policy: Policy, prices: Prices) -> float:
    hundredths, bad = case
    probability = hundredths / 100 + 0.005
    if probability < policy.approve_below:
        return prices.missed if bad else 0
    if probability < policy.refuse_from:
        return prices.person
    return 0 if bad else prices.false_alarm


@given(CASES, PRICES, some.sampled_from(STEPS), some.sampled_from(STEPS))
def test_a_cost_is_the_sum_of_the_prices_of_all_cases(cases: Any, prices: Prices, one: float, other: float) -> None:
    policy = Policy(min(one, other), max(one, other))
    bins = threshold_costs.make_bins(CARD, evaluation_of(cases))
    result = threshold_costs.cost(bins, policy, prices)
    each = np.array([price_of(case, policy, prices) for case in cases])
    assert result.value == pytest.approx(each.sum())
    assert (result.high - result.low) / 2 == pytest.approx(1.959964 * each.std() * len(each) ** 0.5, abs=1e-5)
    outcome = threshold_costs.measure(bins, policy)
    bad = np.array([bad for _, bad in cases])
    probability = np.array([hundredths / 100 + 0.005 for hundredths, _ in cases])
    assert outcome.approved.bad == (bad & (probability < policy.approve_below)).sum()
    assert outcome.refused.good == (~bad & (probability >= policy.refuse_from)).sum()
    assert outcome.approved.good + outcome.asked.good + outcome.refused.good == (~bad).sum()
    assert outcome.approved.bad + outcome.asked.bad + outcome.refused.bad == bad.sum()


@pytest.mark.parametrize("person", [True, False])
@given(cases=CASES, prices=PRICES)
def test_no_pair_of_thresholds_is_cheaper_than_the_cheapest(cases: Any, prices: Prices, person: bool) -> None:  # noqa: FBT001
    bins = threshold_costs.make_bins(CARD, evaluation_of(cases))
    best = threshold_costs.find_cheapest(bins, prices, person=person)
    assert person or best.approve_below == best.refuse_from
    ends = sorted({hundredths / 100 for hundredths, _ in cases} | {0.0, 1.0})
    pairs = combinations_with_replacement(ends, 2) if person else ((end, end) for end in ends)
    least = min(sum(price_of(case, Policy(*pair), prices) for case in cases) for pair in pairs)
    assert sum(price_of(case, best, prices) for case in cases) == pytest.approx(least)


@given(CASES, PRICES, some.sampled_from(STEPS), some.sampled_from(STEPS))
def test_a_saving_counts_only_cases_that_two_policies_decide_differently(
    cases: Any, prices: Prices, one: float, other: float
) -> None:
    bins = threshold_costs.make_bins(CARD, evaluation_of(cases))
    policies = Policy(one, one), Policy(other, other)
    result = threshold_costs.saving(bins, *policies, prices)
    each = np.array([price_of(case, policies[1], prices) - price_of(case, policies[0], prices) for case in cases])
    assert result.value == pytest.approx(each.sum())
    assert (result.high - result.low) / 2 == pytest.approx(1.959964 * each.std() * len(each) ** 0.5, abs=1e-5)
    assert one != other or (result.low, result.high) == (0, 0)


@given(CASES, PRICES, some.sampled_from(STEPS), some.sampled_from(STEPS))
def test_a_card_whose_low_probabilities_are_bad_costs_the_same_from_its_other_end(
    cases: Any, prices: Prices, one: float, other: float
) -> None:
    policy = Policy(min(one, other), max(one, other))
    bins, mirrored = (
        threshold_costs.make_bins(card, evaluation_of(cases, mirrored=is_mirrored))
        for card, is_mirrored in ((CARD, False), (MIRRORED, True))
    )
    assert threshold_costs.cost(mirrored, policy, prices).value == threshold_costs.cost(bins, policy, prices).value
    assert threshold_costs.measure(mirrored, policy).refused == threshold_costs.measure(bins, policy).refused


def test_the_bands_of_a_card_are_a_policy() -> None:
    assert threshold_costs.card_policy(CARD) == threshold_costs.card_policy(MIRRORED) == Policy(0.2, 0.5)
    assert threshold_costs.card_policy(card_of([{"name": "x", "type": "number"}], OUTPUT)) == Policy(0.5, 0.5)
    assert threshold_costs.has_person(CARD)


@given(some.floats(0, 1e9), some.floats(0, 1e9))
def test_shown_amounts_subtract_to_the_shown_difference(one: float, other: float) -> None:
    def read(amount: float) -> float:
        number, *many = format_price(amount, "", ENGLISH).split()
        return float(number.replace(",", "")) * (1_000_000 if many else 1)

    assert read(round_price(one)) == pytest.approx(read(one))
    if one >= other >= 1_000_000 and one - other >= 1_500_000:
        assert read(round_price(one) - round_price(other)) == pytest.approx(read(one) - read(other), abs=1)
