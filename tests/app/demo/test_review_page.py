"""Promises of the page Review: disagreements first, filters in the URL, what comes of an entry, and texts that stay texts."""

import random
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Client, FeedbackCalls, Unavailable
from demo.meetings import meeting_access
from demo.review.entry_list import MAX_ENTRIES, list_entries
from demo.review.review_view import FILTERS, ReviewView, decode_view
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import html_of, opened, quiet, sent_entries, serve_by
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.in_process_client import client_of
from tests.support.meeting_content import create
from tests.support.service_app import serve

HOSTILE = (
    "<img src=x onerror=alert(1)> ![x](http://evil/x.png) =1+1 **bold** :red[x] $x$\n\u202eabc \x00 e" + "\u0301" * 1800
)


def _presenter(client: Client, _tr: Any) -> Any:
    return SimpleNamespace(client=client)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The real service, and the demo of somebody who presents."""
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        client = client_of(app)
        serve_by(client, monkeypatch)
        monkeypatch.setattr(meeting_access, "find_presenter", partial(_presenter, client))
        yield app


def give(app: TestClient, **entry: Any) -> str:
    entry = {"model": "flat-price", "version": "toy", "row": FLAT_ROW, "shown": {}, "verdict": "agree"} | entry
    answer = app.post("/v1/feedback", json=entry, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def listed_ids(page: AppTest) -> list[str]:
    keys = [str(button.key) for button in page.button]
    return [key.rpartition("/")[2] for key in keys if key.startswith("review/open/")]


def filter_by(page: AppTest, name: str, value: str) -> AppTest:
    next(each for each in page.selectbox if each.key == f"review/filter/{name}").set_value(value).run()
    return quiet(page)


def open_entry(page: AppTest, entry: str) -> AppTest:
    page.button(key=f"review/open/{entry}").click().run()
    return quiet(page)


def test_disagreements_come_first_and_pages_hold_each_entry_once(service: TestClient) -> None:
    draw = random.Random(3)
    given = {verdict: [] for verdict in ("disagree", "unsure", "agree")}  # type: dict[str, list[str]]
    for _ in range(MAX_ENTRIES * 2 + 7):
        verdict = draw.choice(list(given))
        given[verdict].insert(0, give(service, verdict=verdict))
    pages, place = [], ""
    while True:
        page = list_entries(client_of(service), {}, place)
        pages.append([entry["id"] for entry in page.entries])
        place = page.next
        if not place:
            break
    assert [len(page) for page in pages] == [MAX_ENTRIES, MAX_ENTRIES, 7]
    assert [entry for page in pages for entry in page] == [*given["disagree"], *given["unsure"], *given["agree"]]
    shown = quiet(opened("review"))
    assert listed_ids(shown) == pages[0]
    next(button for button in shown.button if button.label == "Next page").click().run()
    assert listed_ids(quiet(shown)) == pages[1]


def test_filters_are_kept_in_the_url_and_a_link_opens_the_same(service: TestClient) -> None:
    wanted = give(service, verdict="disagree", reason="too low")
    give(service, verdict="disagree", model="pet-kind", row=PET_ROW)
    give(service)
    page = quiet(opened("review"))
    filter_by(filter_by(page, "verdict", "disagree"), "model", "flat-price")
    assert listed_ids(page) == [wanted]
    open_entry(page, wanted)
    again = quiet(opened("review", view=page.query_params["view"]))
    assert listed_ids(again) == [wanted]
    assert [button.label for button in again.button if button.key == f"review/open/{wanted}"] == ["Close"]
    next(button for button in again.button if button.label == "All entries").click().run()
    assert len(listed_ids(quiet(again))) == 3


@pytest.mark.parametrize(
    "text", ["", "verdict=maybe", "after=x:1", "state=%00", "a=b&verdict=agree=1", "model=" + "x" * 200]
)
def test_a_view_that_nothing_can_fit_is_the_whole_list(text: str) -> None:
    assert decode_view(text) == ReviewView()


def test_a_view_comes_back_from_its_text() -> None:
    filters = dict(zip(FILTERS, ("flat-price", "toy", "agree", "zażółć & =;%", "m-1", "done"), strict=True))
    view = ReviewView(filters, "unsure:20261130-ab", "20261130-cd")
    assert decode_view(view.encode()) == view
    assert decode_view(view.with_filter("model", None).encode()).filters.keys() == filters.keys() - {"model", "version"}


def test_an_entry_is_shown_with_all_that_it_refers_to(service: TestClient) -> None:
    live = service.post("/v1/models/flat-price/predictions", json={"rows": [FLAT_ROW]}).json()["predictions"][0]
    shown = {"page": "compare", "language": "pl", "prediction": live, "reasons": ["area", "rooms"]}
    words = {"reason": "It contradicts my experience", "comment": "Za niska cena.", "name": "Anna"}
    entry = give(service, verdict="disagree", right_answer={"value": 345.5}, shown=shown, **words)
    page = open_entry(opened("review", lang="en"), entry)
    html = html_of(page)
    for text in ("37.5", "345.50", "Compare", "Polish", "Za niska cena.", "It contradicts my experience", "Anna"):
        assert text in html, text
    assert html.count(f"{live['value']:,.2f}") >= 3, "in the list, then, and now"
    assert "Then, version toy" in html
    assert "Now, version toy" in html


def test_the_case_of_a_version_that_is_gone_is_shown_as_it_is_stored(service: TestClient) -> None:
    shown = {"prediction": {"label": ["no label"], "probabilities": 7}, "reasons": "x", "language": {}}
    gone = give(service, version="before", row={"colour": {"a": 1}}, right_answer={"label": "old"}, shown=shown)
    other = give(service, model="pet-kind", version="before", row=PET_ROW | {"age": "three"}, shown={"prediction": 1})
    page = opened("review", lang="en")
    for entry in (gone, other):
        open_entry(page, entry)
    assert "does not take such a case" in html_of(page)
    assert "three" in html_of(page)


def test_what_comes_of_an_entry_is_stored_with_a_reply_for_the_person(service: TestClient) -> None:
    entry = give(service, verdict="disagree")
    page = open_entry(opened("review", lang="en"), entry)
    next(each for each in page.button_group if each.key == f"review/{entry}/state").set_value("done").run()
    page.text_area(key=f"review/{entry}/reply").input("You said it, we did it.").run()
    page.button(key=f"review/{entry}/save").click().run()
    quiet(page)
    receipt = service.get(f"/v1/feedback/{entry}").json()
    assert (receipt["state"], receipt["reply"]) == ("done", "You said it, we did it.")
    assert "state-done" in html_of(page)


def test_a_reply_is_kept_until_it_can_be_saved(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = give(service)
    page = open_entry(opened("review", lang="en"), entry)
    page.text_area(key=f"review/{entry}/reply").input("half a sentence").run()

    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("away", "")

    with monkeypatch.context() as outage:
        outage.setattr(FeedbackCalls, "review", away)
        page.button(key=f"review/{entry}/save").click().run()
    assert "Not saved yet" in html_of(page)
    assert page.text_area(key=f"review/{entry}/reply").value == "half a sentence"
    page.button(key=f"review/{entry}/save").click().run()
    assert service.get(f"/v1/feedback/{entry}").json()["reply"] == "half a sentence"


def test_a_reply_that_is_typed_while_the_page_is_drawn_is_not_replaced(service: TestClient) -> None:
    entry = give(service)
    page = open_entry(opened("review", lang="en"), entry)
    next(each for each in page.button_group if each.key == f"review/{entry}/state").set_value("done").run()
    assert sent_entries(page) == set()


def test_what_is_new_is_offered_and_moves_nothing_until_it_is_wanted(service: TestClient) -> None:
    first = give(service, verdict="disagree")
    page = quiet(opened("review", lang="en"))
    newer = give(service, verdict="disagree")
    quiet(page.run())
    assert listed_ids(page) == [first]
    page.button(key="review/new").click().run()
    assert listed_ids(quiet(page)) == [newer, first]
    assert not [button for button in page.button if button.key == "review/new"]


def test_one_click_opens_the_case_in_try_and_names_its_version(service: TestClient) -> None:
    entry = give(service, model="pet-kind", version="before", row=PET_ROW | {"weight": 7.25})
    page = quiet(opened("review", lang="en", model="flat-price"))
    page.button(key=f"review/try/{entry}").click().run()
    quiet(page)
    assert page.session_state["cases"]["pet-kind"].row == PET_ROW | {"weight": 7.25}
    assert page.query_params["model"] == "pet-kind"
    assert any("version before" in each.value for each in page.info)


def test_what_people_typed_is_only_text(service: TestClient) -> None:
    name = "<b>Eve</b> [x](http://evil)"
    entry = give(
        service,
        verdict="disagree",
        comment=HOSTILE,
        name=name,
        reason="<i>why</i>",
        shown={"page": "<script>", "prediction": {"decision": "<u>"}, "reasons": ["<s>"], "language": "<q>"},
    )
    page = open_entry(quiet(opened("review", lang="en")), entry)
    html = html_of(page)
    for tag in ("<img", "<b>Eve", "<i>", "<script>", "<u>", "<s>", "<q>"):
        assert tag not in html, tag
    assert html.count("&lt;img src=x") == 2
    assert html.count('<bdi class="typed">') >= 4, "each text ends its own directions of writing"
    markdown = [each.value for kind in (page.markdown, page.caption, page.info, page.success) for each in kind]
    assert not any("evil" in text for text in markdown)


def test_the_agreement_is_said_with_what_it_rests_on(service: TestClient) -> None:
    for number in range(9):
        give(service, person=f"p{number}", verdict="agree" if number < 6 else "disagree")
    html = html_of(quiet(opened("review", lang="en", model="flat-price")))
    assert "6 of 9 opinions agree with the model. People: 9." in html
    assert "most likely between 35% and 88% would agree" in html
    html = html_of(quiet(opened("review", lang="pl", model="flat-price")))
    assert "6 z 9 opinii zgadza się z modelem. Osób: 9." in html


def test_a_presenters_link_that_is_no_longer_good_shows_how_to_get_another(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(service, comment="a secret of ours")
    expired = client_of(service, f"ws_{'x' * 32}")
    monkeypatch.setattr(meeting_access, "find_presenter", partial(_presenter, expired))
    page = opened("review", lang="en")
    assert [title.value for title in page.title] == ["For the person who presents"]
    assert "a secret of ours" not in html_of(page)


def test_the_token_of_one_meeting_shows_what_was_said_there_alone(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    meetings = [create(service).json() for _ in range(2)]
    inside, outside = (give(service, meeting=each["id"], comment=f"in {each['id']}") for each in meetings)
    confined = client_of(service, meetings[0]["presenter_token"])
    monkeypatch.setattr(meeting_access, "find_presenter", partial(_presenter, confined))
    page = quiet(opened("review", lang="en"))
    assert listed_ids(page) == [inside]
    open_entry(page, inside)
    page.button(key=f"review/{inside}/save").click().run()
    assert service.get(f"/v1/feedback/{inside}").json()["state"] == "new"
    assert f"in {meetings[1]['id']}" not in html_of(quiet(page))
    assert outside not in html_of(page)


def test_before_anybody_has_said_anything_the_page_says_so(service: TestClient) -> None:
    assert service.get("/v1/feedback").json()["items"] == []
    assert "Nobody has said anything yet" in quiet(opened("review", lang="en")).info[0].value
