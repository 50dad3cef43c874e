"""Promises of feedback from a phone: what it sends becomes an entry with nothing else in it, or a sentence says why not."""

from typing import Any, cast

import pytest

from client import Prediction
from demo.live.stages.phone_feedback import InvalidMessage, build_feedback_form, build_shown_answer, read_feedback
from demo.live.stages.step_answers import StepAnswer
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, card_of

PRICE = StepAnswer(
    card_of([{"name": "area", "type": "number"}], {"kind": "regression", "unit": "USD"}),
    {"area": 1.0},
    cast(Prediction, {"decision": None, "warnings": [], "value": 3.0}),
)
SHOWN = build_shown_answer(PRICE, "en")


def message(**parts: Any) -> dict[str, Any]:
    return {"shown": SHOWN, "verdict": "disagree"} | parts


def test_an_entry_holds_the_answer_on_the_phone_the_person_and_the_meeting() -> None:
    entry = read_feedback(message(right="3 000,5", reason="za nisko", comment=" tak ", name=""), "P", "M", POLISH)
    assert entry == {
        "model": "fifth",
        "version": "v1",
        "row": {"area": 1.0},
        "shown": {"page": "live", "language": "en", "prediction": PRICE.prediction, "reasons": []},
        "verdict": "disagree",
        "right_answer": {"value": 3000.5},
        "reason": "za nisko",
        "comment": "tak",
        "name": None,
        "person": "P",
        "meeting": "M",
    }


def test_person_and_meeting_are_never_those_that_a_phone_names() -> None:
    entry = read_feedback(message(person="other", meeting="other", prediction={}, state="done"), "P", "M", ENGLISH)
    assert (entry["person"], entry["meeting"]) == ("P", "M")
    assert not {"prediction", "state"} & entry.keys()


@pytest.mark.parametrize(
    ("right", "stored"), [("decision/no", {"decision": "no"}), ("label/a/b", {"label": "a/b"}), ("", None)]
)
def test_a_right_answer_is_a_decision_a_label_or_nothing(right: str, stored: Any) -> None:
    assert read_feedback(message(right=right), "P", "M", ENGLISH)["right_answer"] == stored


def test_who_agrees_names_no_other_answer() -> None:
    entry = read_feedback(message(verdict="agree", right="7", reason="x"), "P", "M", ENGLISH)
    assert (entry["right_answer"], entry["reason"]) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "maybe"},
        {"verdict": None},
        {"shown": None},
        {"shown": {}},
        {"shown": [1]},
        {"right": "many"},
        {"right": "1e999"},
    ],
)
def test_a_message_that_is_no_entry_is_refused_with_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage, match=r"\w+ \w+"):
        read_feedback(message(**wrong), "P", "M", ENGLISH)


def test_texts_of_other_types_and_lengths_do_no_harm() -> None:
    entry = read_feedback(message(comment="x" * 9000, name=["list"], reason=7, right=3), "P", "M", ENGLISH)
    assert len(entry["comment"] or "") == 2000
    assert (entry["name"], entry["reason"], entry["right_answer"]) == (None, None, None)


def test_the_form_offers_the_reasons_of_the_meeting_and_hostile_ones_stay_words() -> None:
    html = build_feedback_form(PRICE, EVIL, [EVIL, '" onclick="x'], ENGLISH)
    assert "<script" not in html
    assert 'value="&#34; onclick=&#34;x"' in html
    assert "What would be right? (USD)" in html
    assert "Something important is missing" not in html


def test_without_reasons_of_the_meeting_the_usual_ones_are_shown_in_the_readers_language() -> None:
    html = build_feedback_form(PRICE, "A", [], POLISH)
    assert 'value="Something important is missing"' in html, "stored as on every page"
    assert html.count('type="radio"') == 3
    assert "<span>Something" not in html
