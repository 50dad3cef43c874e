"""Expressions are simplified while they are built; the reference is the same formula, computed step by step."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bundles.texts.term_counts import TermSource
from service.exports.expressions.constant_folding import OPERATIONS
from service.exports.expressions.interpreter import evaluate
from service.exports.expressions.nodes import ChoiceField, Choose, Field, Lookup, Number, Sum, TermTotal, Truth, walk
from service.exports.expressions.simplification import (
    arithmetic,
    choose,
    compare,
    either,
    every,
    function,
    is_missing,
    opposite,
    table,
    total,
)
from service.exports.refusals import NotExportable

FIELDS = (Field(0), Field(1, nullable=True))
KINDS = (ChoiceField(2, 3), ChoiceField(3, 2, nullable=True))
INPUTS: list[Any] = [*FIELDS, Lookup(KINDS[0], (0.0, 1.0, 2.0)), Lookup(KINDS[1], (0.0, 1.0, math.nan))]
ROWS = st.tuples(
    st.floats(-9, 9),
    st.floats(-9, 9) | st.just(math.nan),
    st.sampled_from([0.0, 1.0, 2.0]),
    st.sampled_from([0.0, 1.0, math.nan]),
)

# A formula is a tuple of an operator and its arguments.
NUMBERS: Any = st.deferred(
    lambda: (
        st.tuples(st.just("input"), st.integers(0, 3))
        | st.tuples(st.just("number"), st.sampled_from([-2.0, -1.0, 0.5, 1.0, 3.0]))
        | st.tuples(st.sampled_from(["+", "-"]), NUMBERS, NUMBERS)
        | st.tuples(st.just("*"), st.sampled_from([-1.0, 0.5, 1.0, 2.0]).map(lambda value: ("number", value)), NUMBERS)
        | st.tuples(st.sampled_from(["abs", "floor"]), NUMBERS)
        | st.tuples(st.just("where"), CONDITIONS, NUMBERS, NUMBERS)
        | st.tuples(st.just("sum"), NUMBERS, NUMBERS, NUMBERS)
    )
)
CONDITIONS: Any = st.deferred(
    lambda: (
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=="]), NUMBERS, NUMBERS)
        | st.tuples(st.just("missing"), NUMBERS)
        | st.tuples(st.just("not"), CONDITIONS)
        | st.tuples(st.sampled_from(["and", "or"]), CONDITIONS, CONDITIONS)
    )
)


def build(formula: Any) -> Any:
    """Return the formula as a simplified tree."""
    kind, *arguments = formula
    if kind == "input":
        return INPUTS[arguments[0]]
    if kind == "number":
        return Number(arguments[0])
    parts = [build(each) for each in arguments]
    makers: dict[str, Any] = {
        "where": choose,
        "missing": is_missing,
        "not": opposite,
        "and": lambda *conditions: every(conditions),
        "or": lambda *conditions: either(conditions),
        "sum": lambda *terms: total(terms),
        "abs": lambda value: function("abs", value),
        "floor": lambda value: function("floor", value),
    }
    if kind in makers:
        return makers[kind](*parts)
    return (arithmetic if kind in "+-*/" else compare)(kind, *parts)


def compute(formula: Any, row: tuple[float, ...]) -> Any:
    """Return the value of the formula, with the rules of IEEE 754 for missing values."""
    kind, *arguments = formula
    if kind == "input":
        return row[arguments[0]]
    if kind == "number":
        return arguments[0]
    parts = [compute(each, row) for each in arguments]
    match kind:
        case "where":
            return parts[1] if parts[0] else parts[2]
        case "missing":
            return math.isnan(parts[0])
        case "not":
            return not parts[0]
        case "and":
            return all(parts)
        case "or":
            return any(parts)
        case "sum":
            return sum(parts)
    return OPERATIONS[kind](*parts)


def same(one: Any, other: Any) -> bool:
    return bool(
        one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    )


@given(formula=NUMBERS, row=ROWS)
def test_a_simplified_formula_has_the_same_value(formula: Any, row: tuple[float, ...]) -> None:
    expected = compute(formula, row)
    assert same(evaluate([build(formula)], row)[0], expected) or math.isnan(expected)  # a weight of 0 drops a missing value


@given(formula=CONDITIONS, row=ROWS)
def test_a_simplified_condition_is_true_of_the_same_rows(formula: Any, row: tuple[float, ...]) -> None:
    assert bool(evaluate([build(formula)], row)[0]) == bool(compute(formula, row))


def test_what_needs_one_category_becomes_a_look_up() -> None:
    codes = INPUTS[2]
    bent = function("exp", arithmetic("*", Number(2.0), arithmetic("-", codes, Number(1.0))))
    assert isinstance(bent, Lookup)
    assert bent.values == pytest.approx([math.exp(-2), 1.0, math.exp(2)])
    assert table(codes, np.array([7.0, 8.0, 9.0])).values == (7.0, 8.0, 9.0)  # type: ignore[union-attr]


def test_look_ups_of_one_field_in_a_sum_become_one() -> None:
    joined = total([INPUTS[2], Number(1.0), FIELDS[0], arithmetic("*", Number(2.0), INPUTS[2])])
    assert isinstance(joined, Sum)
    assert [each.values for each in joined.terms if isinstance(each, Lookup)] == [(0.0, 3.0, 6.0)]


def test_a_condition_that_always_holds_leaves_one_side() -> None:
    assert choose(compare("<", INPUTS[2], Number(9.0)), FIELDS[0], FIELDS[1]) is FIELDS[0]
    assert choose(Truth(value=False), FIELDS[0], FIELDS[1]) is FIELDS[1]


def test_a_number_that_is_never_missing_is_not_tested() -> None:
    condition = is_missing(FIELDS[0])
    assert isinstance(condition, Truth)
    assert not condition.value


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">=", "=="])
def test_no_number_is_compared_with_a_missing_one(comparator: Any) -> None:
    """The imputer of a forest asks for x == NaN; no language has that number, and the answer is no."""
    imputed = choose(is_missing(FIELDS[1]), Number(math.nan), FIELDS[1])
    for sides in ((FIELDS[1], Number(math.nan)), (Number(math.nan), FIELDS[0]), (imputed, Number(math.nan))):
        condition = compare(comparator, *sides)
        assert isinstance(condition, Truth)
        assert not condition.value


def test_a_shared_node_is_visited_once_behind_what_it_needs() -> None:
    shared = Choose(compare("<", FIELDS[0], Number(1.0)), FIELDS[0], FIELDS[1])
    nodes = walk((arithmetic("-", shared, shared),))
    assert nodes.count(shared) == 1
    assert nodes.index(FIELDS[0]) < nodes.index(shared)


@given(
    st.lists(st.sampled_from(["red", "green", "blue"]), min_size=1),
    st.tuples(*[st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3.0])] * 3),
)
def test_a_weighted_sum_of_normed_counts_is_one_total_divided_by_the_norm(words: list[str], weights: Any) -> None:
    source = TermSource("note", "word", ["red", "green", "blue"], 1, 1, r"\w+")
    counts = [TermTotal(source, {at: 1.0}) for at in range(3)]
    norm = function("sqrt", total([arithmetic("*", each, each) for each in counts]))
    parts = [
        arithmetic("*", arithmetic("/", each, norm), Number(weight)) for each, weight in zip(counts, weights, strict=True)
    ]
    result = total([*parts, Number(0.25)])
    assert sum(isinstance(node, TermTotal) for node in walk((result,))) == 2 * any(weights)
    found = [words.count(term) for term in source.vocabulary]
    expected = 0.25 + np.dot(weights, found) / np.linalg.norm(found)
    assert evaluate([result], (), {"note": " ".join(words)})[0] == pytest.approx(expected)


def test_counted_words_that_are_compared_with_each_other_are_refused() -> None:
    source = TermSource("note", "word", ["red", "green"], 1, 1, r"\w+")
    red, green = (TermTotal(source, {at: -2.0}) for at in range(2))
    assert evaluate([function("abs", red)], (), {"note": "red red"}) == [4.0]
    with pytest.raises(NotExportable, match="compares the counted words"):
        function("largest", red, green)
