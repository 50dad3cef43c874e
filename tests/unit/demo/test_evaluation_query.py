"""Promises of inquiries: an address brings back what was looked at and set on How good; nonsense is left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.testclient import TestClient

from demo.evaluation import evaluation_query
from demo.evaluation.evaluation_query import EvaluationQuery
from tests.support.demo_pages import opened, quiet, serve_by
from tests.support.in_process_client import client_of

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
def test_nonsense_is_as_if_nobody_had_said_it(text: str) -> None:
    found = evaluation_query.decode_query(text, QUESTIONS, GROUPINGS)
    assert found == EvaluationQuery(text.partition("?")[0] or "apart")


def test_threshold_and_prices_come_back_with_the_address(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)
    app = quiet(opened("how-good", model="credit-default", lang="en", view="mistakes"))
    app.slider[0].set_value(0.3)
    quiet(app.run())
    app.number_input(key="how-good/missed/credit-default").set_value(20.0)
    quiet(app.run())
    parameters: dict[str, Any] = app.query_params
    again = quiet(opened("how-good", **parameters))
    assert again.slider[0].value == 0.3
    assert again.number_input(key="how-good/alarm/credit-default").value == 1
    assert again.number_input(key="how-good/missed/credit-default").value == 20
    assert [each.value for each in again.markdown] == [each.value for each in app.markdown]


def test_what_groups_are_made_of_comes_back_with_the_address(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)
    app = quiet(opened("how-good", model="credit-default", lang="en", view="groups"))
    (choice,) = [each for each in app.selectbox if each.key == "how-good/by/credit-default"]
    segments = service.get("/v1/models/credit-default/evaluation").json()["evaluation"]["segments"]
    other = next(each["name"] for each in segments if each["name"] != choice.value)
    choice.set_value(other)
    quiet(app.run())
    again = quiet(opened("how-good", **app.query_params))
    (shown,) = [each for each in again.selectbox if each.key == "how-good/by/credit-default"]
    assert shown.value == other
