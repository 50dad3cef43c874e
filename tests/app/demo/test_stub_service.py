"""The demo's pages over hand-made cards, by a stand-in service that can fail on request."""

import socket
from typing import Any

import pytest
import streamlit as st

from client import TooSlow
from demo.session import shared_resources
from tests.support.demo_pages import go_to, html_of, opened, quiet, widget
from tests.support.stub_service import EVERY_TYPE, HOSTILE, NULLABLE, StubService, hand_made, point_at, problem

PAGES = ("what-if", "to-change", "compare", "how-good", "about")


# A fifth model


@pytest.mark.parametrize("inputs", [[field] for field in EVERY_TYPE + NULLABLE], ids=lambda inputs: inputs[0]["name"])
def test_a_card_with_only_names_and_types_has_a_form(inputs: list[dict[str, Any]], stub: StubService) -> None:
    stub.cards = [hand_made(inputs)]
    app = opened()
    assert ">75%<" in html_of(app)
    assert [set(row) for row in stub.request_bodies[0]["rows"]] == [{inputs[0]["name"]}]


def test_a_card_with_every_type_sends_one_value_for_each_field(stub: StubService) -> None:
    inputs = EVERY_TYPE + NULLABLE
    stub.cards = [hand_made(inputs)]
    opened()
    (row,) = stub.request_bodies[0]["rows"]
    assert list(row) == [field["name"] for field in inputs]
    assert all(row[field["name"]] is None for field in NULLABLE)
    assert (row["share"], row["months"], row["cut"], row["sure"], row["remark"]) == (0.5, 2, "Fair", False, "")


def test_a_number_without_an_interval_or_a_range_is_shown(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE, output={"kind": "regression", "unit": "USD"})]
    assert "12.5" in html_of(opened(lang="en"))
    st.cache_data.clear()
    assert "12,5" in html_of(opened(lang="pl"))


# One gesture, one request


