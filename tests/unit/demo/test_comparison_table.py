"""Promises of the tables of Compare: exact numbers for a spreadsheet, true sentences on how far two models are apart."""

import csv
import io
from typing import Any, cast

import pytest

from client import Card, Explanation
from demo.charts import case_dots
from demo.charts.case_dots import CaseDot
from demo.files import case_table
from demo.files.spreadsheet import CsvDialect
from demo.session.saved_cases import SavedCase
from demo.text.translation import Translation
from demo.views import chart_scales, comparison_table, curve_view
from tests.support.demo_cards import card_of

ENGLISH = Translation("en")
INPUTS: list[Any] = [{"name": "a", "type": "number", "label": "A"}, {"name": "words", "type": "text"}]
VALUE = card_of(INPUTS, {"kind": "regression"})
BANDS = [{"value": "no", "low": 0, "high": 0.5, "tone": "bad"}, {"value": "yes", "low": 0.5, "high": 1, "tone": "good"}]
CHANCE = card_of(
    INPUTS, {"kind": "classification", "labels": [{"value": "n"}, {"value": "y"}], "focus": "y", "bands": BANDS}
)
KEPT = [SavedCase("first", {"a": -1.0, "words": "x y"}), SavedCase("=second", {"a": 2.0, "words": "-x"})]


def said(value: float, *contributions: tuple[str, float], usualness: Any = None, decision: str | None = None) -> Explanation:
    """Return an explanation whose prediction is a value, or the chance of `y` where a decision comes with it."""
    prediction: dict[str, Any] = {"decision": decision, "warnings": []}
    prediction |= {"label": "y", "probabilities": {"n": 1 - value, "y": value}} if decision else {"value": value}
    pulls = [{"field": field, "value": "?", "contribution": pull} for field, pull in contributions]
    return cast(Explanation, {"prediction": prediction, "contributions": pulls, "usualness": usualness, "sentence": ""})


def test_the_file_has_answers_differences_and_reasons_as_numbers_that_a_spreadsheet_reads() -> None:
    explained = [said(-3.5, ("a", -4.0), ("words", 0.25), ("words", 0.25)), said(0.1 + 0.2, ("a", 0.3))]
    text = case_table.cases_to_csv(VALUE, KEPT, comparison_table.export_columns(VALUE, explained), CsvDialect())
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [float(line["value"]) for line in lines] == [-3.5, 0.1 + 0.2]
    assert [float(line["difference_to_first"]) for line in lines] == [0.0, 0.1 + 0.2 + 3.5]
    assert [float(line["contribution_a"]) for line in lines] == [-4.0, 0.3]
    assert [line["contribution_words"] for line in lines] == ["0.5", ""]
    assert lines[0]["a"] == "-1.0"
    assert [lines[1]["name"], lines[1]["words"]] == ["'=second", "'-x"], "texts that would be formulas are not"


def table_of(card: Card, explained: list[Explanation]) -> str:
    return comparison_table.build_case_table(card, KEPT, explained, ENGLISH)


def test_the_table_says_of_each_case_how_usual_it_is_where_anybody_can_tell() -> None:
    usual, rare = {"percentile": 35.0, "fields": []}, {"percentile": 97.2, "fields": ["a"]}
    table = table_of(VALUE, [said(1, usualness=usual), said(2, usualness=rare)])
    cells = table.rpartition("How unusual</th>")[2]
    assert cells.index("more unusual than 35% of cases") < cells.index(
        '<span class="apart">more unusual than 97% of cases</span>'
    )
    assert "How unusual" not in table_of(VALUE, [said(1), said(2)])


def apart(card: Card, one: list[Explanation], two: list[Explanation]) -> str:
    return comparison_table.describe_disagreement((card, card), KEPT, (one, two), ENGLISH)


def test_models_without_decisions_are_compared_by_their_answers() -> None:
    assert apart(VALUE, [said(1), said(5)], [said(2), said(100)]) == "Largest difference: =second, 95.00 more."
    assert apart(VALUE, [said(1), said(5)], [said(1), said(5)]) == "Both models give the same answer on all these cases."


def test_models_with_decisions_are_compared_by_these() -> None:
    yes, no = said(0.9, decision="yes"), said(0.1, decision="no")
    assert apart(CHANCE, [yes, no], [yes, yes]) == "The models make different decisions on 1 case."
    assert (
        apart(CHANCE, [yes, no], [said(0.6, decision="yes"), no]) == "Both models make the same decision on all these cases."
    )


@pytest.mark.parametrize(("language", "words"), [("en", "B (never seen)"), ("pl", "B (nigdy nie widziane)")])
def test_a_category_that_no_training_row_had_says_so_on_the_chart(language: str, words: str) -> None:
    field: Any = {
        "name": "c",
        "type": "category",
        "categories": [{"value": "a"}, {"value": "b", "label": "B", "seen": False}],
    }
    assert curve_view.make_field_values(field, ["a", "b"], Translation(language)).labels == ["a", words]


def test_the_chart_says_of_each_case_its_name_answer_and_strongest_reason() -> None:
    explained = said(-3.5, ("a", -4.0), ("words", 0.5))
    reason = comparison_table.describe_strongest_reason(VALUE, explained, ENGLISH)
    assert reason == "A −4.00"
    assert comparison_table.describe_strongest_reason(VALUE, said(1), ENGLISH) == ""
    dots = [CaseDot("first", -3.5, "−3.50", reason), CaseDot("<b>second", 2.0, "2.00 (5.50 more)")]
    figure = case_dots.draw_case_dots(dots, chart_scales.make_scale(VALUE, [-3.5, 2.0], ENGLISH), "light")
    first, second = figure.layout.yaxis.ticktext
    assert first.startswith("first<br>")
    assert "A −4.00" in first
    assert second == "&lt;b&gt;second"
    assert [text.strip() for text in figure.data[-1].text] == ["−3.50", "2.00 (5.50 more)"]
    assert figure.data[-1].textposition == ("middle right", "middle left"), "where there is room"
    assert list(figure.data[-1].x) == [-3.5, 2.0]
