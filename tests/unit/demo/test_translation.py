"""The demo's pure parts: the Polish catalogue, numbers, the case in the address, sentences, charts."""

import ast
import string
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as some

from demo.charts import answer_scale
from demo.charts.canvas import ScaleBand
from demo.session import cases
from demo.text import wording
from demo.text.translation import CATALOGUE, Translation
from demo.views import case_story
from tests.support.demo_cards import EVERY_TYPE, card_of, values_of
from tests.support.feed_records import NOON
from tests.support.repository import ROOT

DEMO = ROOT / "demo"
ENGLISH, POLISH = Translation("en"), Translation("pl")
NO_BREAK = "\N{NO-BREAK SPACE}"


# The catalogue


def source_texts() -> set[str | tuple[str, ...]]:
    """Read with ast: Babel's own extractor misses a call inside a call and one inside an f-string."""
    calls = [
        node
        for path in DEMO.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"text", "count"}
    ]
    found: set[str | tuple[str, ...]] = set()
    for call in calls:
        texts = [ast.literal_eval(given) for given in call.args[: 1 if cast(ast.Attribute, call.func).attr == "text" else 2]]
        found.add(texts[0] if len(texts) == 1 else tuple(texts))
    return found


def test_every_source_text_is_translated_and_no_translation_is_stale() -> None:
    with CATALOGUE.open("rb") as file:
        translated = {message.id for message in read_po(file, locale="pl") if message.id}
    assert translated == source_texts()


def test_every_translation_is_whole_and_fills_the_same_gaps() -> None:
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="pl") if message.id]
    for message in messages:
        sources, polish = forms_of(message.id), forms_of(message.string)
        assert len(polish) == (3 if len(sources) > 1 else 1), message.id
        assert not message.fuzzy
        for text in polish:
            assert text, message.id
            assert gaps(text) == gaps(sources[0]), message.id


def forms_of(text: Any) -> tuple[str, ...]:
    """Return the singular and the plurals, or the one text."""
    return tuple(text) if isinstance(text, list | tuple) else (text,)


def gaps(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        (1, "o 1 punkt mniej"),
        (2, "o 2 punkty mniej"),
        (5, "o 5 punktów mniej"),
        (12, "o 12 punktów mniej"),
        (22, "o 22 punkty mniej"),
        (100, "o 100 punktów mniej"),
    ],
)
def test_polish_counts_its_points_as_poles_do(points: int, sentence: str) -> None:
    assert wording.describe_difference(card_of([]), points / 100, 0.0, POLISH) == sentence


# Numbers


def test_numbers_have_the_form_of_the_language() -> None:
    assert (ENGLISH.number(1500), POLISH.number(1500)) == ("1,500", f"1{NO_BREAK}500")
    assert (ENGLISH.short_number(0.715), POLISH.short_number(0.715)) == ("0.715", "0,715")
    assert (ENGLISH.percent(0.56), POLISH.percent(0.56)) == ("56%", "56%")
    assert POLISH.percent(0.562, 1) == "56,2%"


# The case in the address


@given(some.data())
def test_an_address_brings_back_every_field(data: some.DataObject) -> None:
    card = card_of(EVERY_TYPE)
    begun = cases.start_case(card, next(iter(cases.start_rows(card))))
    begun.row = {field["name"]: data.draw(values_of(field)) for field in card["inputs"]}
    read = cases.decode_case(card, cases.encode_case(card, begun, "pl"))
    assert read.row == begun.row
    assert read.rejected == []


@given(some.data())
def test_an_address_brings_back_a_row_that_is_none_of_the_cards_as_the_start_of_its_case(data: some.DataObject) -> None:
    card = card_of(EVERY_TYPE)
    row = {field["name"]: data.draw(values_of(field)) for field in card["inputs"]}
    opened = cases.case_of_row(card, row)
    read = cases.decode_case(card, cases.encode_case(card, opened, "pl"))
    assert (read.start, read.start_row, read.row) == (cases.GIVEN, row, row)
    assert not read.changed()


@given(some.dictionaries(some.text(max_size=8), some.text(max_size=60)))
def test_no_address_however_hostile_gives_a_value_that_the_card_forbids(parameters: dict[str, str]) -> None:
    card = card_of(EVERY_TYPE)
    row = cases.decode_case(card, parameters).row
    assert list(row) == [field["name"] for field in card["inputs"]]
    assert 0 <= row["model"] <= 9
    assert 0 <= row["share"] <= 1
    assert row["start"] in {"null", "b", '"'}


