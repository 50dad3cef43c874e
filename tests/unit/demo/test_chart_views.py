"""Promises of what the demo makes of answers: bars, words, tables, ticks, the cheapest threshold; nothing hostile runs."""

import html
import itertools
import math
import re
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from client import Curve, Explanation
from demo.charts import answer_map, canvas, curve_chart, estimate_chart
from demo.charts import evaluation_charts as chart
from demo.charts.ticks import round_counts, round_numbers
from demo.session.saved_cases import SavedCase
from demo.text.translation import Translation
from demo.views import comparison_table, curve_view, explanation_bars, explanation_view
from tests.support.demo_cards import ENGLISH, EVIL, POLISH, TITLES, card_of

AMOUNTS = some.floats(-1, 1).filter(lambda value: value == 0 or abs(value) > 1e-6)


def explained(contributions: dict[str, float], base: float = 0.5, error: float = 0.0, **more: Any) -> Explanation:
    said = {
        "base": base,
        "output": base + sum(contributions.values()),
        "standard_error": error,
        "contributions": [{"field": name, "value": 1, "contribution": value} for name, value in contributions.items()],
        "sentence": f"Because {EVIL}.",
        "prediction": {"label": "yes", "probabilities": {"yes": 0.5, "no": 0.5}, "decision": None, "warnings": []},
        "usualness": None,
    }
    return cast(Explanation, said | more)


def fields(count: int) -> list[dict[str, Any]]:
    return [{"name": f"field_{index}", "type": "number", "label": f"{EVIL} {index}"} for index in range(count)]


def amounts(text: str) -> list[float]:
    result = re.findall(r'class="bar-amount">([^<]*)<', text)
    return [float(html.unescape(each).replace("−", "-").replace(",", "")) for each in result]


@given(some.lists(AMOUNTS, min_size=1, max_size=15))
def test_the_bars_of_a_value_add_up_to_what_the_fields_do_together(pulls: list[float]) -> None:
    card = card_of(fields(len(pulls)), {"kind": "regression", "seen": [0, 1]})
    one = explained({f"field_{index}": pull for index, pull in enumerate(pulls)})
    drawn = explanation_view.build_explanation(card, {}, one, one, ENGLISH)
    assert len(amounts(drawn)) == min(len(pulls), 7)
    assert sum(amounts(drawn)) == pytest.approx(sum(pulls), abs=0.005 * 7 + 1e-9)
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", drawn)]
    assert max(widths) <= 50


@given(some.lists(some.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=15))
def test_reasons_are_sorted_by_their_size_now(pulls: list[tuple[float, float]]) -> None:
    begun, now = ({f"field_{index}": pair[side] for index, pair in enumerate(pulls)} for side in (0, 1))
    bars = explanation_bars.order_bars(explained(now), explained(begun))
    sizes = [abs(each["contribution"]) for each, _ in bars]
    assert sizes == sorted(map(abs, now.values()), reverse=True)[:6]
    assert all(old == begun[each["field"]] for each, old in bars)


@given(some.floats(0, 1), some.lists(some.floats(-0.5, 0.5), min_size=1, max_size=15), some.sampled_from([ENGLISH, POLISH]))
def test_the_shown_bars_lead_from_the_shown_average_to_the_shown_answer(base: float, pulls: list[float], tr: Any) -> None:
    answer = base + math.fsum(pulls)
    assume(0 <= answer <= 1)
    one = explained({f"field_{index}": pull for index, pull in enumerate(pulls)})
    one["base"], one["output"] = base, answer
    drawn = explanation_view.build_explanation(card_of(fields(len(pulls))), {}, one, one, tr)
    bars = [Decimal(each.replace("−", "-").replace(",", ".")) for each in re.findall(r'class="bar-amount">([^<]*)<', drawn)]
    ends = re.search(r"(?:average answer|średniej odpowiedzi), (\S+?)%, (?:to|do) (\S+?)%", drawn)
    assert ends
    first, last = (Decimal(end.replace(",", ".")) for end in ends.groups())
    assert first + sum(bars) == last
    ordered = sorted(pulls, key=abs, reverse=True)
    exact = [*ordered[:6], math.fsum(ordered[6:])][: len(bars)]
    assert all(abs(float(bar) - 100 * pull) < 0.21 for bar, pull in zip(bars, exact, strict=True))


