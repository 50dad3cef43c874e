"""Promises about what is typed just before a click elsewhere: Streamlit sends the entry and the click in one run."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from tests.support.demo_pages import PAGES, go_to, html_of, opened, quiet, sent_entries, serve_by, widget
from tests.support.in_process_client import client_of

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def answering(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)


def typed(text: str, *, name: str = "last_payment", path: str = "", **parameters: str) -> AppTest:
    """Return a page in which a text was typed, and nothing was sent yet."""
    app = quiet(opened(path, **({"model": "credit-default", "lang": "en", "start": "regular"} | parameters)))
    widget(app, name).set_value(text)
    return app


def press(app: AppTest, label: str) -> Any:
    (button,) = [button for button in app.button if button.label == label]
    return button.click()


def choose_polish(app: AppTest) -> AppTest:
    app.segmented_control(key="language").set_value("pl")
    return quiet(app.run())


@pytest.mark.parametrize(
    ("parameters", "name", "text", "shown"),
    [
        ({}, "last_payment", "6000", f"6{NO_BREAK}000"),
        ({"model": "diamond-price", "start": "small"}, "carat", "1.25", "1,25"),
        ({"model": "comment-sentiment", "start": "happy"}, "comment", "Late again", "Late again"),
        ({"path": "what-if", "view": "last_payment"}, "last_payment", "6000", f"6{NO_BREAK}000"),
    ],
    ids=["number", "decimals", "text", "what if"],
)
def test_a_choice_of_the_language_keeps_what_was_typed(parameters: dict[str, str], name: str, text: str, shown: str) -> None:
    app = choose_polish(typed(text, name=name, **parameters))
    assert app.query_params["lang"] == "pl"
    assert widget(app, name).value == shown
    assert app.query_params[name] == text


def test_a_refused_entry_is_named_after_a_choice_of_the_language() -> None:
    app = choose_polish(typed("abc"))
    assert widget(app, "last_payment").value == f"8{NO_BREAK}000"
    assert "“abc”" in html_of(app)


@pytest.mark.parametrize("path", ["compare", "feed", "about", "what-if", "how-good"])
def test_the_menu_keeps_what_was_typed(path: str) -> None:
    app = go_to(typed("6000"), path)
    assert app.query_params["last_payment"] == "6000"
    go_to(app, "")
    assert widget(app, "last_payment").value == "6,000"


@pytest.mark.parametrize("path", PAGES)
def test_a_run_replaces_no_entry_that_it_leaves_as_it_is(path: str) -> None:
    """What the visitor types while the page is drawn would be lost."""
    app = quiet(opened(path, model="credit-default", lang="en"))
    assert sent_entries(quiet(app.run())) == set()


def test_a_new_entry_is_sent_back_because_a_message_on_its_way_may_have_replaced_it() -> None:
    app = typed("6,000")
    key = widget(app, "last_payment").key
    assert sent_entries(quiet(app.run())) == {key}
    assert sent_entries(quiet(app.run())) == set()


def test_another_model_keeps_what_was_typed_for_the_one_before() -> None:
    app = typed("6000")
    app.selectbox(key="model").set_value("diamond-price")
    quiet(app.run())
    app.selectbox(key="model").set_value("credit-default")
    quiet(app.run())
    assert widget(app, "last_payment").value == "6,000"


@pytest.mark.parametrize(
    ("gesture", "value"),
    [
        (lambda app: app.button(key="keep").click(), "6,000"),
        (lambda app: press(app, "Another real client"), None),
        (lambda app: app.pills(key="start/credit-default").set_value("at-the-limit"), None),
    ],
    ids=["keep", "another", "start"],
)
def test_a_new_case_is_free_of_what_was_typed_for_the_case_before(
    gesture: Callable[[AppTest], Any], value: str | None
) -> None:
    app = typed("6000")
    gesture(app)
    quiet(app.run())
    story = html_of(app).partition('class="story"')[2].partition("</p>")[0]
    assert ("Last payment" in story) == (value is not None)
    assert value is None or widget(app, "last_payment").value == value


def test_a_message_that_the_browser_sent_before_it_knew_of_the_change_keeps_the_entry() -> None:
    """It still says that the start is chosen, which the change has undone: that is no click on the start."""
    app = quiet(opened(model="credit-default", lang="en"))
    before = [state for state in app._tree.get_widget_states().widgets if "start/credit-default" in state.id]
    assert len(before) == 1
    widget(app, "last_payment").set_value("6000")
    quiet(app.run())
    message = app._tree.get_widget_states()
    message.widgets.extend(before)
    app._run(message)
    assert widget(app, "last_payment").value == "6,000"


def test_back_to_the_start_is_possible_after_the_first_change_and_undoes_it() -> None:
    app = typed("6000")
    assert app.button(key="back").disabled
    quiet(app.run())
    assert not app.button(key="back").disabled
    widget(app, "months_late_now").set_value("3")
    app.button(key="back").click()
    quiet(app.run())
    assert (widget(app, "last_payment").value, widget(app, "months_late_now").value) == ("8,000", "0")
    assert app.button(key="back").disabled


def test_a_typed_key_of_a_client_stays_while_another_page_is_open() -> None:
    app = quiet(opened("clients", model="credit-default", lang="en"))
    app.text_input[0].set_value("17")
    go_to(app, "about")
    go_to(app, "clients")
    assert app.text_input[0].value == "17"


@pytest.mark.parametrize(("language", "name"), [("en", "Pays regularly, changed"), ("pl", "Płaci regularnie, po zmianach")])
def test_a_changed_case_does_not_bear_the_name_of_its_start_alone(language: str, name: str) -> None:
    app = typed("8", name="months_late_now", lang=language)
    assert app.pills(key="start/credit-default").value == "regular"
    app.button(key="keep").click()
    quiet(app.run())
    assert name in "".join(caption.value for caption in app.caption)
    assert app.pills(key="start/credit-default/none").value is None
    app.button(key="back").click()
    quiet(app.run())
    assert app.pills(key="start/credit-default").value == "regular"
