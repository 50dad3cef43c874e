"""Promises of what a phone shows: the answer of the model in the reader's language, made once, and nothing too early."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from client import AudienceView, Client, Unavailable
from demo.live.stages.play_views import Player
from demo.live.stages.stage import build_stage
from demo.live.stages.step_answers import StepAnswers
from demo.meeting_check.case_check import CaseCheck
from demo.meetings import recordings
from tests.support.audience_views import alone, case_of, view_of
from tests.support.demo_cards import ENGLISH, EVIL, POLISH
from tests.support.formula_models import FLAT_ROW, PET_ROW
from tests.support.in_process_client import client_of

HOSTILE = [
    EVIL,
    '"><img src=x onerror=alert(1)>',
    "![x](http://evil.example)",
    "=1+1",
    "\u202eabc",
    "z" + "\u0301" * 4000,
    "{braces} %s",
]


@pytest.fixture
def client(toys: TestClient) -> Client:
    return client_of(toys)


@pytest.fixture
def answers(client: Client) -> StepAnswers:
    return StepAnswers(client)


FLAT, PET = case_of("flat-price", FLAT_ROW), case_of("pet-kind", PET_ROW)


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup))).replace("\N{NO-BREAK SPACE}", " ")


class Names(HTMLParser):
    """Collects the names of tags and attributes as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def parsed(markup: str) -> tuple[set[str], set[str]]:
    names = Names()
    names.feed(markup)
    return names.tags, names.attributes


@pytest.mark.parametrize("phase", ["waiting", "guess"])
def test_no_phone_shows_an_answer_before_the_presenter_does(phase: str, answers: StepAnswers) -> None:
    stage = build_stage(view_of(FLAT, phase), answers, ENGLISH)
    answer = answers.explain(answers.get_card("flat-price", None, "en"), FLAT_ROW, "en").prediction
    assert f"{answer['value']:.2f}" not in text_of(stage.html)
    assert 'class="answer"' not in stage.html
    assert (stage.shown, stage.feedback) == (None, "")
    assert (FLAT["name"] in stage.html) == (phase == "guess")


@pytest.mark.parametrize(("tr", "decimal"), [(ENGLISH, "."), (POLISH, ",")])
def test_the_answer_is_that_of_the_service_in_the_readers_format(
    tr: Any, decimal: str, answers: StepAnswers, client: Client
) -> None:
    (expected,) = client.predict("flat-price", [FLAT_ROW])["predictions"]
    stage = build_stage(view_of(FLAT), answers, tr)
    assert f"{expected['value']:.2f}".replace(".", decimal) in text_of(stage.html)
    assert stage.shown is not None
    assert stage.shown["row"] == FLAT_ROW
    assert stage.shown["shown"]["prediction"] == expected


@pytest.mark.parametrize(
    ("show", "shown"),
    [(None, set()), ("answer", set()), ("why", {"why"}), ("what-if", {"why", "curve"})],
)
def test_the_parts_beside_the_answer_come_as_the_presenter_shows_them(
    show: str | None, shown: set[str], answers: StepAnswers
) -> None:
    stage = build_stage(view_of(FLAT, show=show), answers, ENGLISH)
    assert set(re.findall(r'<section class="(why|curve)', stage.html)) == shown


def test_the_case_beside_it_is_shown_with_its_answer(answers: StepAnswers, client: Client) -> None:
    compared = PET | {"show": ["answer", "compare"], "compare_with": "one"}
    stage = build_stage(view_of(compared, show="compare", compare_case=FLAT), answers, ENGLISH)
    (other,) = client.predict("flat-price", [FLAT_ROW])["predictions"]
    assert f"{other['value']:.2f}" in text_of(stage.html)


