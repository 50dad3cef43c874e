"""Promises of the first page: it says what the product is and leads to each model; the menu has what a model can show."""

from typing import Any

import pytest
import streamlit as st
from starlette.testclient import TestClient

from tests.support.demo_models import EVERY_MODEL
from tests.support.demo_pages import html_of, opened, quiet
from tests.support.stub_service import StubService, hand_made

READY = ["ad-response", "comment-sentiment", "credit-default", "credit-scorecard", "diamond-price", "garment"]


@pytest.mark.usefixtures("request_log")
@pytest.mark.parametrize(
    ("language", "sentence", "button"),
    [("en", "Try machine-learning models", "Open"), ("pl", "Wypróbuj modele uczenia maszynowego", "Otwórz")],
)
def test_a_visit_without_a_model_begins_with_the_name_a_sentence_and_a_tile_for_each_model(
    language: str, sentence: str, button: str
) -> None:
    app = quiet(opened(lang=language))
    assert [title.value for title in app.title] == ["Witryna"]
    assert sentence in app.markdown[0].value.replace("\\", "")
    assert (
        sorted(each.key.removeprefix("open/") for each in app.button if each.key and each.label.startswith(button)) == READY
    )
    assert len(app.header) == len(READY)


@pytest.mark.usefixtures("request_log")
def test_a_tile_says_what_the_model_answers_and_how_good_it_is(service: TestClient) -> None:
    app = quiet(opened(lang="en"))
    said = [each.value.replace("\\", "") for each in (*app.markdown, *app.caption)]
    for name, words in (("credit-default", "{} of the answers are correct"), ("diamond-price", "Typical error: {} of the")):
        card = service.get(f"/v1/models/{name}").json()
        share = next(each["value"] for each in card["metrics"] if each["name"] in {"accuracy", "relative_error"})
        assert card["question"] in said
        assert any(text.startswith(words.format(f"{share:.1%}")) for text in said), said


def test_a_model_without_figures_has_a_tile_without_one_and_a_broken_model_one_that_opens_nothing(stub: StubService) -> None:
    stub.cards = [
        {**hand_made([{"name": "months", "type": "integer", "label": "Months", "minimum": 0, "maximum": 9}]), "name": name}
        for name in ("one", "two", "three")
    ]
    stub.cards[1]["metrics"] = [{"name": "f1", "label": "F1 *score*", "value": 0.5, "rows": 10}]
    stub.change = lambda answer: broken(answer, "three")
    app = quiet(opened("models", lang="en"))
    assert len(app.header) == 3
    assert [each.key for each in app.button if each.key and each.key.startswith("open/")] == ["open/one", "open/two"]
    captions = [each.value for each in app.caption]
    assert r"F1 \*score\*\: 0.500" in captions
    assert captions.count("Not available now") == 1


def broken(answer: Any, name: str) -> Any:
    """Return the list of models with a model that cannot be served; any other answer as it is."""
    if not (isinstance(answer, dict) and "items" in answer):
        return answer
    state: dict[str, Any] = {"state": "broken", "version": None, "versions": [], "reason": "its file is damaged"}
    return answer | {"items": [model | state if model["name"] == name else model for model in answer["items"]]}


@pytest.mark.usefixtures("request_log")
def test_a_tile_opens_its_model_on_try() -> None:
    app = quiet(opened(lang="en"))
    app.button(key="open/diamond-price").click()
    quiet(app.run())
    assert app.query_params["model"] == "diamond-price"
    assert [title.value for title in app.title] == ["What is this diamond worth?"]
    assert 'class="number"' in html_of(app)


@pytest.mark.usefixtures("request_log")
@pytest.mark.parametrize("model", READY)
def test_a_link_that_names_a_model_opens_its_case_and_not_the_overview(model: str) -> None:
    assert [title.value for title in quiet(opened(model=model, lang="en")).title] != ["Witryna"]


def test_with_one_model_a_visit_begins_with_it(stub: StubService) -> None:
    stub.cards = [hand_made([{"name": "months", "type": "integer", "label": "Months", "minimum": 0, "maximum": 9}])]
    assert [title.value for title in opened().title] != ["Witryna"]


@pytest.mark.usefixtures("request_log")
def test_the_overview_explains_the_words_of_the_figures_and_leads_to_the_docs_of_the_service() -> None:
    app = quiet(opened("models", lang="en"))
    words = "".join(each.value for expander in app.expander for each in expander.markdown)
    assert all(f"**{word}:**" in words for word in ("AUC", "Percentage point", "Calibration", "Interval", "Threshold"))
    (link,) = app.get("link_button")
    assert link.proto.url == "http://127.0.0.1:8000/docs"


@pytest.mark.parametrize(
    ("request_log", "model"), [(name, name) for name in EVERY_MODEL], indirect=["request_log"], ids=EVERY_MODEL
)
def test_the_menu_has_exactly_the_pages_that_do_not_say_that_they_cannot_show_the_model(
    request_log: list[str], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    menus: list[set[str]] = []
    navigation = st.navigation

    def record(groups: dict[str, list[Any]], **options: Any) -> Any:
        menus.append({page.url_path for pages in groups.values() for page in pages if page.visibility == "visible"})
        return navigation(groups, **options)

    monkeypatch.setattr(st, "navigation", record)
    cannot = {"what-if": "no value to vary", "to-change": "nothing to change step by step", "clients": "no client look-up"}
    cannot["how-good"] = "has not been evaluated yet"
    quiet(opened(model=model, lang="en"))
    shown = menus[-1]
    for path, sentence in cannot.items():
        infos = " ".join(info.value for info in quiet(opened(path, model=model, lang="en")).info)
        assert (path in shown) == (sentence not in infos), path
    assert {"models", "", "compare", "files", "feed", "about"} <= shown
    assert request_log


@pytest.mark.usefixtures("request_log")
def test_how_good_explains_the_words_of_its_figures() -> None:
    app = quiet(opened("how-good", model="credit-default", lang="pl"))
    assert any("**Punkt procentowy:**" in each.value for expander in app.expander for each in expander.markdown)
