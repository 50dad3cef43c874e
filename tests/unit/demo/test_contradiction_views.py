"""Promises of a case that breaks a rule: its sentence beside the fields, and curves without the values that cannot be."""

import re
from typing import Any, cast

import pytest

from client import Card, Curve, FieldWarning, Prediction, Surface
from demo.charts import answer_map, curve_chart
from demo.text import answer_html
from demo.text.translation import Translation
from demo.views import curve_view, explanation_view, field_notes
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, card_of

RULE = "The worst delay is at least as long as the delay now."
FIELDS: list[dict[str, Any]] = [
    {"name": "limit", "type": "number", "label": "Credit limit"},
    {"name": "worst", "type": "integer", "label": "Worst delay", "minimum": 0, "maximum": 8},
    {"name": "late", "type": "integer", "label": "Months late now", "minimum": 0, "maximum": 8},
    {"name": "cut", "type": "category", "categories": [{"value": "a"}, {"value": "b"}]},
]

ROW: Any = {"limit": 1000, "worst": 0, "late": 0, "cut": "a"}


def contradiction(*fields: str, sentence: str = RULE) -> FieldWarning:
    return {"field": fields[0], "code": "contradiction", "fields": [*fields], "sentence": sentence}


def predicted(*warnings: Any, share: float = 0.5) -> Prediction:
    shares = {"yes": share, "no": 1 - share}
    return cast(Prediction, {"label": "yes", "probabilities": shares, "decision": None, "warnings": [*warnings]})


def card() -> Card:
    return card_of(FIELDS)


def test_the_first_field_of_a_broken_rule_has_its_sentence_and_the_others_refer_to_it() -> None:
    notes = field_notes.build_field_notes(card(), [contradiction("late", "worst")], ENGLISH)
    assert list(notes) == ["worst", "late"]
    assert RULE in notes["worst"]
    assert notes["late"].count("Contradicts: Worst delay.") == 1
    assert sum(note.count('role="alert"') for note in notes.values()) == 1, "a screen reader reads it once"


@pytest.mark.parametrize(("tr", "word"), [(ENGLISH, "Contradiction:"), (POLISH, "Sprzeczność:")])
def test_a_contradiction_is_told_in_words_not_only_in_colour(tr: Translation, word: str) -> None:
    assert word in field_notes.build_contradictions(predicted(contradiction("late", "worst")), tr)
    assert word in field_notes.build_field_notes(card(), [contradiction("late", "worst")], tr)["worst"]


def test_a_field_with_two_broken_rules_and_an_unusual_value_has_all_three_notes() -> None:
    warnings: list[FieldWarning] = [
        contradiction("worst", "late"),
        contradiction("limit", "worst", sentence="Another rule."),
        {"field": "worst", "code": "outside_training_range"},
    ]
    notes = field_notes.build_field_notes(card(), warnings, ENGLISH)
    assert notes["worst"].count("<p") == 3
    assert "Another rule." in notes["limit"]


def test_nothing_hostile_of_a_rule_runs_and_an_unknown_field_or_code_is_no_error() -> None:
    gone = contradiction("gone", sentence=EVIL)
    new: Any = {"field": "gone", "code": "new"}
    assert field_notes.build_field_notes(card(), [gone, new, contradiction("late", sentence=EVIL)], ENGLISH).keys() == {
        "late"
    }
    page = field_notes.build_contradictions(predicted(gone), ENGLISH)
    assert "<script" not in page
    bare: Any = {"field": "late", "code": "contradiction"}
    assert "These values cannot occur together." in field_notes.build_field_notes(card(), [bare], ENGLISH)["late"]


@pytest.mark.parametrize("percentile", [0.0, 50.0, 100.0])
def test_a_contradicting_case_is_never_called_usual_whatever_the_service_says(percentile: float) -> None:
    usualness: Any = {"percentile": percentile, "fields": []}
    prediction = predicted(contradiction("late", "worst"))
    now: Any = {"prediction": prediction, "usualness": usualness}
    sentence, is_unusual = explanation_view.describe_usualness(card(), now, ENGLISH)
    assert (sentence, is_unusual) == ("The values contradict each other: do not rely on the answer.", True)
    badge = answer_html.build_usualness(prediction, usualness, ENGLISH)
    assert re.sub("<[^>]*>", "", badge) == "contradictory values"


# What if


def curve(name: str, points: list[tuple[Any, list[FieldWarning]]]) -> Curve:
    swept = [{"value": value, "prediction": predicted(*warnings)} for value, warnings in points]
    return cast(Curve, {"field": name, "seen": None, "usual": None, "points": swept})


def trace(figure: Any) -> Any:
    return figure.data[0]


def drawn(name: str, points: list[tuple[Any, list[FieldWarning]]]) -> Any:
    field: Any = next(each for each in FIELDS if each["name"] == name)
    values, made = curve_view.make_curve_points(card(), field, curve(name, points), ENGLISH)
    scale = curve_view.make_scale(card(), made, ENGLISH)
    if name == "cut":
        return curve_chart.draw_bars(made, scale, now=None, start=None, theme="light")
    return curve_chart.draw_line(made, values.axis(None, ENGLISH), scale, now=None, start=None, theme="light")


