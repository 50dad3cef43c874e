"""Promises of kept cases: an address brings back each of them, whatever else it brings; their file is harmless."""

import base64
import csv
import io
import json
import re
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from client import Card
from demo.files import case_table
from demo.files.spreadsheet import CsvDialect
from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from tests.support.demo_cards import EVERY_TYPE, card_of, values_of

CARD: Card = card_of(EVERY_TYPE)
ROWS = some.fixed_dictionaries({field["name"]: values_of(field) for field in CARD["inputs"]})
NAMES = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=saved_cases.MAX_NAME)


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def names_of(result: list[SavedCase]) -> list[str]:
    return [each.name for each in result]


@given(
    some.lists(
        some.tuples(NAMES.map(lambda name: " ".join(name.split()) or "x"), ROWS), max_size=4, unique_by=lambda each: each[0]
    )
)
def test_saved_cases_round_trip_through_the_url(cases: list[tuple[str, Any]]) -> None:
    mine = [SavedCase(name, row) for name, row in cases]
    address = saved_cases.encode_saved_cases({CARD["name"]: mine})
    result, lost = saved_cases.check_saved_cases(CARD, saved_cases.decode_saved_cases(address).get(CARD["name"], []))
    assert (result, lost) == (mine, False)
    assert set(address) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(some.lists(ROWS, min_size=2, max_size=4), some.randoms(use_true_random=False))
def test_a_saved_case_is_found_by_its_number_after_it_was_moved_and_renamed(rows: list[Any], chance: Any) -> None:
    mine = [SavedCase("same", row) for row in rows]
    before = {each.number: each.row for each in mine}
    chance.shuffle(mine)
    result, _ = saved_cases.check_saved_cases(CARD, mine)
    assert len(before) == len(rows)
    for number, row in before.items():
        index = saved_cases.index_of(result, number)
        assert index is not None
        assert result[index].row == row
    gone = result.pop()
    assert saved_cases.index_of(result, gone.number) is None


def test_saved_cases_of_an_unvisited_model_stay_in_the_url() -> None:
    other = [["Anna", {"field": 1}]]
    assert saved_cases.decode_saved_cases(saved_cases.encode_saved_cases({"other": other, CARD["name"]: []})) == {
        "other": other
    }


@given(some.text(max_size=200) | some.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_invalid_text_for_saved_cases_is_refused_or_empty(text: str) -> None:
    try:
        content = saved_cases.decode_saved_cases(text)
    except ValueError:
        return
    for own in content.values():
        saved_cases.check_saved_cases(CARD, own)


def harmless(value: Any) -> bool:
    """Say whether no number without end and no half character came in."""
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    return True


PLAIN = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=9),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(["amount", "start", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(some.lists(PLAIN | some.tuples(some.text(max_size=60), PLAIN), max_size=5))
def test_only_rows_that_fit_the_card_are_accepted_from_the_url(content: list[Any]) -> None:
    brought = saved_cases.decode_saved_cases(packed(json.dumps({"fifth": content}).encode()))["fifth"]
    result, lost = saved_cases.check_saved_cases(CARD, brought)
    assert lost == (len(result) < len(content))
    assert len(set(names_of(result))) == len(result)
    for each in result:
        assert list(each.row) == [field["name"] for field in CARD["inputs"]]
        assert len(each.name) <= saved_cases.MAX_NAME
        assert harmless(each.row)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"fifth": ' + b" " * 10_000_000 + b"[]}",
        b'["fifth"]',
        b'{"fifth": {"0": 1}}',
        b'{"fifth": [' + b"9" * 5000 + b"]}",
        b"\xff\xfe",
        b"",
    ],
    ids=["nested", "a bomb", "a list", "no list inside", "a number without end", "no text", "empty"],
)
def test_json_of_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        saved_cases.decode_saved_cases(packed(content))


def test_no_more_cases_are_accepted_than_a_table_shows() -> None:
    many = packed(json.dumps({"fifth": [["x", {}]] * 500}).encode())
    result, _ = saved_cases.check_saved_cases(CARD, saved_cases.decode_saved_cases(many)["fifth"])
    assert len(result) == saved_cases.MAX_CASES
    assert len(set(names_of(result))) == saved_cases.MAX_CASES


def test_cases_too_long_for_the_url_do_not_fit() -> None:
    noise = "".join(chr(33 + index * index % 9000) for index in range(9000))
    assert saved_cases.fits_url({"fifth": [SavedCase("x", {"remark": "short"})]})
    assert not saved_cases.fits_url({"fifth": [SavedCase("x", {"remark": noise})]})


@given(some.lists(NAMES, max_size=8))
def test_every_new_name_is_unique(names: list[str]) -> None:
    mine: list[SavedCase] = []
    for name in names:
        mine.append(SavedCase(saved_cases.make_unique_name(mine, name), {}))
    assert len(set(names_of(mine))) == len(mine)
    assert all(len(name) <= saved_cases.MAX_NAME for name in names_of(mine))


PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")


@given(some.lists(ROWS, min_size=1, max_size=3), NAMES)
def test_the_file_holds_every_cell_and_no_formula(rows: list[Any], name: str) -> None:
    mine = [SavedCase(name, row) for row in rows]
    text = case_table.cases_to_csv(CARD, mine, [{"value": "0.5", "version": "v1"}] * len(mine), CsvDialect())
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    fields = [field["name"] for field in CARD["inputs"]]
    assert head == ["name", *fields, "value", "version"]
    assert len(lines) == len(mine)
    for each, line in zip(mine, lines, strict=True):
        for cell, own in zip(line, [each.name, *(each.row[field] for field in fields), "0.5", "v1"], strict=True):
            text_of = "" if own is None else str(own)
            assert cell.removeprefix("'") == text_of.removeprefix("'")
            if isinstance(own, str) and not PLAIN_NUMBER.fullmatch(own):
                assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_a_number_below_zero_stays_a_number_in_the_file() -> None:
    text = case_table.cases_to_csv(
        CARD,
        [SavedCase("one", dict.fromkeys((field["name"] for field in CARD["inputs"]), -3.5))],
        [{"value": "-3.5"}],
        CsvDialect(),
    )
    assert "'" not in text