@pytest.mark.parametrize(
    ("tones", "css_class", "raising"),
    [
        (("good", "middle", "bad"), "why", "raises the answer"),
        (("bad", "middle", "good"), "why swapped", "raises the answer"),
        (("middle", "middle", "middle"), "why neutral", "raises the answer"),
        ((), "why neutral", "raises the answer"),
    ],
)
def test_red_is_for_raising_only_where_raising_is_bad(tones: tuple[str, ...], css_class: str, raising: str) -> None:
    ends = [0.0, 0.3, 0.6, 1.0]
    bands = [{"value": str(n), "low": ends[n], "high": ends[n + 1], "tone": tone} for n, tone in enumerate(tones)]
    output = {"kind": "classification", "labels": [{"value": "no"}, {"value": "yes"}], "focus": "yes", "bands": bands}
    one = explained({"field_0": 0.1})
    drawn = explanation_view.build_explanation(card_of(fields(1), output), {}, one, one, ENGLISH)
    assert f'<section class="{css_class}">' in drawn
    assert raising in drawn


@pytest.mark.parametrize(
    ("tr", "legend"),
    [
        (ENGLISH, "raises the probability of a negative comment"),
        (POLISH, "zwiększa: probability of a negative comment"),
    ],
)
def test_the_legend_says_what_the_number_counts_and_calls_no_tone_a_risk(tr: Translation, legend: str) -> None:
    output = {"kind": "classification", "labels": [{"value": "no"}, {"value": "yes"}], "focus": "yes"}
    card = card_of(fields(1), output | {"sentence": "probability of a negative comment"})
    one = explained({"field_0": 0.1})
    drawn = explanation_view.build_explanation(card, {}, one, one, tr)
    assert legend in drawn
    assert not re.search("risk|ryzyko", drawn)


@pytest.mark.parametrize(
    ("tr", "labels", "title"),
    [
        (ENGLISH, ["poor", "fair", "good"], "Why 70% for “poor”"),
        (POLISH, ["poor", "fair", "good"], "Dlaczego 70% dla „poor”"),
        (ENGLISH, ["poor", "good"], "Why"),
    ],
)
def test_of_several_labels_the_title_names_the_one_that_is_explained(tr: Any, labels: list[str], title: str) -> None:
    output = {"kind": "classification", "labels": [{"value": label} for label in labels], "focus": "poor"}
    one = explained({"field_0": 0.2}, base=0.5)
    assert f"<h2>{title}</h2>" in explanation_view.build_explanation(card_of(fields(1), output), {}, one, one, tr)


def test_a_changed_field_has_its_own_bar_however_small_its_contribution() -> None:
    now = {f"field_{index}": 0.5 - index / 20 for index in range(9)}
    one, other = explained(now), explained(now)
    other["contributions"][8]["value"] = -1
    assert one["contributions"][8]["value"] != -1
    names = [each["field"] for each, _ in explanation_bars.order_bars(one, other)]
    assert names == ["field_0", "field_1", "field_2", "field_3", "field_4", "field_8"]


@pytest.mark.parametrize("most", [1, 2, 3, 7, 13, 5000])
def test_counts_stand_at_whole_numbers_each_once(most: int) -> None:
    ticks = round_counts(most, 5)
    assert ticks[0] == 0
    assert all(tick.is_integer() for tick in ticks)
    assert len({f"{tick:.0f}" for tick in ticks}) == len(ticks) > 1


def test_nothing_of_a_card_or_a_row_runs() -> None:
    card = card_of([*fields(8), {"name": "remark", "type": "text"}])
    row = {"remark": EVIL}
    one = explained({f"field_{index}": 0.1 for index in range(8)} | {"remark": 0.2}, error=0.2)
    one["contributions"][-1]["value"] = EVIL
    rows = [SavedCase(EVIL, {f"field_{index}": at for index in range(8)} | row) for at in (1, 2)]
    for text in (
        explanation_view.build_explanation(card, row, one, one, ENGLISH),
        comparison_table.build_case_table(card, rows, [one, one], ENGLISH),
        comparison_table.build_model_table((card, card), rows, ([one, one], [one, one]), ENGLISH),
    ):
        assert "<script" not in text
        assert "alert" in text


WORDS = some.lists(
    some.text(some.characters(exclude_categories=["Cs", "Zs", "Cc"]), min_size=1, max_size=8), min_size=1, max_size=9
)


