"""Promises of the guesses on the screen: all are counted, nothing tells the answer before its step, texts stay texts."""

import re
from typing import Any

import pytest

from demo.slides import guess_view
from demo.text.translation import Translation

ENGLISH = Translation("en")
BANDS = [
    {"value": "approve", "label": "Approve", "low": 0.0, "high": 0.2, "tone": "good"},
    {"value": "ask", "label": "<b>Ask</b>", "low": 0.2, "high": 0.5, "tone": "middle"},
    {"value": "refuse", "low": 0.5, "high": 1.0, "tone": "bad"},
]
LABELS = [{"value": "yes"}, {"value": "no", "label": "No"}]
RISK: Any = {"output": {"kind": "classification", "focus": "yes", "labels": LABELS, "bands": BANDS}}
PETS: Any = {"output": {"kind": "classification", "focus": "yes", "labels": LABELS}}
PRICE: Any = {"output": {"kind": "regression", "unit": "USD", "seen": [0.0, 1000.0]}}


def answer(**values: Any) -> Any:
    return {"decision": None, "label": None, "value": None, "probabilities": None, "warnings": []} | values


def figures(people: int, values: list[float] | None = None, **counts: int) -> Any:
    named = {name.replace("_", "/"): number for name, number in counts.items()}
    return {"case": "a", "people": people, "counts": named, "values": values or []}


def widths(html: str) -> list[float]:
    return [float(text) for text in re.findall(r'guess-bar[^"]*" style="width:([0-9.]+)%', html)]


def test_each_answer_has_a_bar_as_long_as_its_share_of_the_people() -> None:
    html = guess_view.build_guesses(RISK, figures(8, decision_approve=2, decision_refuse=6), None, ENGLISH)
    assert widths(html) == [25.0, 0.0, 75.0]
    assert "8 people have guessed" in html
    assert re.findall(r'guess-name">([^/]*?)</span>', html)[0] == "Approve"


def test_a_label_of_a_card_is_text() -> None:
    html = guess_view.build_guesses(RISK, figures(1, decision_ask=1), None, ENGLISH)
    assert "&lt;b&gt;Ask&lt;/b&gt;" in html
    assert "<b>Ask" not in html


def test_before_the_answer_nothing_tells_it_and_after_it_the_model_has_a_mark() -> None:
    given = figures(3, decision_approve=1, decision_refuse=2)
    before = guess_view.build_guesses(RISK, given, None, ENGLISH)
    assert "the model" not in before
    assert "chosen" not in before
    after = guess_view.build_guesses(RISK, given, answer(decision="refuse", label="yes"), ENGLISH)
    assert after.count("the model") == 1
    assert after.index("guess-row chosen") > after.index("Approve")


def test_without_guesses_the_possible_answers_are_there() -> None:
    html = guess_view.build_guesses(PETS, None, None, ENGLISH)
    assert widths(html) == [0.0, 0.0]
    assert "Nobody has guessed yet" in html


def test_a_guess_that_the_card_does_not_know_is_counted_too() -> None:
    assert len(widths(guess_view.build_guesses(PETS, figures(1, label_perhaps=1), None, ENGLISH))) == 3


def test_values_are_a_histogram_in_which_each_person_counts_once() -> None:
    values = [0.0, 40.0, 45.0, 999.0, 1500.0]
    html = guess_view.build_guesses(PRICE, figures(5, values), None, ENGLISH)
    heights = [float(text) for text in re.findall(r'<i style="height:([0-9.]+)%', html)]
    assert heights == [100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 33.3, 0.0, 0.0, 33.3]
    assert "guess-mark" not in html
    marked = guess_view.build_guesses(PRICE, figures(5, values), answer(value=1200.0), ENGLISH)
    assert 'guess-mark before" style="left:80.0%"' in marked


def test_one_value_that_all_name_is_drawn_too() -> None:
    card: Any = {"output": {"kind": "regression"}}
    html = guess_view.build_guesses(card, figures(2, [5.0, 5.0]), answer(value=5.0), ENGLISH)
    assert 'style="left:0.0%"' in html


@pytest.mark.parametrize(
    ("card", "given", "prediction", "sentence"),
    [
        (RISK, figures(3, decision_refuse=2), answer(decision="refuse"), "2 of 3 people said what the model says."),
        (PETS, figures(1, label_no=1), answer(label="yes"), "0 of 1 person said what the model says."),
        (
            PRICE,
            figures(3, [10.0, 20.0, 900.0]),
            answer(value=30.0),
            "Your middle guess: 20\N{NO-BREAK SPACE}USD. The model: 30\N{NO-BREAK SPACE}USD.",
        ),
        (RISK, figures(0), answer(decision="refuse"), ""),
        (RISK, None, answer(decision="refuse"), ""),
    ],
)
def test_the_model_against_the_audience_is_a_sentence(card: Any, given: Any, prediction: Any, sentence: str) -> None:
    assert guess_view.describe_comparison(card, given, prediction, ENGLISH) == sentence


def test_a_value_that_nobody_has_guessed_is_drawn() -> None:
    """The service gives no label with a value."""
    html = guess_view.build_guesses(PRICE, figures(0), {"decision": None, "value": 12.5, "warnings": []}, ENGLISH)
    assert "Nobody has guessed yet" in html