def test_a_step_asks_the_model_once_for_a_language_however_often_it_is_drawn(toys: TestClient) -> None:
    client = client_of(toys)
    asked: list[str] = []
    explain = client.explain

    def note(*given: Any, **named: Any) -> Any:
        asked.append(given[2])
        return explain(*given, **named)

    client.explain = note  # type: ignore[method-assign]
    answers = StepAnswers(client)
    for _ in range(20):
        for tr in (ENGLISH, POLISH):
            build_stage(view_of(FLAT), answers, tr)
    assert sorted(asked) == ["en", "pl"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_words_in_every_phase(text: str, answers: StepAnswers) -> None:
    case = FLAT | {"name": text}
    views = [view_of(case, phase, title=text, reasons=[text]) for phase in ("waiting", "guess", "answer")]
    for view in [*views, alone([case], title=text)]:
        stage = build_stage(view, answers, ENGLISH)
        for markup in (stage.html, stage.feedback):
            tags, attributes = parsed(markup)
            assert not tags & {"script", "img", "iframe", "object", "a"}
            assert not [name for name in attributes if name.startswith("on")]
        assert "\n" not in stage.to_json(), "an event of the stream is one line"


def test_a_hostile_text_of_a_row_stays_words(answers: StepAnswers) -> None:
    case = case_of("note-value", {"note": EVIL, "stars": 2})
    assert "<script" not in build_stage(view_of(case), answers, ENGLISH).html


def test_without_the_service_a_stage_says_so_and_is_made_again(toys: TestClient) -> None:
    client = client_of(toys)

    def fail(*_: Any, **__: Any) -> Any:
        raise Unavailable("The service cannot be reached.", "r")

    client.card = client.explain = fail  # type: ignore[method-assign]
    stage = build_stage(view_of(FLAT), StepAnswers(client), ENGLISH)
    assert not stage.is_whole
    assert "does not answer" in text_of(stage.html)
    assert stage.shown is None, "nobody is asked about an answer that is not there"


def test_an_answer_that_was_there_stays_while_the_service_is_gone(toys: TestClient) -> None:
    client = client_of(toys)
    answers = StepAnswers(client)
    before = build_stage(view_of(FLAT), answers, ENGLISH)

    def fail(*_: Any, **__: Any) -> Any:
        raise Unavailable("The service cannot be reached.", "r")

    client.card = client.explain = client.curves = fail  # type: ignore[method-assign]
    assert build_stage(view_of(FLAT), answers, ENGLISH).to_json() == before.to_json()


def fail(*_: Any, **__: Any) -> Any:
    raise Unavailable("The service cannot be reached.", "r")


@pytest.fixture
def recorded_view(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AudienceView:
    """A view whose case, and the one beside it, this demo has recorded; then the service is gone."""
    monkeypatch.setenv("DEMO_MEETINGS", str(tmp_path))
    beside = PET | {"id": "two", "name": "The second case"}
    case = FLAT | {"show": ["answer", "why", "what-if", "compare"], "compare_with": "two"}
    check = CaseCheck(client, recordings.recording_store(), "m1", ENGLISH)
    assert [check.check(each, "2026-11-30T10:32:00+00:00").outcome for each in (case, beside)] == ["new", "new"]
    client.card = client.explain = client.predict = client.curves = fail  # type: ignore[method-assign]
    return view_of(case, show="compare", compare_case=beside)


def test_without_the_service_every_part_of_a_recorded_case_is_shown_and_marked(
    recorded_view: AudienceView, client: Client
) -> None:
    stage = build_stage(recorded_view, StepAnswers(client), ENGLISH)
    assert "recorded on" in text_of(stage.html)
    assert "10:32" in text_of(stage.html)
    assert set(re.findall(r'<section class="(why|curve)', stage.html)) == {"why", "curve"}
    assert "The second case" in text_of(stage.html)
    assert not stage.is_whole, "it is made again, and is live then"


def test_without_the_service_a_recorded_case_can_be_guessed(recorded_view: AudienceView, client: Client) -> None:
    question = recorded_view | {"state": recorded_view["state"] | {"phase": "guess"}}
    stage = build_stage(question, StepAnswers(client), ENGLISH)
    assert "What is your guess?" in stage.news
    assert "recorded" not in text_of(stage.html)


def test_an_answer_that_was_there_stays_when_another_part_needs_the_service(client: Client) -> None:
    answers = StepAnswers(client)
    build_stage(view_of(FLAT, show="why"), answers, ENGLISH)
    client.card = client.explain = client.curves = fail  # type: ignore[method-assign]
    stage = build_stage(view_of(FLAT, show="what-if"), answers, ENGLISH)
    assert 'class="answer' in stage.html
    assert "as soon as the model answers again" in text_of(stage.html)
    assert not stage.is_whole


def test_a_case_that_the_model_refuses_is_no_outage(answers: StepAnswers) -> None:
    stage = build_stage(view_of(case_of("flat-price", FLAT_ROW | {"state": "gone"})), answers, ENGLISH)
    assert stage.is_whole
    assert "cannot answer" in text_of(stage.html)


def test_a_planned_version_that_is_gone_is_answered_by_the_default_one(answers: StepAnswers) -> None:
    stage = build_stage(view_of(FLAT | {"version": "0123456789ab"}), answers, ENGLISH)
    assert stage.shown is not None
    assert stage.shown["version"] == "toy"


# Alone


def player(answers: StepAnswers, case: dict[str, Any], **more: Any) -> Player:
    return Player(alone([case], **more), answers, "", POLISH)


def as_case(case: dict[str, Any]) -> Any:
    return cast(Any, case)


def test_a_change_is_answered_by_the_model_and_compared_with_the_start(answers: StepAnswers, client: Client) -> None:
    played = player(answers, FLAT).answer_changes(as_case(FLAT), {"area": "50", "state": "new"}, wants_reasons=False)
    (expected,) = client.predict("flat-price", [FLAT_ROW | {"area": 50, "state": "new"}])["predictions"]
    assert f"{expected['value']:.2f}".replace(".", ",") in text_of(played["html"])
    assert played["shown"]["row"] == FLAT_ROW | {"area": 50, "state": "new"}
    assert played["errors"] == {}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [({"area": "1"}, "area"), ({"area": "NaN"}, "area"), ({"state": EVIL}, "state"), ({"area": "9" * 5000}, "area")],
)
def test_a_value_that_the_field_does_not_accept_is_named_and_changes_nothing(
    changes: dict[str, Any], refused: str, answers: StepAnswers
) -> None:
    played = player(answers, FLAT).answer_changes(as_case(FLAT), changes, wants_reasons=False)
    assert set(played["errors"]) == {refused}
    assert played["shown"]["row"] == FLAT_ROW


def test_unknown_fields_are_left_out(answers: StepAnswers) -> None:
    played = player(answers, FLAT).answer_changes(as_case(FLAT), {"__proto__": "1", "gone": "2"}, wants_reasons=False)
    assert (played["errors"], played["shown"]["row"]) == ({}, FLAT_ROW)


def test_reasons_are_given_when_they_are_asked_for(answers: StepAnswers) -> None:
    played = player(answers, FLAT).answer_changes(as_case(FLAT), {"area": "50"}, wants_reasons=True)
    assert 'class="why' in played["html"]
    assert "Dlaczego" in played["html"]


def test_only_the_pages_that_the_meeting_allows_are_linked(answers: StepAnswers) -> None:
    opened = player(answers, FLAT, pages=["try", "review", "javascript:alert(1)"]).open_case(as_case(FLAT))
    assert re.findall(r'<a href="([^?]*)', opened["html"]) == ["/"]
    assert "area=37.5" in opened["html"]
    assert "<a " not in player(answers, FLAT).open_case(as_case(FLAT))["html"]


def test_every_kind_of_field_has_an_input_that_a_thumb_can_use(answers: StepAnswers) -> None:
    opened = player(answers, FLAT).open_case(as_case(FLAT))["html"]
    assert re.findall(r'<(select|textarea|input type="\w+")[^>]* name="(\w+)"', opened)[:3] == [
        ('input type="range"', "area"),
        ('input type="text"', "rooms"),
        ("select", "state"),
    ]


def test_a_view_of_another_language_uses_the_texts_of_its_card(answers: StepAnswers) -> None:
    view: AudienceView = view_of(PET)
    english, polish = (build_stage(view, answers, tr) for tr in (ENGLISH, POLISH))
    assert "Do you agree" in english.feedback
    assert "Do you agree" not in polish.feedback