@given(WORDS, some.data())
def test_the_coloured_words_spell_the_text_as_it_was_typed(words: list[str], data: some.DataObject) -> None:
    gaps = data.draw(some.lists(some.sampled_from([" ", "  ", "\n"]), min_size=len(words), max_size=len(words)))
    text, spans = "", []
    for word, gap in zip(words, gaps, strict=True):
        spans.append((len(text), len(text) + len(word)))
        text += word + gap
    one = explained({})
    one["contributions"] = [
        {"field": "remark", "value": text[begin:end], "contribution": data.draw(AMOUNTS), "span": [begin, end]}
        for begin, end in data.draw(some.permutations(spans))
    ]
    drawn = explanation_view.build_explanation(
        card_of([{"name": "remark", "type": "text"}]), {"remark": text}, one, one, ENGLISH
    )
    (inside,) = re.findall(r'<p class="words">(.*?)</p>', drawn, re.DOTALL)
    seen = re.sub(r'<span class="screen-reader">[^<]*</span>|</?mark[^>]*>', "", inside)
    assert html.unescape(seen) == text
    assert inside.count("<mark") == len(words)


def test_where_nothing_was_weighed_only_the_sentence_stands() -> None:
    one = explained({}, sentence="There is nothing to weigh: the text is empty.")
    drawn = explanation_view.build_explanation(
        card_of([{"name": "remark", "type": "text"}]), {"remark": ""}, one, one, ENGLISH
    )
    assert "nothing to weigh" in drawn
    assert "bars" not in drawn
    assert "average" not in drawn


def test_an_error_is_told_when_it_could_be_seen() -> None:
    for error, told in ((0.001, False), (0.02, True)):
        one = explained({"field_0": 0.1}, error=error)
        assert ("may be off" in explanation_view.build_explanation(card_of(fields(1)), {}, one, one, ENGLISH)) == told


def test_a_case_is_unusual_from_the_ninetieth_of_a_hundred() -> None:
    card = card_of(fields(2))
    for percentile, unusual, share in ((0.0, False, "0%"), (89.9, False, "90%"), (100.0, True, "99%")):
        now = explained({}, usualness={"percentile": percentile, "fields": ["field_1", "gone"]})
        text, is_so = explanation_view.describe_usualness(card, now, ENGLISH)
        assert is_so == unusual
        assert share in text
        assert ("Mainly because of" in text) == unusual


@given(some.floats(-1e9, 1e9), some.floats(1e-9, 1e9), some.integers(3, 10))
def test_ticks_are_round_few_and_inside(low: float, width: float, most: int) -> None:
    high = low + width
    assume(high - low > 1e-6 * max(abs(low), abs(high)))
    ticks = round_numbers(low, high, most)
    assert 1 <= len(ticks) <= most
    slack = 1e-9 * max(abs(low), abs(high))
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    steps = [after - before for before, after in itertools.pairwise(ticks)]
    assert all(step == pytest.approx(steps[0], rel=1e-3) for step in steps)
    assert all(f"{step:.1e}"[:3] in {"1.0", "2.0", "2.5", "5.0"} for step in steps)


def curve(values: list[Any], chances: list[float]) -> Curve:
    points = [
        {"value": value, "prediction": {"label": "yes", "probabilities": {"yes": chance}, "decision": None, "warnings": []}}
        for value, chance in zip(values, chances, strict=True)
    ]
    return cast(Curve, {"field": "field_0", "seen": None, "usual": None, "points": points})


def test_what_is_not_known_has_no_place_on_a_line_but_a_bar_of_its_own() -> None:
    number = card_of([{"name": "field_0", "type": "number", "nullable": True}])
    side, points = curve_view.make_curve_points(
        number, number["inputs"][0], curve([None, 1.0, 2.0], [0.9, 0.1, 0.2]), ENGLISH
    )
    assert (side.values, [point.answer for point in points]) == ([1.0, 2.0], [0.1, 0.2])
    assert side.index({"field_0": None}) is None
    kinds = [{"value": "a", "label": "Ay"}, {"value": "b"}]
    kind = card_of([{"name": "field_0", "type": "category", "nullable": True, "categories": kinds}])
    swept = curve([None, "a", "b"], [0.9, 0.1, 0.2])
    side, points = curve_view.make_curve_points(kind, kind["inputs"][0], swept, ENGLISH)
    assert side.labels == ["not known", "Ay", "b"]
    assert side.index({"field_0": None}) == 0
    sentence = curve_view.summarize_curve(kind, kind["inputs"][0], swept, {"field_0": None}, ENGLISH)
    assert sentence == "Field 0: from 10% (at Ay) to 90% (at not known)."


