"""Promises of the demo's pure rooms: addresses, words, numbers, charts."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from client import Card
from demo import cases, wording
from demo.charts import answer_scale
from demo.charts.canvas import Stretch
from demo.forms import plain
from demo.settings import WrongSettings, read_settings
from demo.tongue import CATALOGUE, Tongue, from_browser

DEMO = Path(__file__).parents[1] / "demo"
EN, PL = Tongue("en"), Tongue("pl")
CARD: Card = {
    "name": "toy",
    "version": "1",
    "title": "Toy",
    "question": "?",
    "inputs": [
        {"name": "model", "type": "number", "minimum": -5, "maximum": 5},
        {"name": "_start", "type": "integer", "nullable": True},
        {"name": "kind", "type": "category", "categories": [{"value": "null"}, {"value": "b", "label": "Bee"}]},
        {"name": "note", "type": "text", "max_length": 30},
        {"name": "known", "type": "boolean", "nullable": True},
    ],
    "output": {"kind": "classification", "focus": "yes", "labels": [{"value": "yes"}, {"value": "no"}]},
}
ROWS = st.fixed_dictionaries(
    {
        "model": st.floats(-5, 5),
        "_start": st.none() | st.integers(-(10**9), 10**9),
        "kind": st.sampled_from(["null", "b"]),
        "note": st.text(max_size=28),
        "known": st.none() | st.booleans(),
    }
)


@given(ROWS)
def test_an_address_brings_back_every_field_whatever_its_name_and_value(row: dict[str, Any]) -> None:
    case = cases.begin(CARD, "default")
    case.row = row
    address = cases.write(CARD, case, "pl")
    back = cases.read(CARD, address)
    assert back.row == row
    assert back.misunderstood == []
    assert {"model": "toy", "lang": "pl", "start": "default"}.items() <= address.items()


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=50)))
def test_any_address_opens_a_row_that_the_card_allows(parameters: dict[str, str]) -> None:
    row = cases.read(CARD, parameters).row
    assert list(row) == [field["name"] for field in CARD["inputs"]]
    assert -5 <= row["model"] <= 5
    assert row["kind"] in {"null", "b"}
    assert len(row["note"]) <= 30


@pytest.mark.parametrize("text", ["6", "nan", "inf", "1e999", "1_0", "٣", " 1", "0x1", "", "9" * 41])
def test_a_number_that_does_not_fit_is_not_guessed(text: str) -> None:
    case = cases.read(CARD, {"_model": text})
    assert case.misunderstood == [f"_model={text}"[:40]]
    assert case.row == case.start_row


def sources() -> set[str]:
    """Return every English text that the demo says."""
    found = set()
    for file in DEMO.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"say", "count"}:
                texts = node.args[: 2 if node.func.attr == "count" else 1]
                assert all(isinstance(text, ast.Constant) for text in texts), f"{file}:{node.lineno}"
                found.add(texts[0].value)  # type: ignore[attr-defined]
    return found


def test_every_text_is_in_polish_and_no_translation_is_stale() -> None:
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="pl")
    known = {message.id[0] if isinstance(message.id, tuple) else message.id: message for message in catalogue if message.id}
    assert known.keys() == sources()
    for message in known.values():
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), message.id
        wanted = set(re.findall(r"{(\w+)}", str(message.id)))
        assert all(set(re.findall(r"{(\w+)}", str(text))) == wanted for text in texts), message.id


@pytest.mark.parametrize(
    ("points", "polish"),
    [
        (1, "o 1 punkt więcej"),
        (2, "o 2 punkty więcej"),
        (5, "o 5 punktów więcej"),
        (12, "o 12 punktów więcej"),
        (22, "o 22 punkty więcej"),
    ],
)
def test_polish_counts_as_poles_do(points: int, polish: str) -> None:
    assert wording.difference(CARD, 0.0, points / 100, PL) == polish


def test_a_difference_is_said_in_whole_points_as_the_page_shows_them() -> None:
    assert wording.difference(CARD, 0.42, 0.31, EN) == "11 points less"
    assert wording.difference(CARD, 0.42, 0.43, EN) == "1 point more"
    assert wording.difference(CARD, 0.421, 0.424, EN) == "practically unchanged"


def test_numbers_have_the_form_of_their_language() -> None:
    assert (EN.number(1234567.5, 1), PL.number(1234567.5, 1)) == ("1,234,567.5", "1\u00a0234\u00a0567,5")
    assert (EN.percent(0.425, 1), PL.percent(0.425, 1)) == ("42.5%", "42,5%")


@pytest.mark.parametrize(
    ("locale", "language"), [("pl", "pl"), ("pl-PL", "pl"), ("en-GB", "en"), ("de", "en"), (None, "en")]
)
def test_the_language_comes_from_the_browser(locale: str | None, language: str) -> None:
    assert from_browser(locale) == language


def test_the_story_names_three_changes_and_counts_the_rest() -> None:
    case = cases.begin(CARD, "default")
    case.row = {"model": 1, "_start": 3, "kind": "b", "note": "x", "known": True}
    _, moved, changes = wording.story(CARD, case, 0.5, 0.6, EN)
    assert moved == "10 points more"
    assert changes.count("→") == 3
    assert changes.endswith("and 2 more.")


@pytest.mark.parametrize(
    "text", ["**bold**", "[x](http://evil)", ":red[x]", "$x$", "`x`", "<b>", ":material/bug:", "~~x~~", "# x"]
)
def test_no_label_is_taken_for_markdown(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)) == text
    assert not re.search(r"(?<!\\)[*\[\]:$`<~#]", plain(text))


def test_a_chart_keeps_its_shape_whatever_it_shows() -> None:
    stretches = [Stretch(0, 0.2, "good", "<b>Yes</b>"), Stretch(0.2, 1, "bad", "No")]
    first = answer_scale.scale(stretches, [(0.2, "20%")], 0.1, None, "light")
    second = answer_scale.scale(stretches, [(0.2, "20%")], 0.9, 0.1, "light")
    assert len(first.data) == len(second.data) == 1
    assert len(first.layout.shapes) == len(second.layout.shapes)
    assert "<b>" not in str(first.layout.annotations)


@pytest.mark.parametrize(
    "environment", [{"DEMO_PROT": "1"}, {"DEMO_PORT": "x"}, {"DEMO_SERVICE_URL": "file:///etc"}, {"DEMO_HOST": "0.0.0.0"}]
)
def test_a_wrong_setting_is_refused_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(WrongSettings, match=next(iter(environment))):
        read_settings(environment)
