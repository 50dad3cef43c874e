"""Promises about card.toml: what a person writes overrides the draft, a slip is refused, and a printed one reads back."""

import tomllib
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.publishing.drafting.card_toml import describe_card, toml_value
from service.publishing.drafting.draft import Drafted, draft
from service.publishing.drafting.findings import CannotDraft
from service.publishing.drafting.overrides import apply_overrides
from service.schemas import Card, Classification, Regression
from tests.support.formula_drafts import draft_of, facts, probabilities, values

ROWS = 120
RANDOM = np.random.default_rng(2)
TABLE = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, ROWS),
        "share (of limit)": RANDOM.random(ROWS).round(2),
        "city": np.array(["Łódź", "Kraków"])[np.arange(ROWS) % 2],
        "note": [f'a "note" of {row}' for row in range(ROWS)],
        "rest": np.where(np.arange(ROWS) % 5 == 0, np.nan, RANDOM.random(ROWS)),
    }
)
CHURNED = pd.Series(np.arange(ROWS) % 3 == 0, name="churned").astype(int)
WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
TEXTS = st.one_of(WORDS, st.fixed_dictionaries({"en": WORDS, "pl": WORDS}))


@cache
def drafted(kind: str) -> Drafted:
    if kind == "regression":
        return draft_of(TABLE, pd.Series(RANDOM.random(ROWS), name="price"), values, task="regression", classes=None)
    return draft_of(TABLE, CHURNED, probabilities)


def read_back(card: Card, start: Card) -> Card:
    return apply_overrides(start, tomllib.loads(describe_card(card)))


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, Any]:
    """Return texts and settings for some keys of a card and some of its fields."""
    card: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "title": TEXTS,
                "question": TEXTS,
                "summary": TEXTS,
                "purpose": TEXTS,
                "change_note": TEXTS,
                "row_name": TEXTS,
                "not_for": st.lists(TEXTS, max_size=3),
                "limits": st.lists(TEXTS, max_size=3),
                "training": st.fixed_dictionaries({"data": TEXTS, "source": WORDS, "licence": WORDS}),
                "rules": st.just([{"kind": "at_most", "lower": "age", "upper": "rest", "sentence": {"en": "a", "pl": "b"}}]),
                "row_forms": st.fixed_dictionaries({"other": TEXTS, "one": TEXTS}),
            },
        )
    )
    field = st.fixed_dictionaries(
        {"name": st.sampled_from(["age", "share (of limit)", "note", "rest"])},
        optional={
            "label": TEXTS,
            "help": TEXTS,
            "unit": TEXTS,
            "group": TEXTS,
            "changeable": st.sampled_from(["no", "up", "down", "both"]),
            "minimum": st.integers(-1000, 0),
            "maximum": st.floats(100, 1e9),
        },
    )
    card["inputs"] = draw(st.lists(field, max_size=5, unique_by=lambda each: str(each["name"])))
    card["output"] = draw(st.fixed_dictionaries({}, optional={"sentence": TEXTS}))
    if draw(st.booleans()):
        card["inputs"].append({"name": "city", "categories": [{"value": "Łódź", "label": draw(TEXTS)}]})
    return card


@pytest.mark.parametrize("kind", ["classification", "regression"])
@settings(max_examples=25)
@given(given_overrides=overrides())
def test_a_printed_card_reads_back_as_the_same_card(kind: str, given_overrides: dict[str, Any]) -> None:
    start = drafted(kind).card
    changed = apply_overrides(start, given_overrides)
    assert read_back(changed, start) == changed
    assert read_back(changed, changed) == changed


@given(st.recursive(st.one_of(WORDS, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.booleans()),
                    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS.filter(bool), inner, max_size=3))))  # fmt: skip
def test_a_value_as_toml_reads_back(value: Any) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_every_line_of_a_printed_card_is_explained(kind: str) -> None:
    text = describe_card(drafted(kind).card, drafted(kind).findings)
    table = tomllib.loads(text)
    assert {"name", "title", "question", "output", "inputs", "examples"} <= table.keys()
    for line in text.splitlines():
        is_value = line and not line.startswith(("#", "[", "]", "    ")) and not line.endswith("= [")
        assert not is_value or len(line.rpartition("  # ")[2]) > 5, line
    for finding in drafted(kind).findings:
        assert f"# {finding.sentence}" in text


def test_texts_units_groups_directions_and_limits_override_the_draft() -> None:
    field = {"name": "age", "label": {"en": "Age", "pl": "Wiek"}, "unit": "years", "group": "Client", "changeable": "no"}
    card = draft_of(TABLE, CHURNED, probabilities, overrides={"inputs": [{**field, "minimum": 0, "maximum": 120}]}).card
    age = card.inputs[0]
    assert (age.label, age.unit, age.group, age.changeable) == ({"en": "Age", "pl": "Wiek"}, "years", "Client", "no")
    assert (age.minimum, age.maximum) == (0, 120)
    assert age.type == "integer"
    assert card.inputs[1:] == drafted("classification").card.inputs[1:]


