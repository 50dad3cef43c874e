"""Promises of the demo's pages, drawn by Streamlit's AppTest over the real service in this process, and over a strange card."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Card, Client, Predictions, Row, Unavailable
from demo import state
from service.settings import Settings
from tests.conftest import serve
from tests.in_process import client_of
from tests.test_bundles import change_card

APP = str(Path(__file__).parents[1] / "demo" / "app.py")

STRANGE: Card = {
    "name": "strange",
    "version": "1",
    "title": "**Strange** <b>",
    "question": "What is $this$ :red[thing]?",
    "inputs": [
        {"name": "free_number", "type": "number"},
        {"name": "maybe_number", "type": "number", "nullable": True, "minimum": 0, "maximum": 1, "shown_as": "percent"},
        {"name": "share", "type": "number", "minimum": 0, "maximum": 1, "shown_as": "percent"},
        {"name": "whole", "type": "integer", "nullable": True},
        {"name": "kind", "type": "category", "nullable": True, "categories": [{"value": "a"}, {"value": "b"}]},
        {"name": "flag", "type": "boolean"},
        {"name": "maybe_flag", "type": "boolean", "nullable": True},
        {"name": "note", "type": "text"},
        {"name": "model", "type": "text", "nullable": True},
    ],
    "output": {"kind": "regression"},
}


class StrangeService:
    """A service with one model that nobody has seen before; it can go away."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[list[Row]] = []

    def models(self, _language: str) -> list[dict[str, Any]]:
        return [{"name": "strange", "state": "ready", "version": "1", "title": "S", "question": "?", "reason": None}]

    def card(self, _name: str, _language: str) -> Card:
        return STRANGE

    def predict(self, _model: str, rows: list[Row]) -> Predictions:
        if self.away:
            raise Unavailable("Gone.", "id-7")
        self.asked.append(rows)
        each: Any = {"value": 2.5, "interval": None, "decision": None, "warnings": []}
        return {"model": "strange", "version": "1", "source": "live", "predictions": [each] * len(rows)}


@pytest.fixture(autouse=True)
def fresh() -> None:
    for cached in (state.client, state._last_known, state._fetch_models, state._fetch_card):
        cached.clear()


def opened(monkeypatch: pytest.MonkeyPatch, service: Client | StrangeService, **parameters: str) -> AppTest:
    monkeypatch.setattr(state, "client", lambda: service)
    page = AppTest.from_file(APP, default_timeout=30)
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


def healthy(page: AppTest) -> AppTest:
    assert [each.value for each in page.exception] == []
    return page


@pytest.mark.parametrize("model", ["credit-default", "credit-scorecard", "comment-sentiment", "diamond-price"])
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_bundled_model_has_its_page(
    model: str, language: str, monkeypatch: pytest.MonkeyPatch, service: TestClient, cards: dict[str, Any]
) -> None:
    page = healthy(opened(monkeypatch, client_of(service), model=model, lang=language))
    fields = len(page.number_input) + len(page.slider) + len(page.selectbox) + len(page.text_area) - 1
    assert fields == len(cards[model]["inputs"])
    assert page.query_params["model"] == model


def test_a_fifth_bundle_dropped_into_the_folder_has_its_page(
    bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundles"
    shutil.copytree(bundles, folder)
    shutil.copytree(folder / "diamond-price", folder / "gem-price")
    change_card(folder / "gem-price", lambda card: card.update(name="gem-price", question={"en": "What is this gem worth?"}))
    for app in serve(Settings(bundles=str(folder))):
        page = healthy(opened(monkeypatch, client_of(app), model="gem-price", lang="en"))
        assert [title.value for title in page.title] == ["What is this gem worth?"]
        assert len(page.selectbox(key="model").options) == 5
        assert any('class="number"' in block.proto.body for block in page.get("html"))


def test_a_card_nobody_has_seen_before_gets_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    service = StrangeService()
    page = healthy(opened(monkeypatch, service))
    assert page.title[0].value == "What is \\$this\\$ \\:red\\[thing\\]?"
    assert service.asked == [
        [
            {
                "free_number": 0.0,
                "maybe_number": None,
                "share": 0.5,
                "whole": None,
                "kind": None,
                "flag": False,
                "maybe_flag": None,
                "note": "",
                "model": None,
            }
        ]
    ]
    page.text_area[0].set_value("hello")
    page.number_input[1].set_value(0.25)
    healthy(page.run())
    assert service.asked[-1][0]["note"] == "hello"
    assert service.asked[-1][0]["maybe_number"] == 0.25
    assert len(service.asked) == 2


def test_one_gesture_asks_at_most_once_and_a_rerun_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    service = StrangeService()
    page = opened(monkeypatch, service)
    healthy(page.run().run())
    assert len(service.asked) == 1
    page.slider[0].set_value(0.75)
    healthy(page.run().run())
    assert len(service.asked) == 2
    assert [row["share"] for row in service.asked[-1]] == [0.75, 0.5]


def test_while_the_service_is_away_fields_stay_and_no_number_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    service = StrangeService()
    page = opened(monkeypatch, service)
    service.away = True
    page.slider[0].set_value(0.9)
    healthy(page.run())
    assert len(page.warning) == 1
    assert "id-7" in page.warning[0].value
    assert page.slider[0].value == 0.9
    assert "answer-none" in "".join(each.proto.body for each in page.get("html"))
    service.away = False
    healthy(page.run())
    assert len(page.warning) == 0
    assert service.asked[-1][0]["share"] == 0.9
