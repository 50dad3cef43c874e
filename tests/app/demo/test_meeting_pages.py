"""Promises of the presenter's pages over the real service: nothing typed is lost, and the audience's screen has no secret."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from client import Client, Meeting, Unavailable
from demo.meeting_pages.meeting_form import new_content
from demo.meetings import presenter_session, run_sheet
from demo.meetings.case_queries import ask_case
from demo.meetings.recordings import recording_store
from demo.run_sheets.live_meeting import LiveMeeting
from demo.run_sheets.run_steps import RunStep
from demo.session import shared_resources
from demo.slides import shown_case
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import go_to, html_of, opened, sent_entries, serve_by, wait_for_steps
from tests.support.formula_models import FLAT, FLAT_ROW, PET
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

SECRET = "ws_" + "s" * 22
NOTE = "Only for the presenter"
HOSTILE = "<img src=x onerror=alert(1)> ![x](http://evil) **b** \u202e" + "a" + "\u0301" * 4_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("service")
    yield from serve(Settings(database_url=sqlite_url(folder)), Registry.of([FLAT, PET]))


@pytest.fixture
def client(app: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """The service of the module, and the demo that asks it; the visitor has opened a presenter's link."""
    for name in ("feedback", "meetings"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"DEMO_{name.upper()}", str(tmp_path / name))
    client = client_of(app)
    serve_by(client, monkeypatch)
    monkeypatch.setattr(presenter_session, "read_cookie", lambda: SECRET)
    monkeypatch.setattr(presenter_session, "make_client", lambda _secret: client)
    monkeypatch.setattr(LiveMeeting, "listen", lambda _self: None)  # the client of this process reads no streams
    yield client
    monkeypatch.undo()
    wait_for_steps()


def make_meeting(client: Client, **areas: float) -> Meeting:
    """Return a new meeting with a case for each name and area."""
    cases = [run_sheet.make_case(name, "flat-price", FLAT_ROW | {"area": area}, note=NOTE) for name, area in areas.items()]
    content: Any = {**new_content(), "title": "Spring pilot", "cases": cases, "notes": NOTE}
    return client.meetings.create(content, client.feedback.new_key())


def part(widgets: Any, key: str) -> Any:
    (found,) = (each for each in widgets if each.key and each.key.endswith(key))
    return found


def cases_of(client: Client, meeting: Meeting) -> list[Any]:
    return list(client.meetings.read(meeting["id"])["content"]["cases"])


def click(page: AppTest, key: str) -> AppTest:
    part(page.button, key).click().run()
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def texts_of(page: AppTest) -> str:
    return html_of(page) + "".join(each.value for each in [*page.markdown, *page.caption, *page.title, *page.header])


