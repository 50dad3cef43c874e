"""Promises of the settings of How good: an address brings back what was set; what does not fit is left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.evaluation import evaluation_query
from demo.evaluation.evaluation_query import EvaluationQuery
from tests.support.demo_cards import card_of

QUESTIONS, SEGMENTS = ["apart", "mistakes", "groups"], ["SEX", "age & more=x", "?"]
BANDS = [
    {"value": "yes", "low": 0.0, "high": 0.25, "tone": "good"},
    {"value": "ask", "low": 0.25, "high": 0.75, "tone": "middle"},
    {"value": "no", "low": 0.75, "high": 1.0, "tone": "bad"},
]
PRICES = {"false_alarm_price": 100.0, "missed_price": 900.0, "person_price": 7.0, "yearly_rows": 1000, "currency": "EUR"}
OUTPUT: dict[str, Any] = {"kind": "classification", "labels": [{"value": "a"}, {"value": "b"}], "focus": "b"}
CARD = card_of([{"name": "x", "type": "number"}], OUTPUT | {"bands": BANDS, "mistakes": PRICES})
PLAIN_CARD = card_of([{"name": "x", "type": "number"}], OUTPUT)
PRICE = some.floats(0, 1e9)
SETTINGS = some.builds(
    EvaluationQuery,
    some.sampled_from(QUESTIONS),
    approve=some.floats(0, 1),
    refuse=some.floats(0, 1),
    alarm=PRICE,
    missed=PRICE,
    person=PRICE,
    volume=PRICE,
    currency=some.text(some.characters(exclude_categories=["Cs"]), max_size=12),
    by=some.sampled_from(["", *SEGMENTS]),
)


@pytest.mark.parametrize("card", [CARD, PLAIN_CARD])
@given(query=SETTINGS)
def test_an_address_brings_back_what_was_set(card: Any, query: EvaluationQuery) -> None:
    text = evaluation_query.encode_query(card, query)
    assert evaluation_query.decode_query(card, text, QUESTIONS, SEGMENTS) == query


@given(some.text(max_size=200) | some.text("mistakes?threshold=alarm&by+%10.-einfa", max_size=80))
def test_whatever_an_address_says_the_settings_fit(text: str) -> None:
    query = evaluation_query.decode_query(CARD, text, QUESTIONS, SEGMENTS)
    assert query.question in QUESTIONS
    assert 0 <= query.policy.approve_below <= query.policy.refuse_from <= 1
    assert all(0 <= price <= 1e9 for price in (query.alarm, query.missed, query.person, query.volume))
    assert query.by in {"", *SEGMENTS}


@pytest.mark.parametrize("text", ["", "mistakes?threshold=nan&alarm=-1", "mistakes?" + "&" * 5000, "groups?by=nobody"])
def test_settings_begin_with_the_bands_and_prices_of_the_card(text: str) -> None:
    query = evaluation_query.decode_query(CARD, text, QUESTIONS, SEGMENTS)
    question = text.partition("?")[0] or "apart"
    assert query == EvaluationQuery(question, 0.25, 0.75, 100.0, 900.0, 7.0, 1000.0, "EUR")
    assert evaluation_query.encode_query(CARD, query) == question
