"""Promises of demo.toml on the pages: what it chooses is shown, and nothing else."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from demo.configuration.accent import make_accent
from tests.support.demo_pages import forget, html_of, opened, quiet

pytestmark = pytest.mark.usefixtures("request_log")


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A function that lets the demo read this demo.toml."""

    def write(text: str) -> None:
        (tmp_path / "demo.toml").write_text(text, encoding="utf-8")
        monkeypatch.setenv("DEMO_CONFIG", str(tmp_path / "demo.toml"))
        st.cache_resource.clear()

    yield write
    forget()


def tiles(app: Any) -> list[str]:
    return [each.key.removeprefix("open/") for each in app.button if each.key and each.key.startswith("open/")]


def test_the_first_page_has_the_title_the_sentence_and_the_models_in_their_order(configure: Callable[[str], None]) -> None:
    configure("""
        title = "Acme *models*"
        sentence = { en = "What our models say." }
        models = ["diamond-price", "not-there-yet", "credit-default"]
    """)
    app = quiet(opened(lang="en"))
    assert app.title[0].value == r"Acme \*models\*"
    assert app.markdown[0].value == "What our models say."
    assert tiles(app) == ["diamond-price", "credit-default"]
    assert "powody" in quiet(opened(lang="pl")).markdown[0].value, "the product's own sentence"


def test_a_link_to_a_model_that_is_not_chosen_opens_another_with_a_notice(configure: Callable[[str], None]) -> None:
    configure('models = ["diamond-price", "credit-default"]')
    app = opened(model="comment-sentiment", lang="en")
    assert "model=comment-sentiment" in app.info[0].value
    assert app.title[0].value == "What is this diamond worth?"
    assert list(app.selectbox(key="model").options) == ["Diamond price", "Credit default"]


def test_with_one_model_there_is_no_page_of_models(configure: Callable[[str], None]) -> None:
    configure('models = ["diamond-price"]')
    app = quiet(opened(lang="en"))
    assert app.title[0].value == "What is this diamond worth?"
    assert not [each for each in app.selectbox if each.key == "model"]


def test_one_language_leaves_nothing_to_choose(configure: Callable[[str], None]) -> None:
    configure('languages = ["pl"]')
    app = quiet(opened(model="diamond-price", lang="en"))
    assert app.title[0].value == "Ile jest wart ten diament?"
    assert not [each for each in app.get("button_group") if "Język" in str(each.proto)]


def test_the_first_language_is_for_readers_of_other_languages(configure: Callable[[str], None]) -> None:
    configure('languages = ["pl", "en"]')
    assert quiet(opened(model="diamond-price", lang="de")).title[0].value == "Ile jest wart ten diament?"
    assert quiet(opened(model="diamond-price", lang="en")).title[0].value == "What is this diamond worth?"


def test_a_page_that_is_not_chosen_is_not_in_the_menu_and_says_so(
    configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    menus: list[set[str]] = []
    navigation = st.navigation

    def record(groups: dict[str, list[Any]], **options: Any) -> Any:
        menus.append({page.url_path for pages in groups.values() for page in pages if page.visibility == "visible"})
        return navigation(groups, **options)

    monkeypatch.setattr(st, "navigation", record)
    configure('pages = ["try", "compare", "about"]')
    assert quiet(opened(lang="en")).title[0].value != "Witryna", "without the page of models the first page is Try"
    assert menus[-1] == {"", "compare", "about"}
    app = quiet(opened("how-good", model="credit-default", lang="pl"))
    assert app.title[0].value == "Tej strony tu nie ma"
    assert "figure" not in html_of(app)


@pytest.mark.parametrize(
    ("page", "title"), [("about", "Credit default"), ("models", "Witryna"), ("try", "Will this client")]
)
def test_the_page_that_opens_is_chosen_and_a_link_opens_what_it_names(
    configure: Callable[[str], None], page: str, title: str
) -> None:
    configure(f'opens = "{page}"\nmodels = ["credit-default", "credit-scorecard"]')
    assert quiet(opened(lang="en")).title[0].value.startswith(title)
    assert quiet(opened(model="credit-default", lang="en")).title[0].value.startswith("Will this client")
    assert quiet(opened("compare", lang="en")).title[0].value == "Side by side"


def test_a_picture_to_take_home_has_the_name_and_the_colour(configure: Callable[[str], None]) -> None:
    configure('title = "Acme models"\naccent = "#0a7d55"')
    (source,) = re.findall(r'data-picture="data:image/svg\+xml;base64,([^"]*)"', html_of(opened(model="diamond-price")))
    picture = base64.b64decode(source).decode()
    assert "Acme models" in picture
    assert make_accent("#0a7d55").light in picture
