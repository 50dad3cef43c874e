"""Promises of the demo's settings, and of labels: they are shown as they are, whatever marks they hold."""

import re
from pathlib import Path

import pytest

from demo.settings import read_settings
from demo.widgets.forms import escape_label, escape_markdown
from wire.settings_reader import WrongSettings


@pytest.mark.parametrize(
    "text", ["**bold**", "[x](http://evil)", ":red[x]", "$x$", "`x`", "<b>", ":material/bug:", "~~x~~", "# x"]
)
def test_markdown_in_a_label_is_escaped(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escape_markdown(text)) == text
    assert not re.search(r"(?<!\\)[*\[\]:$`<~#]", escape_markdown(text))


@pytest.mark.parametrize(
    "environment", [{"DEMO_PROT": "1"}, {"DEMO_PORT": "x"}, {"DEMO_SERVICE_URL": "file:///etc"}, {"DEMO_HOST": "0.0.0.0"}]
)
def test_a_wrong_setting_is_refused_with_its_name(environment: dict[str, str]) -> None:
    with pytest.raises(WrongSettings, match=next(iter(environment))):
        read_settings(environment)


def test_feeds_are_set_for_each_model() -> None:
    settings = read_settings({"DEMO_FEEDS": "one=/a/b=c.jsonl, two=x.jsonl"})
    assert settings.feeds_by_model() == {"one": Path("/a/b=c.jsonl"), "two": Path("x.jsonl")}
    for wrong in ("x.jsonl", "=x", "one="):
        with pytest.raises(WrongSettings, match="DEMO_FEEDS"):
            read_settings({"DEMO_FEEDS": wrong})


@pytest.mark.parametrize(
    "label",
    ["Credit limit, NT$ ● was 50,000", "Share of bills paid (%)", "Rata: kwota", "price per m²", "a-b", "was −3", "What?"],
)
def test_a_label_without_markdown_reaches_screen_readers_unchanged(label: str) -> None:
    assert escape_label(label) == label


@pytest.mark.parametrize(
    "label",
    [
        "NT$ and US$",
        "*a*",
        "a_b_",
        ":red[x]",
        ":smile: a",
        "[a](b)",
        "<b>",
        "a -- b",
        "a -> b",
        "- a",
        "1. a",
        "# a",
        "https://a.b",
        "www.a.b",
        "a@b.c",
        "a\\b",
        "~a~",
        "a\n\nb",
    ],
)
def test_a_label_that_markdown_would_change_is_escaped(label: str) -> None:
    assert escape_label(label) == escape_markdown(label)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:8000/docs"),
        ({"DEMO_SERVICE_URL": "http://localhost:9000/api/"}, "http://localhost:9000/api/docs"),
        ({"DEMO_SERVICE_URL": "http://service:8000"}, ""),
        ({"DEMO_API_KEY": "a-secret"}, ""),
        ({"DEMO_HOST": "0.0.0.0", "DEMO_ALLOWED_HOSTS": "host"}, ""),
        ({"DEMO_API_KEY": "a-secret", "DEMO_DOCS_URL": "https://host/api/docs"}, "https://host/api/docs"),
    ],
)
def test_the_page_leads_to_the_docs_only_where_a_browser_can_open_them(environment: dict[str, str], url: str) -> None:
    assert read_settings(environment).docs_of_service() == url


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/docs", "//host"])
def test_an_address_of_the_docs_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(WrongSettings, match="DEMO_DOCS_URL"):
        read_settings({"DEMO_DOCS_URL": url})


def test_a_base_path_is_read_without_its_last_slash() -> None:
    assert read_settings({"DEMO_BASE_PATH": "/team/models/"}).base_path == "/team/models"
    with pytest.raises(WrongSettings, match="DEMO_BASE_PATH"):
        read_settings({"DEMO_BASE_PATH": "models"})


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"DEMO_API_KEY": "a-secret"}, "http://127.0.0.1:8000"),
        ({"DEMO_HOST": "0.0.0.0", "DEMO_ALLOWED_HOSTS": "a.b"}, ""),
        ({"DEMO_SERVICE_URL": "http://service:8000/"}, ""),
        ({"DEMO_DOCS_URL": "https://a.b/api/docs/"}, "https://a.b/api"),
        ({"DEMO_DOCS_URL": "https://a.b/handbook"}, ""),
    ],
)
def test_programs_of_readers_get_the_address_that_they_reach(environment: dict[str, str], address: str) -> None:
    assert read_settings(environment).service_address() == address