def test_a_changed_field_sends_one_query_for_the_missing_answers(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    app = opened()
    stub.request_bodies.clear()
    widget(app, "months").set_value("5").run()
    assert [[row["months"] for row in body["rows"]] for body in stub.request_bodies] == [[5]]
    assert app.query_params["months"] == "5"


def test_another_language_sends_one_query_and_then_none(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    app = opened(lang="en")
    stub.request_bodies.clear()
    for language in ("pl", "en", "pl"):
        app.session_state["language"] = language
        app.run()
        assert app.query_params["lang"] == language
    assert len(stub.request_bodies) == 1


def test_a_second_visit_of_a_page_sends_no_query(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    app = opened(lang="en")
    for path in PAGES:
        go_to(app, path)
    seen = len(stub.request_bodies)
    assert seen == 3, "why, a curve and proposals"
    for path in ("", *PAGES):
        go_to(app, path)
    assert len(stub.request_bodies) == seen


def test_every_model_keeps_its_own_case(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE), hand_made(EVERY_TYPE, name="sixth", title="Sixth")]
    app = opened(model="fifth")
    widget(app, "months").set_value("5").run()
    app.selectbox(key="model").set_value("sixth").run()
    assert widget(app, "months").value == "2"
    app.selectbox(key="model").set_value("fifth").run()
    assert widget(app, "months").value == "5"


# Trouble


@pytest.mark.parametrize(
    "trouble",
    [
        problem(500, "model_failed"),
        problem(504, "model_timeout"),
        problem(404, "unknown_model"),
        (200, "application/json", {"model": "fifth", "version": "v1", "explanations": [{"base": "1"}]}),
        (200, "text/html", "<h1>Welcome to nginx</h1>"),
    ],
    ids=["failed", "hung", "gone", "nonsense", "somebody else"],
)
def test_no_number_is_shown_while_the_service_gives_none(
    trouble: tuple[int, str, dict[str, Any]], stub: StubService
) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    app = opened()
    stub.trouble = trouble
    widget(app, "months").set_value("5").run()
    assert "75%" not in html_of(app)
    assert len(app.warning) == 1
    assert widget(app, "months").value == "5"
    stub.trouble = None
    app.run()
    assert "75%" in html_of(app)
    assert not app.warning
    assert widget(app, "months").value == "5"


def test_a_failure_shows_the_request_id(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    stub.trouble = problem(500, "model_failed")
    assert "abc-123" in opened().warning[0].value


def test_when_the_service_stops_the_fields_stay_under_one_banner(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    app = opened()
    stub.stop()
    widget(app, "months").set_value("5").run()
    assert len(app.warning) == 1
    assert widget(app, "months").value == "5"
    assert "75%" not in html_of(app)


@pytest.mark.parametrize("path", ["", "what-if", "to-change", "compare", "how-good", "clients"])
def test_a_page_whose_list_of_models_does_not_come_in_time_asks_nothing_more_in_that_run(
    path: str, stub: StubService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every further question to a service that hangs would wait as long again."""
    stub.cards = [hand_made([{"name": "months", "type": "integer"}], entity={"key": "client_id"})]
    app = opened("files", lang="en")
    asked = hang(monkeypatch)
    st.cache_data.clear()
    app = go_to(app, path)
    assert asked == ["models"]
    assert "slow to answer" in app.warning[0].value


def hang(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let every question wait in vain; return the list to which each adds its name."""
    asked: list[str] = []

    class HangingClient:
        def __getattr__(self, method: str) -> Any:
            def wait(*_arguments: Any, **_options: Any) -> Any:
                asked.append(method)
                raise TooSlow("Too slow.")

            return wait

    for name in ("client", "card_client", "health_client"):
        monkeypatch.setattr(shared_resources, name, HangingClient)
    return asked


@pytest.mark.parametrize("path", ["", "what-if", "compare", "how-good"])
def test_after_a_question_in_vain_no_step_of_the_visitor_waits_until_the_service_is_back(
    path: str, stub: StubService, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.cards = [hand_made([{"name": "months", "type": "integer"}])]
    app = opened(lang="en")
    with monkeypatch.context() as outage:
        asked = hang(outage)
        widget(app, "months").set_value("5").run()
        assert asked == ["explain"]
        st.cache_data.clear()
        app = go_to(app, path)
        widget(app, "months").set_value("7").run() if not path else app.run()
        assert asked == ["explain"], "neither the list nor a question"
        assert len(app.warning) == 1
    del app.session_state["unreachable_service"]  # what the check of the banner does; AppTest runs no fragment by itself
    app = go_to(app.run(), "")
    assert not app.warning
    assert "75%" in html_of(app)


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("path", ["what-if", "to-change", "how-good", "clients"])
def test_a_page_that_gets_no_answer_in_an_outage_says_so_and_what_comes_next(
    path: str, language: str, stub: StubService
) -> None:
    stub.cards = [hand_made([{"name": "months", "type": "integer"}], entity={"key": "client_id"})]
    app = opened(lang=language)
    stub.stop()
    if path == "clients":
        app.query_params["view"] = "=17"
    app = go_to(app, path)
    assert len(app.warning) == 1
    words = {"en": "as soon as the service answers", "pl": "gdy usługa odpowie"}[language]
    assert words in "".join(caption.value for caption in app.caption)


def test_a_page_opened_while_the_service_is_away_is_friendly(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        point_at(f"http://127.0.0.1:{closed.getsockname()[1]}", monkeypatch)
        app = opened(lang="pl")
    assert app.header[0].value == "Chwileczkę"
    assert len(app.warning) == 1


def test_a_refused_value_is_marked_beside_its_field(stub: StubService) -> None:
    stub.cards = [hand_made(EVERY_TYPE)]
    errors = [{"pointer": "/rows/0/months", "code": "out_of_range", "message": "no"}]
    stub.trouble = problem(422, "invalid_input", errors)
    assert len(opened().error) == 1


def test_an_unusual_value_is_named_beside_its_field(stub: StubService) -> None:
    stub.cards = [hand_made([EVERY_TYPE[3] | {"seen": [0, 4]}])]
    stub.warnings = [{"field": "months", "code": "outside_training_range"}]
    assert "between 0 and 4" in html_of(opened(lang="en"))


def test_a_new_version_keeps_typed_values_and_names_its_new_fields(stub: StubService) -> None:
    months, sure = EVERY_TYPE[3], EVERY_TYPE[5]
    stub.cards = [hand_made([months])]
    app = opened(lang="en")
    widget(app, "months").set_value("5").run()
    stub.cards = [hand_made([months, sure], version="v2")]
    st.cache_data.clear()
    app.run()
    assert widget(app, "months").value == "5"
    assert any("review these fields: Sure." in notice.value for notice in app.info)


@pytest.mark.parametrize("change", [{"maximum": 4}, {"type": "category", "categories": [{"value": "few"}]}])
def test_a_new_version_that_forbids_a_typed_value_still_opens(change: dict[str, Any], stub: StubService) -> None:
    months = EVERY_TYPE[3]
    stub.cards = [hand_made([months])]
    app = opened(lang="en")
    widget(app, "months").set_value("8").run()
    stub.cards = [hand_made([months | {"default": None} | change], version="v2")]
    st.cache_data.clear()
    quiet(app.run())
    assert any("review these fields: Months." in notice.value for notice in app.info)
    kept = 8 if "maximum" in change else "few"
    assert stub.request_bodies[-1]["rows"][0]["months"] == kept, "what was typed, if the field can show it"


# Other people's words


def test_hostile_texts_are_shown_as_plain_text(stub: StubService) -> None:
    field = EVERY_TYPE[3] | {"label": HOSTILE, "help": HOSTILE, "group": HOSTILE, "unit": HOSTILE}
    band = {"value": "x", "label": HOSTILE, "low": 0, "high": 1, "tone": "bad"}
    output = hand_made([])["output"] | {"sentence": HOSTILE, "bands": [band]}
    more = {"question": HOSTILE, "title": HOSTILE, "row_name": HOSTILE, "real_rows": [{"months": 1}]}
    stub.cards = [hand_made([field], output=output, examples=[{"name": "e", "label": HOSTILE, "row": {}}], **more)]
    app = opened(nonsense=HOSTILE)
    assert "<script>alert" not in html_of(app)
    shown = [app.title[0].value, widget(app, "months").label, widget(app, "months").help, *app.button[0].label.splitlines()]
    for text in shown:
        assert r"\:red" in text
        assert r"\*\*bold" in text
        assert r"\$y" in text


@pytest.mark.parametrize("path", ["", "compare", "to-change"])
def test_an_answer_that_names_a_field_that_the_card_does_not_have_is_not_trusted(path: str, stub: StubService) -> None:
    def rename(answer: Any) -> Any:
        for part in answer.get("explanations", []) if isinstance(answer, dict) else []:
            part["contributions"][0]["field"] = "of tomorrow"
        for part in answer.get("recommendations", []) if isinstance(answer, dict) else []:
            part["changes"][0]["field"] = "of tomorrow"
        return answer

    stub.cards = [hand_made(EVERY_TYPE)]
    stub.change = rename
    app = opened(path, lang="en")
    assert not app.exception
    assert "invalid answer" in app.warning[0].value
