"""Promises of inquiries: an address brings back what was looked at and set on How good; nonsense is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.evaluation import evaluation_query
from demo.evaluation.evaluation_query import EvaluationQuery

QUESTIONS, GROUPINGS = ["apart", "mistakes", "groups"], ["SEX", "age & more=x", "?"]
SET = some.builds(
    EvaluationQuery,
    some.sampled_from(QUESTIONS),
    threshold=some.floats(0, 1),
    alarm=some.floats(0, 1e9),
    missed=some.floats(0, 1e9),
    by=some.sampled_from(["", *GROUPINGS]),
)


@given(SET)
def test_an_address_brings_back_what_was_set(inquiry: EvaluationQuery) -> None:
    assert evaluation_query.decode_query(evaluation_query.encode_query(inquiry), QUESTIONS, GROUPINGS) == inquiry


@given(some.text(max_size=200) | some.text("mistakes?threshold=alarm&by+%10.-einfa", max_size=80))
def test_whatever_an_address_says_is_an_inquiry_that_fits(text: str) -> None:
    found = evaluation_query.decode_query(text, QUESTIONS, GROUPINGS)
    assert found.question in QUESTIONS
    assert 0 <= found.threshold <= 1
    assert 0 <= found.alarm <= 1e9 >= found.missed >= 0
    assert found.by in {"", *GROUPINGS}


@pytest.mark.parametrize("text", ["", "mistakes?threshold=nan&alarm=-1", "mistakes?" + "&" * 5000, "groups?by=nobody"])
def test_invalid_text_in_the_url_gives_the_default_goal(text: str) -> None:
    found = evaluation_query.decode_query(text, QUESTIONS, GROUPINGS)
    assert found == EvaluationQuery(text.partition("?")[0] or "apart")
