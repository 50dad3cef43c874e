"""Promises of the goal: it round-trips through the URL, invalid parts are left out, and the service accepts it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from client import Card
from demo.address import goal_choice
from demo.address.goal_choice import GoalChoice
from tests.support.demo_cards import card_of

INPUTS: list[Any] = [
    {"name": "a", "type": "number"},
    {"name": "b & c=d", "type": "number", "changeable": "up"},
    {"name": "still", "type": "number", "changeable": "no"},
    {"name": "words", "type": "text"},
]
BANDS: list[Any] = [
    {"value": "yes & no", "low": 0, "high": 0.5, "tone": "good"},
    {"value": "no", "low": 0.5, "high": 1, "tone": "bad"},
]
CHANCE: Any = {
    "kind": "classification",
    "focus": "two",
    "labels": [{"value": label} for label in ("one", "two", "label=three&x")],
    "bands": BANDS,
}
VALUE: Any = {"kind": "regression", "seen": [327.0, 18818.0]}
CHANCES, VALUES = card_of(INPUTS, CHANCE), card_of(INPUTS, VALUE)

FIXED = some.lists(some.sampled_from(["a", "b & c=d"]), unique=True).map(tuple)
SHARES = some.floats(0, 1)
NUMBERS = some.floats(allow_nan=False, allow_infinity=False)


def between(ends: some.SearchStrategy[float]) -> some.SearchStrategy[dict[str, float | None]]:
    both = some.tuples(some.none() | ends, some.none() | ends).filter(lambda pair: pair != (None, None))
    return both.map(lambda pair: dict(zip(("minimum", "maximum"), pair if None in pair else sorted(pair), strict=True)))  # type: ignore[type-var]


def choices_of(card: Card) -> some.SearchStrategy[GoalChoice]:
    if card is VALUES:
        return some.builds(lambda ends, fixed: GoalChoice(**ends, fixed=fixed), between(NUMBERS), FIXED)
    own = some.builds(
        lambda ends, label, fixed: GoalChoice(label=label, **ends, fixed=fixed),
        between(SHARES),
        some.sampled_from(goal_choice.get_labels(CHANCES)),
        FIXED,
    )
    return own | some.builds(GoalChoice, band=some.sampled_from(["yes & no", "no"]), fixed=FIXED)


@given(some.sampled_from([CHANCES, VALUES]).flatmap(lambda card: some.tuples(some.just(card), choices_of(card))))
def test_a_goal_round_trips_through_the_url(pair: tuple[Card, GoalChoice]) -> None:
    card, choice = pair
    assert goal_choice.decode_goal(card, goal_choice.encode_goal(choice)) == choice


@given(some.sampled_from([CHANCES, VALUES]), some.text(max_size=200) | some.text("goalbendst=&;%+10.-ef", max_size=60))
def test_any_text_in_the_url_decodes_to_a_goal_that_fits_the_card(card: Card, text: str) -> None:
    choice = goal_choice.decode_goal(card, text)
    assert goal_choice.decode_goal(card, goal_choice.encode_goal(choice)) == choice
    assert set(choice.fixed) <= {"a", "b & c=d"}
    assert choice.band or choice.minimum is not None or choice.maximum is not None
    (name,) = goal_choice.to_goal(card, choice)
    assert name in {"decision", "probability" if card is CHANCES else "value"}


@pytest.mark.parametrize(
    "text", ["", "goal=other", "most=nan", "most=inf", "most=2", "least=0.9&most=0.1", "&" * 5000, "label=one", "most=1e999"]
)
def test_invalid_text_in_the_url_gives_the_default_goal(text: str) -> None:
    assert goal_choice.decode_goal(CHANCES, text) == goal_choice.default_goal(CHANCES) == GoalChoice(band="yes & no")


@given(choices_of(VALUES), some.sampled_from(["minimum", "maximum"]), some.none() | NUMBERS)
def test_the_ends_of_a_range_never_cross_and_are_never_both_open(choice: GoalChoice, name: str, end: float | None) -> None:
    changed = goal_choice.replace_end(choice, name, end)
    assert changed.minimum is not None or changed.maximum is not None
    assert changed.minimum is None or changed.maximum is None or changed.minimum <= changed.maximum
    assert end is None or getattr(changed, name) == end


NO_BANDS = card_of(INPUTS, {**CHANCE, "bands": []})
NAMES = card_of(INPUTS, {**CHANCE, "bands": [], "scores": "labels"})


@given(some.floats(0, 1), some.sampled_from([NO_BANDS, VALUES]))
def test_the_default_range_is_one_that_the_answer_has_not_reached(share: float, card: Card) -> None:
    answer = share if card is NO_BANDS else 327 + share * (18818 - 327)
    choice = goal_choice.default_goal(card, answer)
    ends = goal_choice.to_goal(card, choice)["value" if card is VALUES else "probability"]
    assert answer >= ends.get("max", answer)
    assert answer <= ends.get("min", answer)


@pytest.mark.parametrize(("answer", "label"), [(1.0, "one"), (0.0, "two"), (None, "two")])
def test_the_default_label_is_another_one_than_the_answer(answer: float | None, label: str) -> None:
    assert goal_choice.default_goal(NAMES, answer).label == label
