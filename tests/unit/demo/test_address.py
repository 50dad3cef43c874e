"""Links that people have keep working: each is written out here as an earlier version of the demo wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from client import Card
from demo.address import goal_choice, packed_json
from demo.address.goal_choice import GoalChoice
from demo.address.pairs import decode_number, decode_pairs, encode_number, encode_pairs
from demo.address.parameters import field_parameter, is_reserved
from demo.evaluation import evaluation_query
from demo.evaluation.evaluation_query import EvaluationQuery
from demo.session import cases, entity_lookup, saved_cases
from demo.session.saved_cases import SavedCase
from tests.support.demo_cards import EVERY_TYPE, card_of

CARD: Card = card_of(EVERY_TYPE, examples=[{"name": "e", "row": {"amount": 7}}])
ROW = {
    "amount": 1.5,
    "share": 0.5,
    "free": None,
    "model": 4,
    "_start": None,
    "start": "null",
    "lang": None,
    "embed": False,
    "maybe": None,
    "remark": 'say "no"',
    "aside": None,
}
GIVEN_LINK = {
    "model": "fifth",
    "lang": "pl",
    "start": "given",
    "amount": "1.5",
    "share": "0.5",
    "free": "null",
    "_model": "4",
    "__start": "null",
    "_start": '"null"',
    "_lang": "null",
    "_embed": "false",
    "maybe": "null",
    "remark": 'say "no"',
    "aside": "null",
}
SAVED_LINK = (
    "eNo9js0KwjAQhF9F5hxEQS-5efUV2iJbsjHB_ECSQkvpu5tI621mZ2f4Vmiri4HsOjyCJYgV5OMUCuT1fBfIhhJDXprWiasMk3MCPip2kDeBVy6UynHfDZqD"
    "gKPwPiL2IytITS5zHaBl_K8l9pQ-tZZpOfUIsUctU7Zqf9mGQSAWw-mH-qTQSOcKWZPtC5jVP78"
)


def test_an_old_link_to_a_case_with_an_external_row_is_read_and_written_with_a_version() -> None:
    case = cases.decode_case(CARD, GIVEN_LINK)
    assert (case.start, case.start_row, case.row, case.rejected) == ("given", ROW, ROW, [])
    assert cases.encode_case(CARD, case, "pl") == GIVEN_LINK | {"start": "given@v1"}


def test_an_old_link_to_a_changed_example_is_read_and_written_with_a_version_and_every_value() -> None:
    link = {"model": "fifth", "lang": "en", "start": "e", "amount": "-2.5", "_embed": "true", "_lang": "a&b=c"}
    case = cases.decode_case(CARD, link)
    assert case.start_row["amount"] == 7
    assert {name: case.row[name] for name in case.changed()} == {"amount": -2.5, "embed": True, "lang": "a&b=c"}
    written = cases.encode_case(CARD, case, "en")
    assert written.items() >= (link | {"start": "e@v1"}).items()
    assert cases.decode_case(CARD, written) == case


def test_an_old_link_restores_the_saved_cases_of_all_models() -> None:
    saved = saved_cases.decode_saved_cases(SAVED_LINK)
    assert saved["other"] == [["Jan", {"x": 1}]]
    assert saved_cases.check_saved_cases(CARD, saved["fifth"]) == ([SavedCase("Ania", ROW)], False)
    assert saved_cases.decode_saved_cases(saved_cases.encode_saved_cases(saved)) == saved


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("goal=approve+%26+more&fixed=a&fixed=b%3Dc", GoalChoice(band="approve & more", fixed=("a", "b=c"))),
        ("label=two&least=0.2&most=0.5", GoalChoice(label="two", minimum=0.2, maximum=0.5)),
        ("label=two&most=0.25", GoalChoice(label="two", maximum=0.25)),
    ],
)
def test_an_old_link_to_a_goal_is_read_and_written_alike(text: str, expected: GoalChoice) -> None:
    labels = [{"value": "one"}, {"value": "two"}]
    bands = [{"value": "approve & more", "low": 0, "high": 1, "tone": "good"}]
    output = {"kind": "classification", "focus": "one", "labels": labels, "bands": bands}
    card = card_of([{"name": "a", "type": "number"}, {"name": "b=c", "type": "number"}], output)
    assert goal_choice.decode_goal(card, text) == expected
    assert goal_choice.encode_goal(expected) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mistakes?threshold=0.3&missed=20.0", EvaluationQuery("mistakes", refuse=0.3, missed=20.0)),
        ("groups?by=a+%26+b", EvaluationQuery("groups", by="a & b")),
        ("apart", EvaluationQuery("apart")),
    ],
)
def test_an_old_link_to_a_question_of_how_good_is_read_and_written_alike(text: str, expected: EvaluationQuery) -> None:
    assert evaluation_query.decode_query(CARD, text, ["apart", "mistakes", "groups"], ["a & b"]) == expected
    assert evaluation_query.encode_query(CARD, expected) == text


def test_an_old_link_to_a_client_is_read_and_written_alike() -> None:
    text = "=7+a&amount=2&start=%22null%22&free=null&share=0.5"
    key, changed = entity_lookup.decode_lookup(CARD, text)
    assert (key, changed) == ("7 a", {"amount": 2, "start": "null", "free": None, "share": 0.5})
    assert entity_lookup.encode_lookup(CARD, key, changed) == text


# The codec


@given(some.lists(some.tuples(some.text(max_size=9), some.text(max_size=9)), max_size=9))
def test_pairs_round_trip_in_their_order(pairs: list[tuple[str, str]]) -> None:
    clean = [(name.encode(errors="ignore").decode(), text.encode(errors="ignore").decode()) for name, text in pairs]
    assert decode_pairs(encode_pairs(clean)) == clean


def test_a_text_with_too_many_pairs_decodes_to_none() -> None:
    assert decode_pairs("a=1&" * 500) == []


@given(some.floats(allow_nan=False, allow_infinity=False))
def test_a_number_round_trips_exactly(value: float) -> None:
    assert decode_number(encode_number(value)) == value


@pytest.mark.parametrize("text", [None, "", "x", "nan", "inf", "-inf", "1e999", "-0.1", "1.1"])
def test_a_number_that_does_not_fit_is_none(text: str | None) -> None:
    assert decode_number(text, 0.0, 1.0) is None


TREES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(some.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text("ab", max_size=2), inner, max_size=3),
    max_leaves=9,
)


@given(TREES)
def test_packed_json_round_trips_in_url_safe_characters(tree: object) -> None:
    text = packed_json.encode_json(tree)
    assert packed_json.decode_json(text) == tree
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(some.text(max_size=12))
def test_no_field_has_a_reserved_parameter_and_no_two_fields_share_one(name: str) -> None:
    assert not is_reserved(field_parameter(name))
    assert field_parameter(f"_{name}") != field_parameter(name)
