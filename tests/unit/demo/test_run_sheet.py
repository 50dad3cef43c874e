"""Promises of the run sheet: each change does what its name says, loses no case, and leaves what the service takes."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client import Card, MeetingCase, StoredFeedback
from demo.meetings import run_sheet
from service.meetings.text_checks import text_faults

CARD: Any = {
    "name": "flat-price",
    "examples": [
        {"name": "small", "label": "A small flat", "row": {"area": 20.0}},
        {"name": "large", "row": {"area": 80.0}},
    ],
}


def case(name: str, **values: Any) -> MeetingCase:
    return cast(MeetingCase, {**run_sheet.make_case(name, "flat-price", {"area": 37.5}), "id": name, **values})


def names(cases: list[MeetingCase]) -> str:
    return "".join(each["id"] for each in cases)


ABC = [case("a"), case("b"), case("c", compare_with="a")]


def test_a_new_case_is_guessed_then_answered_then_explained() -> None:
    made = run_sheet.make_case(" At the\tlimit \n", "flat-price", {"area": 37.5}, note="one\ntwo")
    assert (made["name"], made["note"]) == ("At the limit", "one\ntwo")
    assert (made["guess"], made["show"], made["version"]) == (True, ["answer", "why"], None)
    assert made["id"] != run_sheet.make_case("x", "flat-price", {})["id"]


def test_a_case_owns_its_row() -> None:
    row = {"area": 37.5}
    made = run_sheet.make_case("x", "flat-price", row)
    row["area"] = 1.0
    assert made["row"] == {"area": 37.5}


@pytest.mark.parametrize(
    ("moved", "by", "order"),
    [("a", 1, "bac"), ("a", -1, "abc"), ("c", -1, "acb"), ("c", 5, "abc"), ("b", -9, "bac"), ("x", 1, "abc")],
)
def test_a_case_moves_up_and_down_and_stops_at_the_ends(moved: str, by: int, order: str) -> None:
    assert names(run_sheet.move(ABC, moved, by)) == order
    assert names(ABC) == "abc"


def test_a_removed_case_comes_back_where_it_was() -> None:
    left, removed = run_sheet.remove(ABC, "b")
    assert names(left) == "ac"
    assert removed
    assert names(run_sheet.put_back(left, removed)) == "abc"
    assert names(run_sheet.put_back(ABC, removed)) == "abc", "a second click adds nothing"
    assert run_sheet.remove(ABC, "x") == (ABC, None)


def test_a_case_is_compared_with_an_earlier_one_or_with_none() -> None:
    assert run_sheet.move(ABC, "c", -1)[1]["compare_with"] == "a"
    assert run_sheet.move(ABC, "c", -2)[0]["compare_with"] is None
    assert run_sheet.remove(ABC, "a")[0][-1]["compare_with"] is None


def test_a_change_reaches_one_case_and_puts_the_steps_in_their_order() -> None:
    changed = run_sheet.change(ABC, "b", name=" New\x00 name ", show=["compare", "answer"], guess=False)
    assert (changed[1]["name"], changed[1]["show"], changed[1]["guess"]) == ("New name", ["answer", "compare"], False)
    assert [changed[0], changed[2]] == [ABC[0], ABC[2]]
    assert run_sheet.change(ABC, "x", name="y") == ABC


def test_a_run_sheet_takes_as_many_cases_as_the_service() -> None:
    many = [case(str(number)) for number in range(run_sheet.MAX_CASES + 3)]
    assert len(run_sheet.add([], many)) == 200
    assert names(run_sheet.add(ABC, [case("d")])) == "abcd"


def test_examples_and_rows_become_cases_in_their_order() -> None:
    card: Card = CARD
    made = run_sheet.make_example_cases(card, ["large", "no such", "small"])
    assert [(each["name"], each["row"]) for each in made] == [("large", {"area": 80.0}), ("A small flat", {"area": 20.0})]
    made = run_sheet.make_row_cases(card, [("Row 1", {"area": 1.0}), ("Row 2", {"area": 2.0})])
    assert [(each["name"], each["model"]) for each in made] == [("Row 1", "flat-price"), ("Row 2", "flat-price")]


def test_feedback_becomes_cases_with_the_disagreements_first_and_the_words_as_a_note() -> None:
    def entry(verdict: str, **words: Any) -> StoredFeedback:
        entry = {"verdict": verdict, "model": "flat-price", "row": {"area": 1.0}, "reason": None, "comment": None}
        return cast(StoredFeedback, {**entry, "name": None, **words})

    made = run_sheet.make_feedback_cases(
        [
            entry("agree"),
            entry("disagree", reason="too dear", comment="By half", name="Anna"),
            entry("unsure", name="Jan"),
            entry("disagree", comment="No"),
        ],
        "Opinion {n}",
    )
    assert [each["name"] for each in made] == ["Opinion 1", "Opinion 2", "Opinion 3", "Opinion 4"]
    assert [each["note"] for each in made] == ["Anna: too dear · By half", "No", "", ""]


HOSTILE = [
    "\x00\x07name",
    "a" + "\u0301" * 4_000,
    "\u202egnp.exe",
    "<b>&amp;</b>",
    "![x](http://evil)",
    "\ud800",
    "x" * 9_999,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("has_lines", [False, True])
def test_what_is_left_of_a_hostile_text_is_what_the_service_takes(text: str, *, has_lines: bool) -> None:
    cleaned = run_sheet.clean_text(text, 120, has_lines=has_lines)
    assert list(text_faults(cleaned, 120, (), lines=has_lines)) == []
    assert run_sheet.clean_text(cleaned, 120, has_lines=has_lines) == cleaned


@given(st.text())
def test_any_text_can_be_typed(text: str) -> None:
    assert list(text_faults(run_sheet.clean_text(text, 20, has_lines=True), 20, (), lines=True)) == []
    assert list(text_faults(run_sheet.clean_text(text, 20), 20, ())) == []


def test_markup_is_kept_as_it_was_typed() -> None:
    assert run_sheet.clean_text("<b>a</b> *b* `c` =1+1", 120) == "<b>a</b> *b* `c` =1+1"