@pytest.mark.parametrize("path", ["meetings", "run-sheet", "present", "notes"])
def test_who_has_opened_no_link_reads_how_to_present_and_nothing_else(
    path: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make_meeting(client, Secret=20)
    monkeypatch.setattr(presenter_session, "read_cookie", lambda: "")
    page = opened(path, meeting=meeting["id"])
    assert page.title[0].value == "For the person who presents"
    assert "Secret" not in texts_of(page)
    assert "Spring pilot" not in texts_of(page)


def test_a_title_is_enough_for_a_meeting(client: Client) -> None:
    page = opened("meetings")
    part(page.text_input, "new/title").input("  Spring\x00 pilot ")
    (submit,) = (each for each in page.button if each.label == "Make the meeting")
    submit.click().run()
    assert not page.exception
    newest = client.meetings.list()["items"][0]
    assert (newest["title"], newest["cases"]) == ("Spring pilot", 0)


def test_cases_are_added_moved_removed_and_put_back(client: Client) -> None:
    meeting = make_meeting(client, One=20, Two=30, Three=40)
    page = opened("run-sheet", meeting=meeting["id"])
    click(page, "run-sheet/down")
    assert [case["name"] for case in cases_of(client, meeting)] == ["Two", "One", "Three"]
    click(page, "run-sheet/remove")
    assert [case["name"] for case in cases_of(client, meeting)] == ["Two", "Three"]
    click(page, "run-sheet/undo")
    assert [case["name"] for case in cases_of(client, meeting)] == ["Two", "One", "Three"]


def test_a_note_that_is_typed_while_the_page_is_drawn_is_not_replaced(client: Client) -> None:
    page = opened("run-sheet", meeting=make_meeting(client, One=20)["id"])
    part(page.toggle, "/guess").set_value(True).run()
    assert sent_entries(page) == set()


def test_what_two_windows_change_at_once_is_all_there(client: Client) -> None:
    meeting = make_meeting(client, One=20, Two=30)
    page = opened("run-sheet", meeting=meeting["id"])
    theirs: Any = {**meeting["content"], "title": "Their title", "cases": meeting["content"]["cases"][1:]}
    client.meetings.change(meeting["id"], meeting["revision"], theirs)
    part(page.text_area, "/note").input("my note").run()
    content = client.meetings.read(meeting["id"])["content"]
    assert content["title"] == "Their title"
    assert [(case["name"], case["note"]) for case in content["cases"]] == [("Two", NOTE), ("One", "my note")]
    assert "Another window" in page.info[0].value


def test_what_is_typed_while_the_service_is_away_is_kept_and_saved_later(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make_meeting(client, One=37.5)
    page = opened("run-sheet", meeting=meeting["id"])
    with monkeypatch.context() as outage:
        outage.setattr(type(client.meetings), "change", client_that_is_away)
        part(page.text_input, "/name").input("New name").run()
        assert "Not saved yet" in page.warning[-1].value
        assert part(page.text_input, "/name").value == "New name"
    part(page.text_area, "/note").input("later").run()
    assert [(case["name"], case["note"]) for case in cases_of(client, meeting)] == [("New name", "later")]


def test_hostile_texts_are_stored_without_what_harms_and_shown_as_texts(client: Client) -> None:
    meeting = make_meeting(client, One=37.5)
    page = opened("run-sheet", meeting=meeting["id"])
    part(page.text_input, "/name").input(HOSTILE[:120]).run()
    part(page.text_area, "/note").input(HOSTILE[:2_000]).run()
    (case,) = cases_of(client, meeting)
    assert case["name"].startswith("<img src=x onerror=alert(1)> ![x](http://evil) **b** a")
    for path in ("present", "notes"):
        live = click(opened(path, meeting=meeting["id"]), "present-next")
        assert "&lt;img src=x" in html_of(live)
        assert "<img src=x" not in html_of(live)
    (radio,) = page.radio
    assert "\\!\\[x\\]" in radio.options[0]


def test_hostile_texts_of_the_form_are_words_on_every_page_of_the_meeting(client: Client) -> None:
    page = opened("meetings")
    for key, text in (("title", HOSTILE[:120]), ("name", HOSTILE[:80])):
        part(page.text_input, f"new/{key}").input(text)
    for key, text in (("notes", HOSTILE[:5_000]), ("reasons", f"{HOSTILE[:60]}\n=1+1")):
        part(page.text_area, f"new/{key}").input(text)
    (submit,) = (each for each in page.button if each.label == "Make the meeting")
    submit.click().run()
    assert not page.exception, [problem.value for problem in page.exception]
    meeting = client.meetings.list()["items"][0]["id"]
    content = client.meetings.read(meeting)["content"]
    typed = (content["title"], content["look"]["name"], content["notes"], content["reasons"][0])
    assert all((text or "").startswith("<img src=x onerror=alert(1)> ![x](http://evil) **b**") for text in typed)
    assert content["reasons"][1] == "=1+1"
    for path in ("meetings", "run-sheet", "present", "notes"):
        shown = opened(path, meeting=meeting)
        assert "<img src=x" not in html_of(shown), path
        assert not [each.value for each in [*shown.title, *shown.header, *shown.markdown] if "![x]" in each.value], path


def test_the_screen_shows_the_case_then_its_answer_and_never_a_note(client: Client) -> None:
    meeting = make_meeting(client, Limit=20)
    page = opened("present", meeting=meeting["id"])
    assert "Spring pilot" in html_of(page)
    seen = [html_of(page)]
    click(page, "present-next")
    assert "Limit" in html_of(page)
    assert 'class="number' not in html_of(page), "the audience still guesses"
    seen.append(html_of(page))
    click(page, "present-next")
    assert 'class="number' in html_of(page)
    seen.append(html_of(page))
    click(page, "present-next")
    assert 'class="why' in html_of(page)
    seen.append(html_of(page))
    assert not any(NOTE in each for each in seen)
    assert part(page.button, "present-next").disabled
    notes = opened("notes", meeting=meeting["id"])
    assert NOTE in html_of(notes)
    assert "Limit" in html_of(notes), "it follows the screen"


def test_values_changed_on_the_screen_are_gone_with_one_press(client: Client) -> None:
    meeting = make_meeting(client, One=37.5)
    page = opened("present", meeting=meeting["id"])
    click(click(page, "present-next"), "present-next")
    prepared = html_of(page)
    go_to(click(page, "present-try"), "")
    part(page.text_input, "/area").input("70").run()
    go_to(click(page, "way-back/present"), "present")
    assert "was 37.5" in html_of(page)
    click(page, "present-reset")
    assert "was 37.5" not in html_of(page)
    assert html_of(page).count("number") == prepared.count("number")
    assert cases_of(client, meeting)[0]["row"] == FLAT_ROW, "the run sheet stays as it was prepared"


def test_the_form_on_try_becomes_a_case_of_the_chosen_meeting_among_many_of_one_title(client: Client) -> None:
    make_meeting(client)
    meeting = make_meeting(client)
    page = opened(model="flat-price")
    part(page.text_input, "/area").input("61").run()
    part(page.text_input, "add-case/name").input("A flat of theirs").run()
    click(page, "add-case/add")
    assert "Added: A flat of theirs" in texts_of(page)
    (case,) = cases_of(client, meeting)
    assert (case["name"], case["row"]["area"], case["model"]) == ("A flat of theirs", 61, "flat-price")


def test_the_screen_goes_on_with_recorded_answers_while_the_service_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make_meeting(client, One=37.5, Two=61)
    _, second = meeting["content"]["cases"]
    recording_store().put(meeting["id"], second, ask_case(client, second).by_language, "2026-11-30T10:32:00+00:00")
    page = opened("present", meeting=meeting["id"])
    monkeypatch.setattr(shared_resources, "client", client_that_is_away)
    monkeypatch.setattr(type(client.meetings), "set_state", client_that_is_away)
    click(click(page, "present-next"), "present-next")
    assert 'class="number' in html_of(page), "it was asked for before it was needed"
    assert "Recorded" not in html_of(page)
    for _ in range(3):
        click(page, "present-next")
    assert "Recorded" in html_of(page)
    assert "version toy" in html_of(page)
    assert 'class="number' in html_of(page)


def test_no_answer_of_another_case_stands_below_a_name_while_the_service_is_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make_meeting(client, One=37.5, Two=61)
    screen: dict[tuple[int, ...], str] = {}
    seen: list[str] = []
    enqueue, find_answer = ForwardMsgQueue.enqueue, shown_case.find_answer

    def draw(queue: ForwardMsgQueue, message: ForwardMsg) -> None:
        """An element replaces all that stood in its place; a block keeps what stood in the block before it."""
        path = tuple(message.metadata.delta_path)
        if message.delta.WhichOneof("type") == "new_element":
            for below in [each for each in screen if each[: len(path)] == path]:
                del screen[below]
            screen[path] = message.delta.new_element.html.body
        enqueue(queue, message)

    def look_at_the_screen(*arguments: Any) -> Any:
        seen.append("".join(screen.values()))
        return find_answer(*arguments)

    page = opened("present", meeting=meeting["id"])
    monkeypatch.setattr(ForwardMsgQueue, "enqueue", draw)
    monkeypatch.setattr(shown_case, "ask_ahead", lambda *_: None)
    monkeypatch.setattr(shown_case, "find_answer", look_at_the_screen)
    click(page, "present-next")
    while "One" in (shown := html_of(page)):
        last = shown
        click(page, "present-next")
    assert 'class="number' in last, "the step before shows the answer of the other case"
    assert "Two" in seen[-1]
    assert 'class="number' not in seen[-1]


def client_that_is_away(*_: Any, **__: Any) -> Any:
    raise Unavailable("away")


def test_a_demo_that_offers_few_pages_still_has_those_of_its_presenters(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make_meeting(client, Limit=20)
    config = tmp_path / "demo.toml"
    config.write_text('pages = ["try"]', encoding="utf-8")
    monkeypatch.setenv("DEMO_CONFIG", str(config))
    assert opened("run-sheet", meeting=meeting["id"]).title[0].value == "Spring pilot"
    monkeypatch.setattr(presenter_session, "read_cookie", lambda: "")
    assert opened("run-sheet", meeting=meeting["id"]).title[0].value == "Not part of this demo"


def test_only_the_newest_step_of_an_outage_reaches_the_service(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = make_meeting(client, One=20, Two=30)
    first, second = meeting["content"]["cases"]
    announced: list[Any] = []
    live = LiveMeeting(client.meetings, meeting["id"], meeting["state"], announced.append)
    with monkeypatch.context() as outage:
        outage.setattr(type(client.meetings), "set_state", client_that_is_away)
        live.set_step(RunStep(first["id"], "guess"))
        live.set_step(RunStep(second["id"], "answer", "why"))
        while not announced or announced[-1]["case"] != second["id"]:
            assert not live.is_followed
    while not live.is_followed:
        pass
    state = client.meetings.read(meeting["id"])["state"]
    assert (state["case"], state["phase"], state["show"]) == (second["id"], "answer", "why")
    assert state["revision"] == meeting["state"]["revision"] + 1, "the step before was passed and is never sent"
    assert live.problem is None
