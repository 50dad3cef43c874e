"""Promises of guesses on a phone: every answer is a button, the audience stands beside the model, hostile words stay words."""

import re
from typing import Any, cast

import pytest

from client import Card, Prediction
from demo.live.stages.guess_views import build_guess_form, build_guess_results, format_guess, list_guesses, parse_guess
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, card_of

BANDS = [
    {"value": "no", "low": 0.0, "high": 0.5, "tone": "good", "label": "Approve"},
    {"value": 'ye"s', "low": 0.5, "high": 1.0, "tone": "bad", "label": EVIL},
]
CHANCE = {"kind": "classification", "labels": [{"value": "a", "label": "Anna"}, {"value": "b"}], "focus": "a"}
DECISIONS, LABELS = card_of([], CHANCE | {"bands": BANDS}), card_of([], CHANCE)
PRICE = card_of([], {"kind": "regression", "unit": "USD", "seen": [0.0, 20_000.0]})


def figures(counts: dict[str, int] | None = None, values: list[float] | None = None) -> Any:
    return {
        "case": "one",
        "people": sum((counts or {}).values()) or len(values or []),
        "counts": counts or {},
        "values": values or [],
    }


def prediction(**parts: Any) -> Prediction:
    return cast(Prediction, {"decision": None, "warnings": []} | parts)


@pytest.mark.parametrize(
    ("card", "options"),
    [(DECISIONS, ["decision/no", 'decision/ye"s']), (LABELS, ["label/a", "label/b"]), (PRICE, [])],
)
def test_a_person_chooses_a_decision_else_a_label_else_types_a_number(card: Card, options: list[str]) -> None:
    assert list(list_guesses(card)) == options


def test_every_answer_is_a_button_and_hostile_words_stay_words() -> None:
    html = build_guess_form(DECISIONS, EVIL, ENGLISH)
    buttons = re.findall(r'<button type="button" class="guess ([^"]*)" data-guess="([^"]*)"', html)
    assert buttons == [("band-good", "decision/no"), ("band-bad", "decision/ye&#34;s")]
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2


def test_a_number_is_typed_beside_its_unit() -> None:
    html = build_guess_form(PRICE, "one", POLISH)
    assert '<span class="unit">USD</span>' in html
    assert "Zgaduję" in html


def test_the_shares_of_the_audience_stand_beside_the_model() -> None:
    html = build_guess_results(
        DECISIONS, prediction(decision="no", label="b"), figures({"decision/no": 1, 'decision/ye"s': 3}), ENGLISH
    )
    text = html.striptags()
    assert "4 people guessed" in text
    assert "Approve the model 25%" in re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
    assert "75%" in text
    assert "<script" not in html


@pytest.mark.parametrize(
    ("people", "text"), [(1, "Odpowiedziała 1 osoba"), (3, "Odpowiedziały 3 osoby"), (22, "Odpowiedziały 22 osoby")]
)
def test_people_are_counted_in_the_form_of_the_language(people: int, text: str) -> None:
    assert text in build_guess_results(LABELS, prediction(label="a"), figures({"label/a": people}), POLISH)


def test_nothing_is_drawn_if_nobody_guessed() -> None:
    assert build_guess_results(LABELS, prediction(label="a"), figures(), ENGLISH) == ""


def test_the_middle_guess_and_the_model_are_named_and_an_outlier_does_not_flatten_the_chart() -> None:
    values = [1000.0, 1100.0, 1200.0, 1300.0, 1400.0, 1_000_000.0]
    html = build_guess_results(PRICE, prediction(value=1250.0), figures(values=values), ENGLISH)
    assert "Middle guess: 1,250 USD. The model: 1,250 USD.".replace(" USD", "\N{NO-BREAK SPACE}USD") in html
    assert "1,400\N{NO-BREAK SPACE}USD</span></p>" in html, "the axis ends at the largest guess that is no outlier"


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0], [5.0, 5.0, 5.0, 5.0, 5.0], [1.0, 2.0]])
def test_few_or_equal_numbers_are_drawn_too(values: list[float]) -> None:
    assert "Middle guess" in build_guess_results(PRICE, prediction(value=5.0), figures(values=values), ENGLISH)


def test_a_guess_is_written_as_the_reader_writes() -> None:
    assert format_guess(PRICE, {"value": 3000.0}, POLISH) == "3\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}USD"
    assert format_guess(DECISIONS, {"decision": "no"}, ENGLISH) == "Approve"
    assert format_guess(LABELS, {"label": "a"}, ENGLISH) == "Anna"
    assert format_guess(LABELS, {"label": "gone"}, ENGLISH) == "gone"


@pytest.mark.parametrize(
    ("text", "number"),
    [("3,000", 3000.0), ("3 000", 3000.0), ("3000,5", 3000.5), ("21,000", 21.0), ("0,5", 0.5), ("-3", -3.0)],
)
def test_a_number_with_two_meanings_is_the_one_that_an_answer_can_be(text: str, number: float) -> None:
    priced = card_of([], {"kind": "regression", "unit": "USD", "seen": [300.0, 20_000.0]})
    assert parse_guess(priced, text, POLISH) == number


@pytest.mark.parametrize("text", ["", "many", "1e999", "NaN", "--3", "9" * 100])
def test_another_text_is_no_number(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for nobody
        parse_guess(None, text, ENGLISH)
