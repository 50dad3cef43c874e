"""Promises of the question under an answer: two clicks, stored once with what was shown, and nothing written is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Unavailable
from demo.feedback import feedback_draft
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import go_to, html_of, opened, sent_entries, serve_by
from tests.support.formula_models import FLAT, PET
from tests.support.in_process_client import client_of
from tests.support.service_app import serve


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The real service, and the demo that asks it; drafts and what waits are in a folder of the test."""
    (tmp_path / "feedback").mkdir()
    monkeypatch.setenv("DEMO_FEEDBACK", str(tmp_path / "feedback"))
    monkeypatch.setattr(feedback_draft, "get_visitor", lambda: "A" * 22)
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        serve_by(client_of(app), monkeypatch)
        yield app


def stored(service: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.get("/v1/feedback").json()["items"]
    return items


def part(kind: Any, name: str) -> Any:
    (found,) = [each for each in kind if each.key and each.key.startswith("feedback/") and each.key.endswith(f"/{name}")]
    return found


def say(page: AppTest, verdict: str) -> AppTest:
    part(page.button_group, "verdict").set_value(verdict).run()
    return page


def send(page: AppTest) -> AppTest:
    part(page.button, "send").click().run()
    assert not page.exception
    return page


def test_two_clicks_store_an_opinion_with_the_case_the_answer_and_what_was_on_screen(service: TestClient) -> None:
    page = send(say(opened(model="flat-price", lang="pl"), "agree"))
    assert "Dziękujemy" in page.success[0].value
    (entry,) = stored(service)
    assert (entry["verdict"], entry["model"], entry["version"]) == ("agree", "flat-price", "toy")
    assert entry["shown"]["prediction"] == entry["prediction"]
    assert (entry["shown"]["page"], entry["shown"]["language"]) == ("try", "pl")
    assert set(entry["shown"]["reasons"]) <= {field.name for field in FLAT.card.inputs}
    assert entry["row"].keys() == {field.name for field in FLAT.card.inputs}
    assert entry["person"] == "A" * 22


@pytest.mark.parametrize("path", ["", "what-if", "to-change"])
def test_every_page_with_an_answer_asks(path: str, service: TestClient) -> None:
    page = send(say(opened(path, model="pet-kind"), "unsure"))
    assert [entry["shown"]["page"] for entry in stored(service)] == [path or "try"]
    assert page.success[-1].value.startswith("Saved on")


def test_a_disagreement_has_the_right_answer_a_reason_words_and_a_name(service: TestClient) -> None:
    page = say(opened(model="pet-kind"), "disagree")
    part(page.selectbox, "right").set_value("label/rabbit").run()
    part(page.button_group, "reason").set_value("It contradicts my experience").run()
    part(page.text_area, "comment").input("Ma długie uszy <b>\n=1+1").run()
    part(page.text_input, "name").input("Anna").run()
    send(page)
    (entry,) = stored(service)
    assert entry["right_answer"] == {"label": "rabbit"}
    assert (entry["reason"], entry["comment"], entry["name"]) == (
        "It contradicts my experience",
        "Ma długie uszy <b>\n=1+1",
        "Anna",
    )


def test_the_right_value_is_read_in_the_readers_format(service: TestClient) -> None:
    page = say(opened(model="flat-price", lang="pl"), "disagree")
    part(page.text_input, "right").input("1 234,5").run()
    send(page)
    assert [entry["right_answer"] for entry in stored(service)] == [{"value": 1234.5}]


@pytest.mark.usefixtures("service")
def test_words_that_are_typed_while_the_page_is_drawn_are_not_replaced() -> None:
    page = say(opened(model="flat-price"), "disagree")
    part(page.button_group, "reason").set_value("It contradicts my experience").run()
    assert sent_entries(page) == set()


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("path", ["what-if", "to-change"])
def test_words_are_there_on_every_page_with_the_same_case(path: str) -> None:
    page = say(opened(model="flat-price"), "disagree")
    part(page.text_area, "comment").input("half a sentence").run()
    for each in (path, ""):
        assert part(go_to(page, each).text_area, "comment").value == "half a sentence"


def test_what_is_written_survives_a_reload(service: TestClient) -> None:
    page = say(opened(model="flat-price"), "disagree")
    part(page.text_area, "comment").input("half a sentence").run()
    again = opened(model="flat-price")
    assert part(again.text_area, "comment").value == "half a sentence"
    send(again)
    assert [entry["comment"] for entry in stored(service)] == ["half a sentence"]
    assert len(opened(model="flat-price").success) == 1


def test_a_draft_belongs_to_its_case(service: TestClient) -> None:
    page = say(opened(model="flat-price"), "disagree")
    part(page.text_area, "comment").input("too dear").run()
    area = next(each for each in page.text_input if each.key and each.key.endswith("/area"))
    before = area.value or ""
    area.input("61").run()
    assert part(page.button_group, "verdict").value in (None, [])
    next(each for each in page.text_input if each.key and each.key.endswith("/area")).input(before).run()
    assert part(page.text_area, "comment").value == "too dear"
    assert stored(service) == []


def test_an_opinion_waits_while_the_service_is_away_and_is_stored_once_when_it_is_back(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = say(opened(model="flat-price"), "agree")
    box = feedback_draft.outbox()
    give = box._send

    def away(*_: Any) -> Any:
        raise Unavailable("away", "")

    monkeypatch.setattr(box, "_send", away)
    send(page)
    assert "Not saved yet" in page.info[-1].value
    assert [each.label for each in page.button if each.key and each.key.endswith("/send")] == []
    monkeypatch.setattr(box, "_send", give)
    for path in list((Path(box._folder)).glob("*.json")):
        box._send_one_again(path)
    page.run()
    assert len(page.success) == 1
    assert len(stored(service)) == 1


def test_while_the_storage_is_away_the_page_says_so_keeps_the_words_and_stores_them_once_later(
    service: TestClient, tmp_path: Path
) -> None:
    page = say(opened(model="flat-price"), "disagree")
    part(page.text_area, "comment").input("too dear").run()
    assert stored(service) == []
    file = tmp_path / "witryna-meetings.db"
    file.rename(tmp_path / "elsewhere")
    send(page)
    assert "Not saved yet" in page.info[-1].value
    again = opened(model="flat-price")
    assert "Not saved yet" in again.info[-1].value
    (tmp_path / "elsewhere").rename(file)
    box = feedback_draft.outbox()
    for path in list(Path(box._folder).glob("*.json")):
        box._send_one_again(path)
    assert len(again.run().success) == 1
    assert [entry["comment"] for entry in stored(service)] == ["too dear"]


def test_a_person_who_comes_back_reads_what_came_of_it(service: TestClient) -> None:
    send(say(opened(model="flat-price"), "disagree"))
    (entry,) = stored(service)
    service.post(
        f"/v1/feedback/{entry['id']}/review", json={"state": "done", "reply": "The next version knows **new** windows."}
    )
    feedback_draft.find_reply.clear()
    page = opened(model="flat-price")
    assert any("The next version knows \\*\\*new\\*\\* windows" in each.value for each in page.info)
    part(page.button, "again").click().run()
    assert part(page.button_group, "verdict").value in (None, [])


def test_a_demo_that_may_not_store_opinions_says_so_and_keeps_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_FEEDBACK", str(tmp_path))
    keys = "reader-reader-reader:read"
    for app in serve(Settings(database_url=sqlite_url(tmp_path), api_keys=keys), Registry.of([FLAT])):
        app.headers["Authorization"] = "Bearer reader-reader-reader"
        serve_by(client_of(app), monkeypatch)
        page = say(opened(model="flat-price"), "agree")
        part(page.text_area, "comment").input("fine").run()
        send(page)
        assert "may not store" in html_of(page)
        assert part(page.text_area, "comment").value == "fine"