@pytest.mark.parametrize(
    "name",
    [
        *("model", "lang", "start", "embed", "embed_options", "_start", "__x"),
        pytest.param("EMBED"),
    ],
)
def test_a_field_may_have_any_name_even_one_of_ours(name: str) -> None:
    card = card_of([{"name": name, "type": "integer", "default": 1}])
    case = cases.start_case(card, "default")
    case.row[name] = 7
    parameters = cases.encode_case(card, case, "en")
    kept = {key: text for key, text in parameters.items() if key.lower() not in {"embed", "embed_options"}}
    assert cases.decode_case(card, kept).row == {name: 7}, "Streamlit hides embed and embed_options, whatever their case"


@pytest.mark.parametrize(
    "text",
    ["abc", "", "NaN", "inf", "1e400", "9" * 5000, "0x10", "1_000", "10", "-1", "1.5", " 1", "1\n", "null"],
)
def test_a_number_that_is_none_is_named_and_left_out(text: str) -> None:
    card = card_of([{"name": "months", "type": "integer", "minimum": 0, "maximum": 8, "default": 2}])
    read = cases.decode_case(card, {"months": text})
    assert read.row == {"months": 2}
    assert len(read.rejected) == 1
    assert read.rejected[0].startswith("months=")
    assert len(read.rejected[0]) <= 40


def test_a_link_with_nonsense_says_which_values_it_did_not_understand() -> None:
    field = {"name": "cut", "type": "category", "categories": [{"value": "Fair"}], "default": "Fair"}
    card = card_of([field, {"name": "remark", "type": "text", "max_length": 5, "default": ""}])
    read = cases.decode_case(card, {"cut": "Odd", "remark": "too long", "colour": "D", "start": "nobody"})
    assert read.row == {"cut": "Fair", "remark": ""}
    assert sorted(read.rejected) == ["colour=D", "cut=Odd", "remark=too long", "start=nobody"]


def test_an_address_carries_only_what_was_changed() -> None:
    card = card_of([{"name": "a", "type": "integer", "default": 1}, {"name": "b", "type": "integer", "default": 1}])
    case = cases.start_case(card, "default")
    case.row["b"] = 2
    assert cases.encode_case(card, case, "pl") == {"model": "fifth", "lang": "pl", "start": "default", "b": "2"}


def test_a_case_starts_with_an_example_else_with_what_is_usual() -> None:
    inputs: list[dict[str, Any]] = [
        {"name": "months", "type": "integer", "seen": [0, 8]},
        {"name": "sure", "type": "boolean"},
    ]
    assert next(iter(cases.start_rows(card_of(inputs)).values())) == {"months": 4, "sure": False}
    named = card_of(inputs, examples=[{"name": "late", "row": {"months": 3}}], real_rows=[{"months": 1, "sure": True}])
    assert list(cases.start_rows(named)) == ["late", "real-1"]
    assert cases.start_case(named, "late").row == {"months": 3, "sure": False}


# Sentences


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


@given(some.floats(0.005, 0.995), some.floats(0.005, 0.995))
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


# Charts


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_scale_has_a_word_on_every_band_and_two_markers(theme: str) -> None:
    bands = [ScaleBand(0, 0.2, "good", "Approve"), ScaleBand(0.2, 1, "bad", "Refuse <b>")]
    figure = answer_scale.draw_probability_scale(bands, [(0.2, "20%")], 0.1, 0.7, theme)
    assert [note.text for note in figure.layout.annotations] == ["Approve", "Refuse &lt;b&gt;", "20%"]
    assert list(figure.data[0].x) == [0.7, 0.1]
    assert list(figure.data[0].marker.opacity) == [1, 1]


def test_a_start_that_is_the_answer_itself_has_no_marker_of_its_own() -> None:
    figure = answer_scale.draw_probability_scale([], [], 0.4, None, "light")
    assert list(figure.data[0].marker.opacity) == [0, 1]


def test_every_answer_lies_inside_its_drawing() -> None:
    for value, start in ((50_000.0, 300.0), (300.0, 50_000.0)):
        figure = answer_scale.draw_value_scale(
            (value * 0.9, value * 1.1), value, start, (327.0, 18_818.0), ticks=[], theme="light"
        )
        low, high = figure.layout.xaxis.range
        assert low <= min(value, start)
        assert max(value, start) <= high


def test_moments_are_written_in_the_readers_language_and_zone() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    assert [Translation(each).timestamp(NOON, 0, warsaw) for each in ("en", "pl")] == ["13:00", "13:00"]
    assert [Translation(each).timestamp(NOON, 3, warsaw) for each in ("en", "pl")] == ["Nov 24", "24 lis"]
    assert [Translation(each).timestamp(NOON, 999, warsaw) for each in ("en", "pl")] == ["Nov 2026", "lis 2026"]