def test_each_cell_of_a_map_says_its_two_values_and_its_answer() -> None:
    card = card_of([{"name": "one", "type": "number", "nullable": True}, {"name": "two", "type": "boolean"}])
    surface: Any = {
        "fields": ["one", "two"],
        "values": [[None, 1.0, 2.0], [False, True]],
        "outputs": [[9, 9], [0.1, 0.2], [0.3, 0.4]],
    }
    one, two, cells = curve_view.make_surface_points(card, (card["inputs"][0], card["inputs"][1]), surface, ENGLISH)
    assert (one.values, two.values) == ([1.0, 2.0], [False, True])
    assert [[cell.answer for cell in line] for line in cells] == [[0.1, 0.2], [0.3, 0.4]]
    assert (cells[1][0].label, cells[1][0].answer_label) == ("2 · no", "30%")
    assert curve_view.summarize_surface(card, cells, ENGLISH) == "Over both fields the answer lies between 10% and 40%."


def test_what_was_rarely_seen_is_grey_out_to_the_ends() -> None:
    points = [curve_chart.Point(at, 0.5, "", "") for at in (0.0, 5.0, 10.0)]
    assert curve_chart.Axis("", [], (2.0, 8.0)).rare_ranges(points, (-1, 11)) == [(-1, 2.0), (8.0, 11)]
    assert curve_chart.Axis("", [], (0.0, 8.0)).rare_ranges(points, (-1, 11)) == [(8.0, 11)]
    assert curve_chart.Axis("", [], None).rare_ranges(points, (-1, 11)) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_word_of_a_chart_is_taken_for_a_mark(theme: str) -> None:
    points = [curve_chart.Point(at, at, EVIL, f"<b>{at}</b>") for at in (0.0, 1.0)]
    axis, scale = curve_chart.Axis(EVIL, [(0.0, EVIL)]), curve_chart.Scale([(0.0, EVIL)], [], (0.0, 1.0))
    for figure in (
        curve_chart.draw_line(points, axis, scale, now=0, start=points[1], theme=theme),
        curve_chart.draw_bars(points, scale, now=None, start=(0, 0.5), theme=theme),
        answer_map.draw_surface(
            (axis, axis), ([0.0, 1.0], [0.0, 1.0]), [points, points], scale, now=(0, 1), start=None, theme=theme
        ),
    ):
        assert "<script" not in figure.to_json()
        assert "alert(1)" in figure.to_json()


# The marks of charts


SPREADS = [
    estimate_chart.Estimate("A (900)", 0.7, 0.6, 0.8, "70"),
    estimate_chart.Estimate("B (9)", 0.4, 0.1, 0.9, "40", is_small=True),
]
AXIS = estimate_chart.EstimateAxis("share", 0.1, 0.9, [(0.5, "50%")])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_has_its_interval_drawn_and_a_small_group_is_grey(theme: str) -> None:
    drawn = estimate_chart.draw_estimates(SPREADS, AXIS, theme, (0.5, "all"))
    *lines, points = drawn.data
    assert [tuple(line.x) for line in lines] == [(0.6, 0.8), (0.1, 0.9)]
    assert list(points.x) == [0.7, 0.4]
    assert points.marker.color[0] == canvas.ACCENT[theme] == lines[0].line.color
    assert points.marker.color[1] == canvas.with_opacity(canvas.MUTED[theme], 0.45) == lines[1].line.color
    (reference,) = drawn.layout.shapes
    assert (reference.x0, reference.line.dash) == (0.5, "dot")
    assert {"70", "40", "all"} == {note.text for note in drawn.layout.annotations}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_whisker_reaches_from_low_to_high(theme: str) -> None:
    drawn = chart.draw_calibration([(0.65, SPREADS[0]), (0.3, SPREADS[1])], TITLES, theme)
    dashed, points = drawn.data
    assert (list(dashed.x), list(dashed.y), dashed.line.dash) == ([0, 1], [0, 1], "dash")
    assert (list(points.x), list(points.y)) == ([0.65, 0.3], [0.7, 0.4])
    assert list(points.error_y.array) == pytest.approx([0.1, 0.5])
    assert list(points.error_y.arrayminus) == pytest.approx([0.1, 0.3])
