"""Promises of the words for an answer: differences agree with the numbers on the screen; a chance is never certain."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.feed import feed_texts
from demo.session import cases
from demo.text import wording
from demo.text.translation import Translation
from demo.views import case_story
from tests.support.demo_cards import card_of

ENGLISH, POLISH = Translation("en"), Translation("pl")
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (1, "o 1 punkt procentowy mniej"),
        (2, "o 2 punkty procentowe mniej"),
        (5, "o 5 punktów procentowych mniej"),
        (12, "o 12 punktów procentowych mniej"),
        (22, "o 22 punkty procentowe mniej"),
        (100, "o 100 punktów procentowych mniej"),
    ],
)
def test_polish_counts_its_points_as_poles_do(points: int, sentence: str) -> None:
    assert wording.describe_difference(card_of([]), points / 100, 0.0, POLISH) == sentence


def test_the_story_names_three_changes_and_counts_the_rest() -> None:
    card = card_of([{"name": name, "type": "integer", "default": 1, "label": name.upper()} for name in "abcde"])
    case = cases.start_case(card, "default")
    case.row = dict.fromkeys("abcde", 1500)
    arrow = f"{NO_BREAK}→{NO_BREAK}"
    assert (
        case_story.describe_changes(card, case, ENGLISH) == f"A 1{arrow}1,500, B 1{arrow}1,500, C 1{arrow}1,500 and 2 more"
    )


def test_the_difference_agrees_with_the_two_numbers_on_the_screen() -> None:
    card = card_of([])
    assert wording.describe_difference(card, 0.424, 0.306, ENGLISH) == "11 points less", "42% and 31%"
    assert wording.describe_difference(card, 0.301, 0.304, ENGLISH) == "practically unchanged"


def test_the_difference_of_two_prices_is_what_the_audience_reckons() -> None:
    card = card_of([], {"kind": "regression", "unit": "USD", "seen": [327.0, 18_818.0]})
    assert wording.describe_difference(card, 2429.6, 7634.4, ENGLISH) == f"5,204{NO_BREAK}USD more", "2,430 and 7,634"


@given(some.floats(0.006, 0.994), some.floats(0.006, 0.994))
def test_the_difference_is_what_the_audience_reckons(start: float, now: float) -> None:
    card = card_of([])
    shown = [int(wording.format_answer(card, share, ENGLISH).rstrip("%")) for share in (start, now)]
    points = abs(shown[1] - shown[0])
    said = wording.describe_difference(card, start, now, ENGLISH)
    assert said.startswith("practically" if points == 0 else f"{points} point"), (start, now)
    signed = wording.format_signed_difference(card, start, now, ENGLISH).replace("\N{MINUS SIGN}", "-")
    assert int(signed) == shown[1] - shown[0]


def test_a_chance_that_is_not_certain_is_never_written_as_certain() -> None:
    texts = [wording.format_answer(card_of([]), share, ENGLISH) for share in (0.004, 0.996)]
    assert not {"0%", "100%"} & set(texts)


COMMENTS = {
    "en": {"one": "comment", "few": "comments", "many": "comments", "other": "comments"},
    "pl": {"one": "komentarz", "few": "komentarze", "many": "komentarzy", "other": "komentarza"},
}


@pytest.mark.parametrize(
    ("number", "english", "polish", "cases"),
    [
        (0, "0 comments", "0 komentarzy", "0 przypadków"),
        (1, "1 comment", "1 komentarz", "1 przypadek"),
        (2, "2 comments", "2 komentarze", "2 przypadki"),
        (5, "5 comments", "5 komentarzy", "5 przypadków"),
        (12, "12 comments", "12 komentarzy", "12 przypadków"),
        (22, "22 comments", "22 komentarze", "22 przypadki"),
        (1500, "1,500 comments", "1\N{NO-BREAK SPACE}500 komentarzy", "1\N{NO-BREAK SPACE}500 przypadków"),
    ],
)
def test_rows_are_counted_in_the_words_of_the_card_and_of_an_old_card_as_cases(
    number: int, english: str, polish: str, cases: str
) -> None:
    assert feed_texts.count_rows(card_of([], row_forms=COMMENTS["en"]), number, ENGLISH) == english
    assert feed_texts.count_rows(card_of([], row_forms=COMMENTS["pl"]), number, POLISH) == polish
    assert feed_texts.count_rows(card_of([]), number, POLISH) == cases
    assert feed_texts.count_rows(card_of([], row_forms={"other": "rows"}), 3, POLISH) == "3 rows"


BANDS = [
    {"value": "approve", "low": 0.0, "high": 0.2, "tone": "good"},
    {"value": "ask", "low": 0.2, "high": 0.5, "tone": "middle"},
    {"value": "refuse", "low": 0.5, "high": 1.0, "tone": "bad"},
]
OUTPUT: dict[str, Any] = {"kind": "classification", "labels": [{"value": "no"}, {"value": "yes"}], "focus": "yes"}


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.2005, "20.05%"),
        (0.1996, "19.96%"),
        (0.1975, "19.8%"),
        (0.2, "20%"),
        (0.204, "20.4%"),
        (0.496, "49.6%"),
        (0.5, "50%"),
        (0.36, "36%"),
        (0.364, "36%"),
    ],
)
def test_a_share_has_the_digits_that_show_its_side_of_a_threshold(share: float, text: str) -> None:
    assert wording.format_answer(card_of([], OUTPUT | {"bands": BANDS}), share, ENGLISH) == text


@given(some.floats(0.00006, 0.99994))
def test_a_written_share_is_on_the_same_side_of_every_threshold_as_the_share(share: float) -> None:
    text = wording.format_answer(card_of([], OUTPUT | {"bands": BANDS}), share, ENGLISH)
    written = float(text.rstrip("%")) / 100
    for end in (0.2, 0.5):
        if abs(share - end) > 0.00006 or share == end:
            assert (written > end, written < end) == (share > end, share < end)


@pytest.mark.parametrize(("label", "text"), [("7", "“7”"), ("Group 12", "“Group 12”"), ("refused", "refused"), ("", "")])
def test_a_label_that_ends_with_a_number_is_quoted_before_a_number(label: str, text: str) -> None:
    assert wording.label_before_number(label, ENGLISH) == text
