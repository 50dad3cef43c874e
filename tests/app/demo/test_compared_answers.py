"""Promises of one case in every form: the table fills way by way, and one sentence says whether the answers are the same."""

import html
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from client import Client
from demo.session import shared_resources
from tests.support.demo_pages import go_to, html_of, opened, quiet, serve_by, widget
from tests.support.stub_service import StubService, hand_made

FIELD = {"name": "months", "type": "integer", "label": "Months", "minimum": 0, "maximum": 9, "default": 1}
PROOF = {"rows": 1204, "difference": 2e-16, "program": "Mono 6.8", "date": "2026-11-30"}
NO_ANSWER = {"prediction": None, "difference": None, "seconds": None}
WAYS = ["live", "file", "v2", "python", "csharp", "triton"]


def form(kind: str, title: str) -> dict[str, Any]:
    texts = {"title": {"en": title, "pl": title}, "needs": {"en": "n", "pl": "n"}, "cost": {"en": "c", "pl": "c"}}
    file = {"file": kind, "media_type": "text/plain", "command": kind, "made": None, "refused": None}
    return {"kind": kind, "group": "code"} | texts | file


@pytest.fixture
def forms(stub: StubService) -> StubService:
    stub.cards = [hand_made([FIELD], entity={"key": "client_id", "label": "Client"})]
    stub.forms = [form("python", "Python"), form("csharp", "C#"), form("triton", "Triton")]
    stub.features = {"months": 4}
    return stub


def ask_in_every_form(page: AppTest) -> AppTest:
    page.button(key="take-away/ask").click()
    return quiet(page.run())


def ways_of(stub: StubService) -> list[str]:
    return [way for body in stub.request_bodies if "ways" in body for way in body["ways"]]


def text_of(page: AppTest) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", html_of(page))))


def test_nothing_is_asked_before_the_visitor_wants_it_and_then_way_by_way(forms: StubService) -> None:
    page = quiet(opened("take-away", model="fifth", lang="en", view="answers"))
    assert ways_of(forms) == []
    ask_in_every_form(page)
    assert [body["ways"] for body in forms.request_bodies if "ways" in body] == [[way] for way in WAYS]
    quiet(page.run())
    assert ways_of(forms) == WAYS, "an answer is asked for once"
    assert "take-away/ask" not in [each.key for each in page.button]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "All 6 ways give the same answer; the largest difference is 0.0000000000000002."),
        ("pl", "Każdy z 6 sposobów daje tę samą odpowiedź; największa różnica to 0,0000000000000002."),
    ],
)
def test_one_sentence_says_that_the_answers_are_the_same_and_how_far_they_differ(
    language: str, sentence: str, forms: StubService
) -> None:
    forms.ways = {"csharp": {"difference": 2.2e-16}}
    assert sentence in text_of(ask_in_every_form(opened("take-away", model="fifth", lang=language, view="answers")))


def test_a_form_that_is_not_run_here_shows_its_recorded_proof_and_a_refused_one_its_reason(forms: StubService) -> None:
    forms.ways = {
        "csharp": NO_ANSWER | {"status": "recorded", "proof": PROOF, "reason": "No Mono."},
        "triton": NO_ANSWER | {"status": "refused", "reason": "It counts <b>words</b>."},
    }
    page = ask_in_every_form(opened("take-away", model="fifth", lang="en", view="answers"))
    shown = text_of(page)
    assert "All 4 ways give the same answer" in shown
    assert "1 form cannot run on the machine of the service." in shown
    assert "recorded proof Compared on 1,204 rows with Mono 6.8: largest difference 0.0000000000000002." in shown
    assert "not for this model: It counts <b>words</b>." in shown
    assert "<b>words" not in html_of(page)


@pytest.mark.parametrize(
    "other", [{"status": "failed", "difference": None, "reason": "It answers otherwise."}, {"difference": 0.001}]
)
def test_a_form_that_answers_otherwise_is_named(other: dict[str, Any], forms: StubService) -> None:
    forms.ways = {"csharp": other}
    shown = text_of(ask_in_every_form(opened("take-away", model="fifth", lang="en", view="answers")))
    assert "Another answer: C#." in shown
    assert "same answer;" not in shown


def test_another_case_is_asked_anew(forms: StubService) -> None:
    page = ask_in_every_form(opened("take-away", model="fifth", lang="en", view="answers"))
    app = go_to(page, "")
    widget(app, "months").set_value("3")
    app.run()
    page = quiet(go_to(app, "take-away"))
    assert 'class="agreement"' not in html_of(page)
    ask_in_every_form(page)
    rows = [body["row"] for body in forms.request_bodies if "ways" in body]
    assert [row["months"] for row in rows] == [1] * 6 + [3] * 6


def test_the_case_of_a_client_is_also_asked_as_it_is_stored(forms: StubService) -> None:
    app = quiet(opened("clients", model="fifth", lang="en", view="=17"))
    app.button(key="clients/why").click()
    app.run()
    page = quiet(go_to(app, "take-away"))
    page.segmented_control(key="take-away-sections/fifth").set_value("answers")
    ask_in_every_form(page.run())
    assert ways_of(forms) == ["live", "stored", *WAYS[1:]]
    assert [body["entity"] for body in forms.request_bodies if body.get("ways") == ["stored"]] == ["17"]
    assert "Stored at night" in text_of(page)


def test_a_service_that_fails_in_between_keeps_what_has_come(forms: StubService, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(Client(forms.url), monkeypatch)
    forms.change = lambda answer: 1 if answer.get("answers", [{}])[0].get("way") == "python" else answer
    page = opened("take-away", model="fifth", lang="en", view="answers")
    page.button(key="take-away/ask").click()
    page.run()
    assert len(page.warning) == 1
    forms.change = lambda answer: answer
    ask_in_every_form(page)
    assert ways_of(forms) == [*WAYS[:4], *WAYS[3:]]
    assert shared_resources.client().ready()["status"] == "ready"