def test_labels_bands_and_the_focus_override_the_draft() -> None:
    bands = [
        {"value": "keep", "low": 0.0, "high": 0.2, "tone": "good"},
        {"value": "call", "low": 0.2, "high": 0.6, "tone": "middle"},
        {"value": "offer", "low": 0.6, "high": 1.0, "tone": "bad"},
    ]
    output = {"focus": "0", "bands": bands, "labels": [{"value": "1", "label": {"en": "Leaves", "pl": "Odejdzie"}}]}
    card = draft_of(TABLE, CHURNED, probabilities, overrides={"output": output}).card
    assert isinstance(card.output, Classification)
    assert card.output.focus == "0"
    assert [band.value for band in card.output.bands] == ["keep", "call", "offer"]
    assert [label.value for label in card.output.labels] == ["0", "1"]
    assert card.output.labels[1].label == {"en": "Leaves", "pl": "Odejdzie"}


def test_categories_take_the_order_and_the_labels_of_the_person_and_keep_the_others() -> None:
    categories = [{"value": "Łódź", "label": "Lodz"}, {"value": "Gdynia", "seen": False}]
    card = draft_of(TABLE, CHURNED, probabilities, overrides={"inputs": [{"name": "city", "categories": categories}]}).card
    assert [(each.value, each.label, each.seen) for each in card.inputs[2].categories] == [
        ("Łódź", "Lodz", True),
        ("Gdynia", "", False),
        ("Kraków", "", True),
    ]


def test_a_type_that_a_person_chooses_is_drafted() -> None:
    card = draft_of(TABLE, CHURNED, probabilities, overrides={"inputs": [{"name": "city", "type": "text"}]}).card
    assert (card.inputs[2].type, card.inputs[2].categories) == ("text", ())
    coded = draft_of(
        TABLE.assign(age=TABLE["age"] % 3),
        CHURNED,
        probabilities,
        overrides={"inputs": [{"name": "age", "type": "category"}]},
    )
    assert [category.value for category in coded.card.inputs[0].categories] == ["0", "1", "2"]


def test_examples_of_a_person_replace_those_of_the_draft() -> None:
    row = {"age": 40, "share (of limit)": 0.5, "city": "Łódź", "note": "hello"}
    card = draft_of(TABLE, CHURNED, probabilities, overrides={"examples": [{"name": "mine", "row": row}]}).card
    assert [example.row for example in card.examples] == [row | {"rest": None}]
    assert card.inputs[0].default in set(TABLE["age"])


def test_a_unit_and_bands_of_a_value_override_the_draft() -> None:
    changes = {"output": {"unit": "EUR", "bands": [{"value": "low", "low": 0, "high": 5, "tone": "good"}]}}
    card = apply_overrides(drafted("regression").card, changes)
    assert isinstance(card.output, Regression)
    assert (card.output.unit, card.output.bands[0].high) == ("EUR", 5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"titel": "x"}, r"unknown key 'titel'. Did you mean title\?"),
        ({"inputs": [{"name": "aeg"}]}, r"input 'aeg'.* Did you mean age\?"),
        ({"inputs": [{"name": "age", "lable": "x"}]}, r"unknown key 'lable' of inputs. Did you mean label\?"),
        ({"inputs": [{"name": "city", "categories": [{"name": "a"}]}]}, "unknown key 'name' of inputs.categories"),
        ({"inputs": [{"name": "age", "type": "whole"}]}, "type 'whole', which does not exist"),
        ({"inputs": [{"name": "age", "label": 5}]}, "does not fit"),
        ({"inputs": {"age": {}}}, r"each written as \[\[inputs\]\]"),
        ({"inputs": [{"label": "x"}]}, "input None"),
        ({"inputs": [{"name": "age", "maximum": 30}]}, "Expected a value from 0 to 30"),
        ({"inputs": [{"name": "age", "minimum": 30, "maximum": 3}]}, "minimum above its maximum"),
        ({"output": {"focus": "2"}}, "two labels or more, the focus among them"),
        ({"output": {"labels": [{"value": "2"}]}}, "label '2', which the model does not have"),
        ({"output": {"units": "x"}}, r"unknown key 'units' of output. Did you mean unit\?"),
        ({"output": {"bands": [{"value": "a", "low": 0, "high": 0.5, "tone": "good"}]}}, "bands must cover 0 to 1"),
        ({"output": {"bands": [{"value": "a", "low": 0, "high": 1, "tone": "red"}]}}, "does not fit"),
        ({"rules": [{"kind": "sum", "fields": ["age", "aeg"], "total": "rest", "sentence": "s"}]}, "aeg"),
        ({"rules": [{"kind": "sum", "field": ["age"]}]}, r"unknown key 'field' of rules"),
        ({"examples": [{"name": "a", "row": {"aeg": 1}}]}, r"input 'aeg'.* Did you mean age\?"),
        ({"examples": [{"name": "a", "row": {"age": 40}}]}, "example 'a' does not fit the field .*missing"),
        ({"metrics": []}, "'metrics', which the build computes"),
        ({"aside": [{"name": "sexx"}]}, r"'sexx' aside.* Did you mean sex\?"),
        ({"aside": [{"name": "sex", "labell": "x"}]}, r"unknown key 'labell' of aside"),
        ({"name": "Big Name"}, "small letters"),
    ],
)
def test_a_slip_is_refused_with_a_sentence_and_the_nearest_right_name(changes: dict[str, Any], words: str) -> None:
    sample = TABLE.assign(sex=np.arange(ROWS) % 2)
    with pytest.raises(CannotDraft, match=words) as caught:
        draft(sample, CHURNED, facts(TABLE), probabilities, name="toy", overrides=changes)
    assert str(caught.value).endswith((".", "?"))
