"""Promises of impossible clients on the pages: one sentence in the reader's language wherever the case is shown."""

import html
import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.demo_pages import go_to, html_of, opened, quiet, serve_by, widget
from tests.support.in_process_client import client_of

MODEL = "credit-default"
SENTENCES = {
    "en": "A client with late months has a worst delay of 1 month or more.",
    "pl": "Klient, który się spóźniał, ma najdłuższą zaległość wynoszącą co najmniej 1 miesiąc.",
}
IMPOSSIBLE = {"model": MODEL, "start": "regular", "worst_delay": "0", "months_delayed": "6"}
LANGUAGES = pytest.mark.parametrize("language", SENTENCES)


@pytest.fixture(autouse=True)
def answering(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)


def text_of(app: Any) -> str:
    return html.unescape(re.sub("<[^>]*>", "", html_of(app)))


@LANGUAGES
def test_a_typed_value_that_makes_a_client_impossible_is_told_at_once_and_untold_when_it_is_mended(language: str) -> None:
    app = quiet(opened(model=MODEL, lang=language, start="regular"))
    assert SENTENCES[language] not in text_of(app)
    widget(app, "months_delayed").set_value("5")
    quiet(app.run())
    assert html_of(app).count(f"</strong> {SENTENCES[language]}") == 1, "beside the fields"
    assert len(re.findall(f'class="answer-note">[^<]*{re.escape(SENTENCES[language])}', html_of(app))) == 1, "on a phone"
    assert f'role="alert"><strong>{"Contradiction" if language == "en" else "Sprzeczność"}:' in html_of(app)
    widget(app, "worst_delay").set_value("2")
    quiet(app.run())
    assert SENTENCES[language] not in text_of(app)


@LANGUAGES
@pytest.mark.parametrize("path", ["", "what-if", "to-change", "compare"])
def test_every_page_that_shows_an_impossible_client_says_so(path: str, language: str) -> None:
    app = quiet(opened(lang=language, **IMPOSSIBLE))
    if path == "compare":
        app.button(key="keep").click()
        quiet(app.run())
    if path:
        go_to(app, path)
    assert SENTENCES[language] in text_of(app)
    usual = {"en": ["Typical", "Less typical"], "pl": ["Typowe dane", "Mniej typowe dane"]}[language]
    assert not any(word in text_of(app) for word in usual)


@LANGUAGES
@pytest.mark.parametrize("path", ["", "what-if", "to-change"])
def test_the_decision_on_an_impossible_client_is_muted_and_marked_beside_the_answer(path: str, language: str) -> None:
    mark = {"en": "contradictory values", "pl": "sprzeczne wartości"}[language]
    app = quiet(opened(path, lang=language, **IMPOSSIBLE))
    answer = re.search(r'<(div|p) class="(answer|headline)[^"]*".*?</\1>', html_of(app))
    assert answer
    assert ' void"' in answer[0]
    assert mark in answer[0]
    assert "band-void" in answer[0]
    assert not re.search("band-(good|middle|bad)", answer[0])
    possible = html_of(quiet(opened(path, lang=language, model=MODEL, start="regular")))
    assert mark not in possible
    assert "band-good" in possible


def test_the_sentence_follows_a_change_of_the_language() -> None:
    app = quiet(opened("what-if", lang="en", **IMPOSSIBLE))
    app.segmented_control(key="language").set_value("pl")
    quiet(app.run())
    assert SENTENCES["pl"] in text_of(app)
    assert SENTENCES["en"] not in text_of(app)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Months late now: only 0 is possible while Worst delay is 0 months."),
        ("pl", "Miesiące zaległości: gdy Najdłuższa zaległość to 0 mies., możliwa jest tylko jedna wartość (0)."),
    ],
)
def test_what_if_says_which_value_of_the_case_leaves_a_field_no_other(language: str, sentence: str) -> None:
    app = quiet(opened("what-if", lang=language, model=MODEL, start="regular", view="months_late_now"))
    captions = " ".join(each.value for each in app.caption).replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")
    assert sentence in captions
    assert ("Impossible: " if language == "en" else "Niemożliwe: ") in captions


@pytest.mark.parametrize("model", [MODEL, "credit-scorecard"])
def test_what_if_opens_with_a_field_that_can_move_the_answer_and_keeps_it(model: str) -> None:
    app = quiet(opened("what-if", lang="en", model=model, start="regular"))
    line = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    answers = [answer for answer in line["y"] if answer is not None]
    assert round(max(answers), 2) - round(min(answers), 2) >= 0.01
    assert len(answers) > 1
    shown = app.query_params["view"]
    widget(app, shown).set_value("50")
    quiet(app.run())
    assert app.query_params["view"] == shown


def test_what_if_leaves_out_the_delays_that_contradict_the_late_months() -> None:
    app = quiet(opened("what-if", lang="en", model=MODEL, start="two-months-late", view="worst_delay"))
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    line = figure["data"][0]
    drawn = dict(zip(line["x"], line["y"], strict=True))
    assert [x for x, y in drawn.items() if y is None] == [0, 1], "two months late now, late in three months"
    assert any("Impossible" in each.value for each in app.caption)


def test_what_to_change_proposes_no_impossible_client_also_from_one(service: TestClient) -> None:
    card = service.get(f"/v1/models/{MODEL}").json()
    row = card["examples"][0]["row"] | {"worst_delay": 0, "months_delayed": 6}
    for goal in ("approve", "ask", "refuse"):
        answer = service.post(f"/v1/models/{MODEL}/recommendations", json={"row": row, "goal": {"decision": goal}}).json()
        proposals = [*answer["recommendations"], *([answer["nearest"]] if answer["nearest"] else [])]
        assert all(not each["prediction"]["warnings"] for each in proposals)
