"""Promises of links when the model has changed: they open their own values and say so, on every page of the case."""

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from demo.session import service_queries
from tests.support.demo_pages import PAGES, opened, quiet, widget
from tests.support.stub_service import StubService, hand_made

MONTHS = {"name": "months", "type": "integer", "minimum": 0, "maximum": 8, "default": 2}
CHANGED = {"en": "The model has changed since this case was opened", "pl": "Model zmienił się od otwarcia tego przypadku"}


def renew(stub: StubService) -> None:
    """Let the service serve another version, whose first real row is another one."""
    stub.cards = [hand_made([MONTHS], version="ffffffff99", real_rows=[{"months": 7}, {"months": 8}])]
    st.cache_data.clear()


def notices(app: object) -> list[str]:
    return [info.value for info in app.info]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["", "what-if", "to-change", "compare"])
@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_link_opens_its_values_and_says_that_the_model_has_changed(path: str, language: str, stub: StubService) -> None:
    stub.cards = [hand_made([MONTHS], version="0123456789", real_rows=[{"months": 3}])]
    link = quiet(opened(lang=language)).query_params
    assert (link["start"], link["months"]) == ("real-1@01234567", "3")
    renew(stub)
    app = quiet(opened(path, **link))
    assert any(CHANGED[language] in text and "01234567" in text and "ffffffff" in text for text in notices(app))
    body = stub.request_bodies[-1]
    assert (body.get("row") or body["rows"][0]) == {"months": 3}


def test_a_visit_in_which_the_model_changes_says_so_until_another_case_starts(stub: StubService) -> None:
    stub.cards = [hand_made([MONTHS], version="0123456789", real_rows=[{"months": 3}])]
    app = quiet(opened(lang="en"))
    assert notices(app) == []
    renew(stub)
    quiet(app.run())
    assert CHANGED["en"] in notices(app)[0]
    widget(app, "months").set_value("5")
    quiet(app.run())
    assert app.query_params["start"] == "real-1@01234567"
    assert CHANGED["en"] in notices(app)[0]
    next(button for button in app.button if "Another real" in button.label).click()
    quiet(app.run())
    assert notices(app) == []
    assert app.query_params["start"] == "real-2@ffffffff"


def test_a_link_of_the_same_version_says_nothing(stub: StubService) -> None:
    stub.cards = [hand_made([MONTHS], version="0123456789", real_rows=[{"months": 3}])]
    assert notices(quiet(opened(lang="en", start="real-1@01234567", months="3"))) == []
    assert notices(quiet(opened(lang="en", start="real-1", months="4"))) == []


def list_other_version(stub: StubService, **state: str) -> None:
    """Let the list name another version, as seconds after a switch, when the page still has the card of the one before."""

    def change(answer: dict[str, Any]) -> dict[str, Any]:
        items = [each | {"version": "ffffffff99"} | state for each in answer.get("items", [])]
        return answer | {"items": items} if items else answer

    stub.change = change
    st.cache_data.clear()


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_which_other_version_is_served_now_and_shows_it_on_a_click(path: str, stub: StubService) -> None:
    stub.cards = [hand_made([MONTHS], version="0123456789")]
    app = quiet(opened(path, lang="en"))
    assert not [button for button in app.button if "served now" in button.label]
    list_other_version(stub)
    quiet(app.run())
    (button,) = (button for button in app.button if "served now" in button.label)
    assert button.label == "Version ffffffff is served now. Show it"
    stub.change = lambda answer: answer
    stub.cards = [hand_made([MONTHS], version="ffffffff99")]
    quiet(button.click().run())
    assert not [button for button in app.button if "served now" in button.label]
    assert service_queries.get_card("fifth")["version"] == "ffffffff99"


def test_the_notice_is_in_the_language_of_the_page_and_names_the_day_of_the_build(stub: StubService) -> None:
    stub.cards = [hand_made([MONTHS], version="0123456789")]
    app = quiet(opened(lang="pl"))
    list_other_version(stub, built="2026-11-30")
    quiet(app.run())
    assert "Teraz odpowiada wersja ffffffff z dnia 30 listopada 2026. Pokaż ją" in [button.label for button in app.button]


def test_an_idle_page_looks_for_other_versions_again_after_an_outage(stub: StubService) -> None:
    """An error that it left in the list of the page would stop all later questions."""

    def idle_page() -> None:
        import streamlit as st

        from demo.session import query_errors
        from demo.widgets import link_notices

        if "errors" not in st.session_state:
            query_errors.clear_errors()
        link_notices._follow_service(["fifth"], "fifth", "0123456789")

    stub.cards = [hand_made([MONTHS], version="0123456789")]
    app = AppTest.from_function(idle_page)
    quiet(app.run())
    answer = stub.change
    stub.change = lambda _: "nothing that a client reads"
    st.cache_data.clear()
    quiet(app.run())
    assert app.session_state["errors"] == []
    stub.change = answer
    stub.cards = [hand_made([MONTHS], version="ffffffff99")]
    st.cache_data.clear()
    quiet(app.run())
    assert [button.label for button in app.button] == ["Version ffffffff is served now. Show it"]
