"""Promises about the choice of a language."""

import pytest

from wire.languages import LANGUAGES, language_of, preferred_language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("pl", "pl"),
        ("pl-PL", "pl"),
        ("PL_pl", "pl"),
        ("en-GB", "en"),
        ("de-DE", None),
        ("plx", None),
        ("", None),
        ("-pl", None),
    ],
)
def test_a_tag_of_a_browser_is_one_of_our_languages_or_none(tag: str, language: str | None) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("en-GB,pl;q=0.2", "en"),
        ("de,pl;q=0.5,en;q=0.4", "pl"),
        ("en; q=0.1, pl; q=0.2", "pl"),
        ("pl;q=x, en;q=0.1", "en"),
        ("pl;q=0", "en"),
        ("pl;q=1.5, en;q=0.1", "en"),
        ("pl;q=nan, en;q=0.1", "en"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        (",;,;q=,=", "en"),
        ("x" * 100_000 + ",pl", "en"),
    ],
)
def test_the_language_is_the_one_that_accept_language_prefers_or_english(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_each_language_has_its_own_name() -> None:
    assert LANGUAGES == {"en": "English", "pl": "Polski"}
