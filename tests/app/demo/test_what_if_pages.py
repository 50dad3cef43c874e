"""Promises of the pages What if and What to change: what is wished for, where marks stand, what a chart says."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from tests.support.demo_pages import html_of, opened, quiet, serve_by
from tests.support.formula_models import TOYS
from tests.support.in_process_client import client_of


@pytest.fixture(autouse=True)
def answering(request: Any, service: TestClient, toys: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real client over the real app: the toys' where the test is of a toy."""
    named = request.node.callspec.params["model"] if hasattr(request.node, "callspec") else ""
    serve_by(client_of(toys if named in TOYS else service), monkeypatch)


# What to change


def test_a_range_as_goal_and_the_fixed_fields_are_restored_from_the_url(service: TestClient) -> None:
    app = quiet(opened("to-change", model="diamond-price", lang="en", start="engagement-ring"))
    app.text_input(key="to-change/most/diamond-price").set_value("2000")
    quiet(app.run())
    app.text_input(key="to-change/least/diamond-price").set_value("1800")
    quiet(app.run())
    app.multiselect[0].set_value(["carat"])
    quiet(app.run())
    again = quiet(opened("to-change", **app.query_params))
    assert again.text_input(key="to-change/least/diamond-price").value == "1,800"
    assert again.multiselect[0].value == ["carat"]
    start = next(
        e["row"] for e in service.get("/v1/models/diamond-price").json()["examples"] if e["name"] == "engagement-ring"
    )
    body = {"row": start, "goal": {"value": {"min": 1800, "max": 2000}}, "fixed": ["carat"]}
    result = service.post("/v1/models/diamond-price/recommendations", json=body).json()["recommendations"]
    cards = [each for each in again.button if each.key and each.key.startswith("take-")]
    assert len(cards) == len(result) > 0
    assert all(f"{each['prediction']['value']:,.0f}" in html_of(again) for each in result)


@pytest.mark.parametrize("model", ["credit-default", "pet-kind"])
def test_a_chance_of_any_label_can_be_the_goal(model: str, service: TestClient, toys: TestClient) -> None:
    card = (toys if model in TOYS else service).get(f"/v1/models/{model}").json()
    labels = [label["value"] for label in card["output"]["labels"]]
    app = quiet(opened("to-change", model=model, lang="en", view="least=0.9"))
    choices = [each for each in app.selectbox if each.key == f"to-change/label/{model}"]
    assert bool(choices) == (len(labels) > 2)
    for choice in choices:
        choice.set_value(labels[0])
        quiet(app.run())
        assert f"label={labels[0]}" in app.query_params["view"]


def test_two_changes_in_one_message_of_the_browser_are_both_applied() -> None:
    app = quiet(opened("to-change", model="diamond-price", lang="en", start="engagement-ring"))
    app.text_input(key="to-change/least/diamond-price").set_value("1800")
    app.text_input(key="to-change/most/diamond-price").set_value("2000")
    app.multiselect[0].set_value(["carat"])
    quiet(app.run())
    assert app.query_params["view"] == "least=1800.0&most=2000.0&fixed=carat"


# What if


def marks(app: AppTest) -> list[tuple[str, float, float]]:
    """Return symbol, x and y of every mark on the chart that is neither a point to click nor a ground."""
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    return [
        (trace["marker"]["symbol"], x, y)
        for trace in figure["data"]
        if trace.get("mode") == "markers" and trace["marker"].get("symbol", "").startswith(("circle", "triangle"))
        for x, y in zip(trace["x"], trace["y"], strict=True)
    ]


def test_the_full_mark_is_the_case_and_the_hollow_mark_is_its_start(service: TestClient) -> None:
    start = next(
        e["row"] for e in service.get("/v1/models/diamond-price").json()["examples"] if e["name"] == "engagement-ring"
    )
    rows = [start | {"carat": 1.13}, start]
    now, begun = (
        each["value"]
        for each in service.post("/v1/models/diamond-price/predictions", json={"rows": rows}).json()["predictions"]
    )
    app = quiet(opened("what-if", model="diamond-price", lang="en", start="engagement-ring", carat="1.13", view="carat"))
    result = {symbol: (x, y) for symbol, x, y in marks(app)}
    assert result["circle"] == pytest.approx((1.13, now))
    assert result["circle-open"] == pytest.approx((start["carat"], begun))


def test_a_map_marks_case_and_start_also_between_its_points(service: TestClient) -> None:
    app = quiet(
        opened("what-if", model="diamond-price", lang="en", start="engagement-ring", carat="1.13", view="carat,depth")
    )
    start = next(
        e["row"] for e in service.get("/v1/models/diamond-price").json()["examples"] if e["name"] == "engagement-ring"
    )
    result = {symbol: (x, y) for symbol, x, y in marks(app)}
    assert result == {"circle": (1.13, start["depth"]), "circle-open": (start["carat"], start["depth"])}


@pytest.mark.parametrize("model", ["pet-kind"])
def test_a_map_says_that_an_unknown_value_has_no_position(model: str) -> None:
    app = quiet(opened("what-if", model=model, lang="en", noise="null", view="noise,weight"))
    assert any("unknown: Noise" in each.value for each in app.caption)
    app = quiet(opened("what-if", model=model, lang="en", noise="1", view="noise,weight"))
    assert not any("unknown" in each.value for each in app.caption)
