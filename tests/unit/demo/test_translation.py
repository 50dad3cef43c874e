"""Promises of the translation: every text has a Polish one, numbers and times have the form of the language."""

import ast
import string
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from demo.text.translation import CATALOGUE, Translation
from tests.support.feed_records import NOON
from tests.support.repository import ROOT

DEMO = ROOT / "demo"
ENGLISH, POLISH = Translation("en"), Translation("pl")
NO_BREAK = "\N{NO-BREAK SPACE}"


def source_texts() -> set[str | tuple[str, ...]]:
    """Read with ast: Babel's own extractor misses a call inside a call and one inside an f-string."""
    calls = [
        node
        for path in DEMO.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"text", "count"}
    ]
    result: set[str | tuple[str, ...]] = set()
    for call in calls:
        texts = [ast.literal_eval(given) for given in call.args[: 1 if cast(ast.Attribute, call.func).attr == "text" else 2]]
        result.add(texts[0] if len(texts) == 1 else tuple(texts))
    return result


def test_every_source_text_is_translated_and_no_translation_is_stale() -> None:
    with CATALOGUE.open("rb") as file:
        translated = {message.id for message in read_po(file, locale="pl") if message.id}
    assert translated == source_texts()


def test_every_translation_is_whole_and_fills_the_same_gaps() -> None:
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="pl") if message.id]
    for message in messages:
        sources, polish = forms_of(message.id), forms_of(message.string)
        assert len(polish) == (3 if len(sources) > 1 else 1), message.id
        assert not message.fuzzy
        for text in polish:
            assert text, message.id
            assert gaps(text) == gaps(sources[0]), message.id


def forms_of(text: Any) -> tuple[str, ...]:
    """Return the singular and the plurals, or the one text."""
    return tuple(text) if isinstance(text, list | tuple) else (text,)


def gaps(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_numbers_have_the_form_of_the_language() -> None:
    assert (ENGLISH.number(1500), POLISH.number(1500)) == ("1,500", f"1{NO_BREAK}500")
    assert (ENGLISH.short_number(0.715), POLISH.short_number(0.715)) == ("0.715", "0,715")
    assert (ENGLISH.percent(0.56), POLISH.percent(0.56)) == ("56%", "56%")
    assert POLISH.percent(0.562, 1) == "56,2%"


# Sentences


@pytest.mark.parametrize(
    ("text", "english", "polish"),
    [
        ("2005-09-30", "September 30, 2005", "30 września 2005"),
        ("2005-09", "September 2005", "września 2005"),
        ("2005-13", "2005-13", "2005-13"),
        ("no date", "no date", "no date"),
    ],
)
def test_a_day_and_a_month_are_written_as_people_write_them(text: str, english: str, polish: str) -> None:
    assert (ENGLISH.date(text), POLISH.date(text)) == (english, polish)


def test_moments_are_written_in_the_readers_language_and_zone() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    assert [Translation(each).timestamp(NOON, 0, warsaw) for each in ("en", "pl")] == ["13:00", "13:00"]
    assert [Translation(each).timestamp(NOON, 3, warsaw) for each in ("en", "pl")] == ["Nov 24", "24 lis"]
    assert [Translation(each).timestamp(NOON, 999, warsaw) for each in ("en", "pl")] == ["Nov 2026", "lis 2026"]
