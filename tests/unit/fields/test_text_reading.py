"""Promises of what a model reads of a text: words, marks and emoticons, no addresses, and nothing of nothing."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from service.errors import InvalidInput
from service.fields.text import TextType, preparation, tokens, tokens_without_addresses
from service.rows.checks import Checks
from service.schemas import Input, Regression, Row
from tests.support.formula_models import model_of

READING = "words_without_addresses"
prepared = preparation(READING)


def text_type(*, nullable: bool = False, reading: str = READING) -> TextType:
    return TextType(Input(name="comment", type="text", max_length=50, nullable=nullable), reading)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("@anonymous thank you!", "thank you !"),
        ("Thanks @Anna_B, @bob.smith and (@eve)", "thanks , and ( )"),
        ("thanks.@anonymous great", "thanks . great"),
        ("mail me: jan.kowalski+shop@example.co.uk!", "mail me : !"),
        ("see http://url_removed now", "see now"),
        ("see HTTPS://Example.com/a?b=@c :)", "see :)"),
        ("www.example.com is down", "is down"),
        ("look [link] {URL} <user> [this]", "look [ this ]"),
        ("meet @ 5", "meet @ 5"),
        ("50% off?!", "50 % off ?!"),
        ("I <3 it", "i <3 it"),
        ("Zażółć @gęślą JAŹŃ", "zażółć jaźń"),
    ],
)
def test_addresses_of_people_and_pages_are_not_read(text: str, read: str) -> None:
    assert prepared(text) == read


PIECES = some.sampled_from(
    ["@anonymous", "a", "@", "http://x", "www.", "me@x.com", "[link]", "<", " ", "\n", ".", "é", ":)", "@a@b"]
)
TEXTS = some.lists(PIECES, max_size=8).map("".join) | some.text(max_size=50)


@given(TEXTS)
@example("x@")
@example("@a@b")
@example("http://@a")
@example("\x1c")
def test_a_text_is_refused_exactly_if_nothing_of_it_is_left_to_read(text: str) -> None:
    text = text[:50]
    faults = list(text_type().faults([text]))
    codes = {fault.code for fault in faults} - {"invalid_text"}
    expected = set() if prepared(text) else {"no_words"} if text.strip() else {"missing_field"}
    assert codes == expected
    assert text_type().fits([text]) == (not expected)


@given(some.text(max_size=50))
def test_a_model_of_whole_texts_refuses_only_blank_ones(text: str) -> None:
    kind = text_type(reading="as_is")
    assert kind.fits([text]) == bool(text.strip())
    assert kind.prepare(text) == text


@given(TEXTS)
def test_a_nullable_text_may_be_anything(text: str) -> None:
    assert text_type(nullable=True).fits([text[:50]])


@given(some.text(some.characters(codec="ascii"), max_size=50))
def test_ascii_letters_give_the_same_tokens_in_any_text(text: str) -> None:
    assert tokens(text) == tokens(f"{text} é")[:-1]


@pytest.mark.parametrize(
    "hostile", ["a" * 2000, "a." * 1000, "@" * 2000, "a@" * 1000, "www." * 500, "[" * 2000, "http://" * 285]
)
def test_no_text_is_slow_to_read(hostile: str) -> None:
    """Each step of a backtracking pattern would be counted 2,000 times; the tokens are those of a text cut anywhere."""
    assert len(tokens_without_addresses(hostile)) <= len(hostile)


def test_a_missing_text_has_one_fault() -> None:
    model = model_of(
        "texts", (Input(name="size", type="number"), Input(name="note", type="text")), Regression(), lambda m: m[:, 0]
    )
    checks = Checks(model.card)
    rows: list[Row] = [{"size": 1, "note": None}, {"size": 1}, {"size": 1, "note": " \n"}, {"size": 1, "note": 5}]
    with pytest.raises(InvalidInput) as refused:
        checks.columns(rows)
    assert [(fault.row, fault.field, fault.code) for fault in refused.value.faults] == [
        (0, "note", "missing_field"),
        (1, "note", "missing_field"),
        (2, "note", "missing_field"),
        (3, "note", "wrong_type"),
    ]


def test_the_schema_of_a_text_takes_no_space_that_the_service_takes_for_nothing() -> None:
    """Written out, since `\\s` of JSON schema (ECMA-262) has fewer letters than that of Python."""
    pattern = TextType(Input(name="note", type="text")).json_schema()["pattern"]
    ecma_spaces = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    something = re.compile(pattern.replace("\\s", ecma_spaces), re.ASCII)
    spaces = [chr(code) for code in range(0x3001) if not chr(code).strip()]
    assert len(spaces) > 20
    assert [space for space in spaces if something.search(space)] == []
    assert something.search("é")
