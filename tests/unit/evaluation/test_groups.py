"""Promises of the groups by which a model is compared: every row is in one, and the name says which rows are in it."""

import re
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.evaluation.groups import MAX_GROUPED_INPUTS, Grouping, group_rows
from service.fields.value_wording import number
from service.rows.columns import Columns
from service.schemas import Card, Category, Input, Regression, Scoring

NUMBERS = st.lists(st.one_of(st.floats(-1e6, 1e6, width=32), st.none()), min_size=1, max_size=60)
WHOLE = st.lists(st.one_of(st.integers(-1000, 1000), st.none()), min_size=1, max_size=60)


def split(field: Input, values: list[Any]) -> Grouping:
    card = Card(
        name="toy",
        title="",
        question="",
        inputs=(field,),
        output=Regression(),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    )
    if field.type == "text":
        columns = Columns(np.empty((len(values), 0)), {field.name: values})
    else:
        columns = Columns(np.array([np.nan if value is None else float(value) for value in values])[:, None], {})
    (result,) = group_rows(card, columns, pd.DataFrame(index=range(len(values))), ())
    return result


def is_in(value: float | None, label: str) -> bool:
    """Read an English name of a group of whole numbers as a person would."""
    if value is None or label == "missing":
        return value is None and label == "missing"
    numbers = [float(result.replace(",", "")) for result in re.findall(r"-?[\d,.]+", label)]
    if label.startswith("below"):
        return value < numbers[0]
    if label.endswith("or more"):
        return value >= numbers[0]
    return numbers[0] <= value <= numbers[-1]


@given(NUMBERS)
def test_every_number_is_in_one_group(values: list[float | None]) -> None:
    result = split(Input(name="x", type="number"), values)
    assert sorted(np.concatenate([group.rows for group in result.groups]).tolist()) == list(range(len(values)))
    assert all(len(group.rows) for group in result.groups)


@given(WHOLE)
def test_the_name_of_a_group_of_whole_numbers_says_which_are_in_it(values: list[int | None]) -> None:
    result = split(Input(name="x", type="integer"), values)
    for group in result.groups:
        assert isinstance(group.label, dict)
        inside = {index for index, value in enumerate(values) if is_in(value, group.label["en"])}
        assert inside == set(group.rows.tolist()), group.label


@given(st.lists(st.text(max_size=300), min_size=1, max_size=40))
def test_texts_are_grouped_by_their_length(values: list[str]) -> None:
    result = split(Input(name="x", type="text"), values)
    assert sum(len(group.rows) for group in result.groups) == len(values)
    for group in result.groups:
        assert isinstance(group.label, dict)
        assert {index for index, text in enumerate(values) if is_in(len(text), group.label["en"])} == set(
            group.rows.tolist()
        )


@given(st.lists(st.sampled_from(["1", "2", "7", "x"]), min_size=1))
def test_a_code_that_nobody_documented_is_counted_as_such(codes: list[str]) -> None:
    field = Input(name="SEX", type="category", categories=(Category(value="1", label="men"), Category(value="2")))
    odd = [index for index, code in enumerate(codes) if code in {"7", "x"}]
    assume(odd)
    card_field = Input(name="x", type="boolean")
    columns = Columns(np.zeros((len(codes), 1)), {})
    card = Card(
        name="toy",
        title="",
        question="",
        inputs=(card_field,),
        output=Regression(),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    )
    inside, outside = group_rows(card, columns, pd.DataFrame({"SEX": codes}), (field,))
    assert [group.label for group in inside.groups] == [{"en": "no", "pl": "nie"}]
    assert (outside.is_input, outside.name) == (False, "SEX")
    (result,) = (group for group in outside.groups if isinstance(group.label, dict))
    assert result.label == {"en": "not documented", "pl": "nieudokumentowane"}
    assert result.rows.tolist() == odd


def test_names_of_groups_are_written_as_people_write_them() -> None:
    limits = Input(name="limit", type="number", unit="NT$")
    result = split(limits, list(range(10_000, 1_000_000, 5_000)))
    assert [group.label for group in result.groups][:2] == [
        {"en": "below 260,000 NT$", "pl": "poniżej 260\u00a0000 NT$"},
        {"en": "260,000 to 500,000 NT$", "pl": "od 260\u00a0000 do 500\u00a0000 NT$"},
    ]
    shares = Input(name="share", type="number", shown_as="percent")
    assert split(shares, [index / 1000 for index in range(1000)]).groups[-1].label == {
        "en": "75% or more",
        "pl": "75% i więcej",
    }
    months = split(Input(name="months", type="integer", unit="months"), [0] * 500 + [1] * 300 + [2] * 195 + [3, 4, 5, 6, 7])
    assert [group.label for group in months.groups if isinstance(group.label, dict)] == [
        {"en": "0", "pl": "0"},
        {"en": "1", "pl": "1"},
        {"en": "2 or more", "pl": "2 i więcej"},
    ]


@pytest.mark.parametrize(
    ("value", "english", "polish"),
    [(1234567.5, "1,234,567.5", "1\u00a0234\u00a0567,5"), (0.1 + 0.2, "0.3", "0,3"), (-2.0, "-2", "-2")],
)
def test_a_number_is_written_in_the_readers_language(value: float, english: str, polish: str) -> None:
    assert (number(value, "en"), number(value, "pl")) == (english, polish)


def test_a_model_of_very_many_inputs_is_compared_by_its_main_fields() -> None:
    names = [f"f{at}" for at in range(500)]
    card = Card(
        name="wide",
        title="",
        question="",
        inputs=tuple(Input(name=name, type="number") for name in names),
        output=Regression(),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    )
    numbers = np.random.default_rng(0).normal(size=(60, 500))
    aside = pd.DataFrame(index=range(60))
    main = msgspec.structs.replace(card, main_fields=("f400", "f33"))
    found = [grouping.name for grouping in group_rows(main, Columns(numbers, {}), aside, ())]
    assert found == ["f33", "f400"]
    assert len(group_rows(card, Columns(numbers, {}), aside, ())) == MAX_GROUPED_INPUTS
    (one,) = [each for each in group_rows(main, Columns(numbers, {}), aside, ()) if each.name == "f400"]
    lowest = np.argmin(numbers[:, 400])
    assert lowest in one.groups[0].rows, "the values of its own column"
