"""Promises of the sentence of why: short, in the asked language, the stronger side first, nothing raw in it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.fields.lookup import type_of
from service.questions.explanation_sentence import sentence
from service.schemas import (
    Card,
    Category,
    Classification,
    Contribution,
    Input,
    Label,
    Regression,
    Value,
)
from tests.support.formula_models import model_of
from tests.support.sentence_checks import AVERAGE, DOWN, UP, well_formed
from wire.languages import LANGUAGES, Language

INPUTS = (
    Input(name="used", type="number", shown_as="percent", label={"en": "Limit used", "pl": "Wykorzystany limit"}),
    Input(
        name="paid", type="number", unit={"en": "NT$", "pl": "TWD"}, label={"en": "Last payment", "pl": "Ostatnia wpłata"}
    ),
    Input(
        name="cut",
        type="category",
        nullable=True,
        label={"en": "Cut", "pl": "Szlif"},
        categories=(Category(value="Good", label={"en": "good", "pl": "dobry"}), Category(value="Odd")),
    ),
    Input(name="has_car", type="boolean"),
    Input(name="note", type="text", label={"en": "Note", "pl": "Notatka"}),
)
CHANCE = Classification(labels=(Label(value="no"), Label(value="yes")), focus="yes")


def card_of(output: Classification | Regression, inputs: tuple[Input, ...] = INPUTS) -> Card:
    return model_of("said", inputs, output, lambda matrix: matrix).card


CARD, PRICE = card_of(CHANCE), card_of(Regression(unit="USD"))
PLAIN = card_of(CHANCE, tuple(Input(name=each.name, type=each.type, label="Plain") for each in INPUTS))
"""Labels in one language, for all readers."""
VALUES: dict[str, Value] = {"used": 0.95, "paid": 12500, "cut": "Good", "has_car": True, "note": "rich"}


def said(language: Language, pulls: dict[str, float], card: Card = CARD, output: float = 0.5, **values: Value) -> str:
    known = VALUES | values
    contributions = [Contribution(field=name, value=known[name], contribution=pull) for name, pull in pulls.items()]
    return sentence(card, contributions, output - sum(pulls.values()), output, language)


def test_the_stronger_side_comes_first_with_labels_values_and_units_of_the_language() -> None:
    pulls = {"used": 0.3, "paid": -0.2, "cut": 0.1, "has_car": 0.0, "note": 0.0}
    assert (
        said("en", pulls) == "Raised most by: Limit used (95%), Cut (good). Lowered most by: Last payment (12,500\u00a0NT$)."
    )
    assert said("pl", pulls) == (
        "Najmocniej w górę: Wykorzystany limit (95%), Szlif (dobry). Najmocniej w dół: Ostatnia wpłata (12\u00a0500\u00a0TWD)."
    )
    turned = {name: -pull for name, pull in pulls.items()}
    assert (
        said("en", turned)
        == "Lowered most by: Limit used (95%), Cut (good). Raised most by: Last payment (12,500\u00a0NT$)."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sign", [1, -1], ids=["nothing lowers", "nothing raises"])
def test_a_side_with_nothing_on_it_is_not_mentioned(language: Language, sign: int) -> None:
    text = said(language, {"used": 0.3 * sign, "has_car": 0.2 * sign})
    own, other = (UP, DOWN) if sign > 0 else (DOWN, UP)
    assert text.startswith(own[language])
    assert other[language] not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_stands_out_the_case_is_called_average(language: Language) -> None:
    assert said(language, dict.fromkeys(VALUES, 0.0)) == AVERAGE[language]
    assert said(language, {"used": 0.009, "paid": -0.004}) == AVERAGE[language]
    assert said(language, {"used": 30.0, "paid": -4.0}, PRICE, output=4000.0) == AVERAGE[language]
    assert said(language, {"used": 0.0}, PRICE, output=0.0) == AVERAGE[language]
    assert said(language, {"used": 60.0, "paid": -4.0}, PRICE, output=4000.0) != AVERAGE[language]


def test_at_most_two_fields_a_side_are_named_and_none_that_hardly_matters() -> None:
    text = said("en", {"used": 0.4, "paid": 0.3, "cut": 0.2, "has_car": -0.05, "note": -0.02})
    assert text == "Raised most by: Limit used (95%), Last payment (12,500\u00a0NT$)."


SHOWN: list[tuple[str, Value, str, str]] = [
    ("used", 0.1 + 0.2, "30%", "30%"),
    ("used", 1 / 3, "33.33%", "33,33%"),
    ("used", -1e-9, "0%", "0%"),
    ("paid", 0.1 + 0.2, "0.3\u00a0NT$", "0,3\u00a0TWD"),
    ("paid", -0.00001, "0\u00a0NT$", "0\u00a0TWD"),
    ("paid", 1234567.891, "1,234,567.891\u00a0NT$", "1\u00a0234\u00a0567,891\u00a0TWD"),
    ("paid", 25e9, "25,000,000,000\u00a0NT$", "25\u00a0000\u00a0000\u00a0000\u00a0TWD"),
    ("cut", "Good", "good", "dobry"),
    ("cut", "Odd", "Odd", "Odd"),
    ("cut", None, "not known", "nieznane"),
    ("has_car", True, "yes", "tak"),
    ("has_car", False, "no", "nie"),
    ("note", "", "empty", "puste"),
    ("note", " two \n words ", "two words", "two words"),
    ("note", "x" * 90, "x" * 39 + "…", "x" * 39 + "…"),
]


@pytest.mark.parametrize(("name", "value", "english", "polish"), SHOWN)
def test_values_are_written_as_people_of_the_language_write_them(name: str, value: Value, english: str, polish: str) -> None:
    field = next(field for field in INPUTS if field.name == name)
    assert (type_of(field).text(value, "en"), type_of(field).text(value, "pl")) == (english, polish)


def test_a_field_without_a_label_is_called_by_its_name() -> None:
    assert said("en", {"has_car": 0.3}) == "Raised most by: Has car (yes)."


def word(text: str, contribution: float) -> Contribution:
    return Contribution(field="note", value=text, contribution=contribution, span=(0, len(text)))


def test_words_stand_in_the_quotes_of_the_language_each_once() -> None:
    card = card_of(CHANCE, INPUTS[-1:])
    words = [word("good", 0.2), word("bad", -0.1), word("good", 0.19)]
    assert sentence(card, words, 0.2, 0.5, "en") == "Raised most by: “good”. Lowered most by: “bad”."
    assert sentence(card, words, 0.2, 0.5, "pl") == "Najmocniej w górę: „good”. Najmocniej w dół: „bad”."
    assert sentence(card, [word("a \n  b", 0.3)], 0.2, 0.5, "en") == "Raised most by: “a b”."
    assert len(sentence(card, [word("x" * 2000, 0.3)], 0.2, 0.5, "en")) < 100


def test_an_empty_text_is_called_empty() -> None:
    card = card_of(CHANCE, INPUTS[-1:])
    assert sentence(card, [], 0.5, 0.5, "en") == "There is nothing to weigh: the text is empty."
    assert sentence(card, [], 0.5, 0.5, "pl") == "Nie ma czego ważyć: tekst jest pusty."


def test_a_case_without_others_is_not_called_an_empty_text() -> None:
    assert sentence(CARD, [], 0.5, 0.5, "en") == "There are no other cases to compare this one with."
    assert sentence(CARD, [], 0.5, 0.5, "pl") == "Nie ma innych przypadków, z którymi można by porównać ten."


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bars_of_any_values_make_a_clean_sentence(language: Language, data: st.DataObject) -> None:
    numbers = st.floats(-1e12, 1e12, allow_subnormal=False)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "used": st.floats(0, 100),
        "paid": numbers | st.integers(-(10**12), 10**12),
        "cut": st.sampled_from(["Good", "Odd", None]),
        "has_car": st.booleans(),
        "note": st.text(st.sampled_from("ab \n\t"), max_size=60),
    }
    values = data.draw(st.fixed_dictionaries(kinds))
    pulls = {name: data.draw(st.floats(-1, 1)) for name in values}
    card = data.draw(st.sampled_from([CARD, PRICE, PLAIN]))
    well_formed(said(language, pulls, card, data.draw(st.floats(0, 1)), **values), language)


def test_a_model_without_probabilities_is_said_to_speak_for_its_label() -> None:
    labels = (Label(value="no"), Label(value="yes", label={"en": "will pay", "pl": "zapłaci"}))
    card = card_of(Classification(labels=labels, focus="yes", scores="labels"))
    pulls = {"used": 0.5, "cut": -0.4}
    assert said("en", pulls, card) == "For “will pay”: Limit used (95%). Against “will pay”: Cut (good)."
    assert said("pl", pulls, card) == (
        "Za odpowiedzią „zapłaci”: Wykorzystany limit (95%). Przeciw odpowiedzi „zapłaci”: Szlif (dobry)."
    )


def test_a_vector_is_named_without_a_value_which_no_answer_holds() -> None:
    card = card_of(CHANCE, (*INPUTS, Input(name="embedding", type="vector", length=3, label="Embedding")))
    pulls = [Contribution(field="embedding", value=None, contribution=0.4)]
    assert sentence(card, pulls, 0.1, 0.5, "en") == "Raised most by: Embedding."