BROKEN = [contradiction("late", "worst")]


def test_a_line_leaves_out_the_stretch_that_contradicts_and_says_so_in_words() -> None:
    figure = drawn("worst", [(0, BROKEN), (1, BROKEN), (2, []), (3, []), (4, BROKEN)])
    assert [answer is None for answer in trace(figure).y] == [True, True, False, False, True]
    stretches = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.line.dash == "dot"]
    assert len(stretches) == 2
    assert stretches[0][1] == 1.5
    assert stretches[1][0] == 3.5
    assert [each.text for each in figure.layout.annotations].count("impossible") == 2


def test_the_rules_that_values_break_are_named_once_and_the_range_of_answers_is_that_of_possible_values() -> None:
    field: Any = FIELDS[1]
    swept = curve("worst", [(0, BROKEN), (1, BROKEN), (2, []), (3, [])])
    swept["points"][0]["prediction"] = predicted(*BROKEN, share=0.9)
    assert curve_view.describe_impossible_values(field, swept) == RULE
    assert "90%" not in curve_view.summarize_curve(card(), field, swept, ROW, ENGLISH)


@pytest.mark.parametrize(
    ("tr", "sentence"),
    [
        (ENGLISH, "Months late now: only 0 is possible while Worst delay is 0."),
        (POLISH, "Months late now: gdy Worst delay to 0, możliwa jest tylko jedna wartość (0)."),
    ],
)
def test_a_field_that_the_rules_leave_one_value_is_not_called_without_effect(tr: Translation, sentence: str) -> None:
    field: Any = FIELDS[2]
    swept = curve("late", [(0, []), (1, BROKEN), (2, BROKEN)])
    swept["points"][1]["prediction"] = predicted(*BROKEN, share=0.9)
    assert curve_view.summarize_curve(card(), field, swept, ROW, tr) == sentence
    assert curve_view.measure_effect(card(), field, swept, tr) == 0


def test_a_flat_answer_along_possible_values_claims_nothing_of_the_impossible_ones() -> None:
    field: Any = FIELDS[1]
    swept = curve("worst", [(0, BROKEN), (1, []), (2, [])])
    swept["points"][0]["prediction"] = predicted(*BROKEN, share=0.9)
    sentence = curve_view.summarize_curve(card(), field, swept, ROW, ENGLISH)
    assert sentence == "Worst delay: no effect among the possible values, the answer stays 50%."


def test_a_rule_that_every_value_breaks_is_no_stretch_of_the_curve() -> None:
    other = contradiction("limit", "late", sentence="Of the case.")
    points: list[tuple[Any, list[FieldWarning]]] = [(0, [other, *BROKEN]), (1, [other]), (2, [other])]
    figure = drawn("worst", points)
    assert [answer is None for answer in trace(figure).y] == [True, False, False]
    whole = drawn("worst", [(value, [other]) for value in (0, 1, 2)])
    assert None not in trace(whole).y
    assert not whole.layout.shapes


def test_a_bar_that_contradicts_is_left_out_and_named_impossible() -> None:
    figure = drawn("cut", [("a", [contradiction("cut", "worst")]), ("b", [])])
    assert [answer is None for answer in trace(figure).x] == [True, False]
    assert list(figure.layout.yaxis.ticktext) == ["a (impossible)", "b"]


def test_cells_of_a_map_that_contradict_are_empty_and_cannot_be_clicked() -> None:
    one, two = FIELDS[1], FIELDS[2]
    surface: Any = {
        "fields": ["worst", "late"],
        "values": [[0, 1], [0, 1]],
        "outputs": [[0.1, 0.9], [0.2, 0.3]],
        "contradictions": [[False, True], [False, False]],
    }
    first, second, cells = curve_view.make_surface_points(card(), cast(Any, (one, two)), cast(Surface, surface), ENGLISH)
    scale = curve_view.make_scale(card(), [point for line in cells for point in line], ENGLISH)
    axes = (first.axis(None, ENGLISH), second.axis(None, ENGLISH))
    positions = (first.positions, second.positions)
    figure = answer_map.draw_surface(axes, positions, cells, scale, now=None, start=None, theme="light")
    assert [list(line) for line in figure.data[0].z] == [[0.1, 0.2], [None, 0.3]]
    assert [list(each) for each in figure.data[1].customdata] == [[0, 0], [1, 0], [1, 1]]
    assert "90%" not in curve_view.summarize_surface(card(), cells, ENGLISH)
    surface["contradictions"] = [[True, True], [True, True]]
    _, _, whole = curve_view.make_surface_points(card(), cast(Any, (one, two)), cast(Surface, surface), ENGLISH)
    assert all(point.is_possible for line in whole for point in line), "the case contradicts itself with any values"
