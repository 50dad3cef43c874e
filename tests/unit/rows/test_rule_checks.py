"""Promises of the rules of a card: a row that breaks one gets a warning with its sentence; a rule that fits no field is refused."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bundles.card_checks import check_card
from service.errors import BrokenBundle
from service.rows.checks import Checks
from service.rows.quick_reader import QuickReader
from service.schemas import AtMost, Card, Category, Condition, Implies, Input, Regression, Row, Rule, Sum
from tests.support.formula_models import model_of

INPUTS = (
    Input(name="low", type="number", nullable=True),
    Input(name="high", type="number", nullable=True),
    Input(name="both", type="number", nullable=True),
    Input(name="count", type="integer", nullable=True),
    Input(name="kind", type="category", categories=(Category(value="a"), Category(value="b")), nullable=True),
    Input(name="flag", type="boolean", nullable=True),
    Input(name="begin", type="date", nullable=True),
    Input(name="end", type="date", nullable=True),
    Input(name="note", type="text", nullable=True),
)
RULES: tuple[Rule, ...] = (
    AtMost(lower="low", upper="high", factor=2, tolerance=0.5, sentence={"en": "low", "pl": "nisko"}),
    AtMost(lower="begin", upper="end", sentence="dates"),
    Sum(fields=("low", "high"), total="both", tolerance=0.1, sentence="sum"),
    Implies(if_=Condition(field="count", minimum=1), then=Condition(field="high", minimum=1, maximum=5), sentence="count"),
    Implies(if_=Condition(field="kind", equals="b"), then=Condition(field="flag", equals=True), sentence="kind"),
    Implies(if_=Condition(field="end", minimum="2026-01-01"), then=Condition(field="count", maximum=3), sentence="late"),
)
CARD: Card = msgspec.structs.replace(model_of("ruled", INPUTS, Regression(), lambda matrix: matrix[:, 0]).card, rules=RULES)
CHECKS = Checks(CARD)
NULLS: Row = dict.fromkeys([field.name for field in INPUTS])


def broken_by_hand(row: Row) -> set[str]:
    """The rules of RULES in plain words; a rule with a null does not apply."""
    low, high, both, count = (row[name] for name in ("low", "high", "both", "count"))
    broken = {
        "low": None not in {low, high} and low > 2 * high + 0.5 + 1e-6,
        "dates": None not in {row["begin"], row["end"]} and row["begin"] > row["end"],
        "sum": None not in {low, high, both} and abs(low + high - both) > 0.1 + 1e-6,
        "count": None not in {count, high} and count >= 1 and not 1 <= high <= 5,
        "kind": row["kind"] == "b" and row["flag"] is False,
        "late": None not in {row["end"], count} and row["end"] >= "2026-01-01" and count > 3,
    }
    return {name for name, is_broken in broken.items() if is_broken}


def sentences(row: Row) -> set[str]:
    warnings = CHECKS.columns([row]).warnings.get(0, [])
    texts = [warning.sentence for warning in warnings if warning.code == "contradiction"]
    return {text["en"] if isinstance(text, dict) else text for text in texts}


NUMBER = st.none() | st.integers(-4, 24).map(lambda quarters: quarters / 4)
DAY = st.none() | st.sampled_from(["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"])
ROW = st.fixed_dictionaries(
    {
        "low": NUMBER,
        "high": NUMBER,
        "both": NUMBER,
        "count": st.none() | st.integers(0, 5),
        "kind": st.sampled_from([None, "a", "b"]),
        "flag": st.sampled_from([None, True, False]),
        "begin": DAY,
        "end": DAY,
        "note": st.just("n"),
    }
)


@given(st.lists(ROW, min_size=1, max_size=5))
def test_exactly_the_rules_that_a_row_breaks_are_warned_of(rows: list[Row]) -> None:
    for row in rows:
        assert sentences(row) == broken_by_hand(row)
    contradictory = CHECKS.rules.contradictory(CHECKS.columns(rows).numbers)
    assert contradictory.tolist() == [bool(broken_by_hand(row)) for row in rows]


@given(ROW)
def test_the_quick_reader_warns_of_the_same_rules(row: Row) -> None:
    body = msgspec.json.encode({"rows": [row]})
    result = QuickReader(CARD, CHECKS)(body)
    assert result is not None
    assert result[0].warnings == CHECKS.columns([row]).warnings


def test_a_contradiction_names_its_fields_and_comes_after_the_warnings_of_single_values() -> None:
    inputs = (Input(name="low", type="number", seen=(0, 1)), Input(name="high", type="number"))
    card = msgspec.structs.replace(
        model_of("two", inputs, Regression(), lambda matrix: matrix[:, 0]).card,
        rules=(AtMost(lower="low", upper="high", sentence={"en": "Low.", "pl": "Nisko."}),),
    )
    (first, second) = Checks(card).columns([{"low": 5, "high": 2}]).warnings[0]
    assert (first.field, first.code) == ("low", "outside_training_range")
    assert msgspec.to_builtins(first) == {"field": "low", "code": "outside_training_range"}
    assert msgspec.json.decode(msgspec.json.encode(second)) == {
        "field": "low",
        "code": "contradiction",
        "fields": ["low", "high"],
        "sentence": {"en": "Low.", "pl": "Nisko."},
    }


def test_decimal_fractions_add_up() -> None:
    assert sentences(NULLS | {"low": 0.1, "high": 0.2, "both": 0.3}) == set()
    rule = Sum(fields=("low", "high"), total=0.3, sentence="exact")
    exact = Checks(msgspec.structs.replace(CARD, rules=(rule,)))
    assert not exact.rules.contradictory(exact.columns([NULLS | {"low": 0.1, "high": 0.2}]).numbers).any()
    assert exact.rules.contradictory(exact.columns([NULLS | {"low": 0.1, "high": 0.2001}]).numbers).all()


ANY = Condition(field="count", minimum=1)
HOSTILE: dict[str, tuple[Any, str]] = {
    "an unknown field": (AtMost(lower="low", upper="other", sentence="s"), "names other"),
    "a text": (Implies(if_=ANY, then=Condition(field="note", equals="x"), sentence="s"), "names note"),
    "a field compared with itself": (AtMost(lower="low", upper="low", sentence="s"), "twice"),
    "a category that is compared": (AtMost(lower="kind", upper="low", sentence="s"), "no order"),
    "a category in a sum": (Sum(fields=("low", "kind"), total=1, sentence="s"), "no order"),
    "a sum of one field": (Sum(fields=("low",), total="both", sentence="s"), "two fields"),
    "a total among the summands": (Sum(fields=("low", "both"), total="both", sentence="s"), "twice"),
    "an infinite total": (Sum(fields=("low", "high"), total=math.inf, sentence="s"), "finite total"),
    "no factor": (AtMost(lower="low", upper="high", factor=0, sentence="s"), "factor above 0"),
    "a factor that is no number": (AtMost(lower="low", upper="high", factor=math.nan, sentence="s"), "factor above 0"),
    "a negative tolerance": (AtMost(lower="low", upper="high", tolerance=-1, sentence="s"), "tolerance"),
    "an infinite tolerance": (Sum(fields=("low", "high"), total=1, tolerance=math.inf, sentence="s"), "tolerance"),
    "no sentence": (AtMost(lower="low", upper="high", sentence=" "), "sentence"),
    "no sentence in one language": (AtMost(lower="low", upper="high", sentence={"en": "s", "pl": ""}), "sentence"),
    "a sentence without a language": (AtMost(lower="low", upper="high", sentence={}), "sentence"),
    "a sentence of 301 characters": (AtMost(lower="low", upper="high", sentence="s" * 301), "300 characters"),
    "a condition without a range": (Implies(if_=Condition(field="low"), then=ANY, sentence="s"), "a value or a range"),
    "a range upside down": (
        Implies(if_=Condition(field="low", minimum=2, maximum=1), then=ANY, sentence="s"),
        "a value or a range",
    ),
    "a value and a range": (
        Implies(if_=Condition(field="low", minimum=2, equals=3.0), then=ANY, sentence="s"),
        "not both",
    ),
    "an unknown category": (Implies(if_=Condition(field="kind", equals="z"), then=ANY, sentence="s"), "does not take"),
    "a limit of a category": (Implies(if_=Condition(field="kind", minimum=1), then=ANY, sentence="s"), "does not take"),
    "a number for a date": (Implies(if_=Condition(field="end", minimum=5), then=ANY, sentence="s"), "does not take"),
    "a date that does not exist": (
        Implies(if_=Condition(field="end", minimum="2026-02-31"), then=ANY, sentence="s"),
        "does not take",
    ),
    "an infinite limit": (Implies(if_=Condition(field="low", minimum=math.inf), then=ANY, sentence="s"), "does not take"),
}


@pytest.mark.parametrize(("rule", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_rule_that_cannot_be_checked_breaks_the_bundle(rule: Rule, reason: str) -> None:
    with pytest.raises(BrokenBundle, match=reason):
        check_card(msgspec.structs.replace(CARD, rules=(rule,)))


def test_a_card_holds_at_most_fifty_rules() -> None:
    check_card(msgspec.structs.replace(CARD, rules=RULES[:1] * 50))
    with pytest.raises(BrokenBundle, match="more than 50 rules"):
        check_card(msgspec.structs.replace(CARD, rules=RULES[:1] * 51))


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "formula", "text": "__import__('os')", "sentence": "s"},
        {"kind": "at_most", "lower": "low", "upper": "high", "sentence": "s", "code": "x"},
        {"kind": "at_most", "lower": ["low"], "upper": "high", "sentence": "s"},
        {"lower": "low", "upper": "high", "sentence": "s"},
    ],
    ids=str,
)
def test_a_card_has_no_other_kinds_of_rules(rule: Any) -> None:
    card = msgspec.to_builtins(CARD) | {"rules": [rule]}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(card, Card)


def test_rules_survive_the_card_file() -> None:
    assert msgspec.json.decode(msgspec.json.encode(CARD), type=Card) == CARD
    assert np.shape(CHECKS.rules.broken(CHECKS.columns([]).numbers)) == (0, len(RULES))
