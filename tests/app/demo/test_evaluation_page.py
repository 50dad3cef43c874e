"""Promises of the page How good: what is set comes back with the address."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.demo_pages import opened, quiet, serve_by
from tests.support.in_process_client import client_of


def test_threshold_and_prices_are_restored_from_the_url(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)
    app = quiet(opened("how-good", model="credit-default", lang="en", view="mistakes"))
    app.select_slider[0].set_value("10%")
    quiet(app.run())
    app.select_slider[1].set_value("30%")
    quiet(app.run())
    app.text_input(key="how-good/missed/credit-default").set_value("20,000")
    quiet(app.run())
    app.text_input(key="how-good/currency/credit-default").set_value("EUR")
    quiet(app.run())
    parameters: dict[str, Any] = app.query_params
    again = quiet(opened("how-good", **parameters))
    assert [each.value for each in again.select_slider] == ["10%", "30%"]
    assert again.text_input(key="how-good/alarm/credit-default").value == "1,000"
    assert again.text_input(key="how-good/missed/credit-default").value == "20,000"
    assert again.text_input(key="how-good/currency/credit-default").value == "EUR"
    assert [each.value for each in again.markdown] == [each.value for each in app.markdown]


def test_the_grouping_is_restored_from_the_url(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_threshold_moves_the_other_one_that_it_would_cross(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)
    app = quiet(opened("how-good", model="credit-default", lang="en", view="mistakes"))
    for index, share, both in ((0, "60%", ["60%", "60%"]), (1, "5%", ["5%", "5%"])):
        app.select_slider[index].set_value(share)
        quiet(app.run())
        assert [each.value for each in app.select_slider] == both
