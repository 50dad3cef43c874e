"""Promises of How good in numbers: what a sentence says is what counting the held-out rows again finds."""

import html
import json
import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from scipy.stats import binomtest, chi2_contingency
from sklearn import metrics

from client import Card, ThresholdCounts
from demo.evaluation import classification_findings, findings, group_findings, regression_findings, threshold_costs
from demo.text.translation import Translation
from service.bundles.bundle_opening import open_model
from service.rows.strict_json import encode
from service.schemas.localization import localized
from service.training.recipes import RECIPES
from tests.support.held_out_rows import HeldOut, held_out
from wire.languages import Language

ENGLISH = Translation("en")
LABELLED = ("credit-default", "credit-scorecard", "comment-sentiment")
EVERY = (*LABELLED, "diamond-price")
Seen = dict[str, tuple[Card, Any, HeldOut]]


@pytest.fixture(scope="module")
def seen(bundles: Path) -> Seen:
    """The card and the evaluation as the client gets them, and the held-out rows with the model's own answers."""
    return {name: (*_as_sent(bundles / name, "en"), held_out(bundles / name, RECIPES[name])) for name in EVERY}


def _as_sent(folder: Path, language: Language) -> tuple[Any, Any]:
    model = open_model(folder)
    assert model.evaluation
    card, found = localized(model.card, language), localized(model.evaluation, language)
    return json.loads(encode(card)), json.loads(encode(found))


def said(text: str) -> list[float]:
    """Return the numbers of a sentence, per cent as written."""
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def wilson(part: int, rows: int) -> list[float]:
    found = binomtest(part, rows).proportion_ci(method="wilson")
    return [100 * part / rows, 100 * found.low, 100 * found.high]


def test_too_much_and_too_little_are_what_the_held_out_prices_give(seen: Seen) -> None:
    card, found, rows = seen["diamond-price"]
    above, below = int((rows.answer > rows.truth).sum()), int((rows.answer < rows.truth).sum())
    sentence = regression_findings.describe_residuals(card, found, "light", ENGLISH).sentence
    expected = wilson(above, len(rows.truth)) + wilson(below, len(rows.truth))
    assert said(sentence) == pytest.approx(expected, abs=0.051)
    assert sentence.startswith("The model says too much in 50.5%")


def test_an_older_bundle_that_does_not_say_so_claims_no_share(seen: Seen) -> None:
    card, found, _ = seen["diamond-price"]
    older = {name: value for name, value in found.items() if name not in {"too_high", "too_low"}}
    assert said(regression_findings.describe_residuals(card, cast(Any, older), "light", ENGLISH).sentence) == []


def test_how_near_it_comes_is_the_median_error_and_the_explained_part(seen: Seen) -> None:
    card, found, rows = seen["diamond-price"]
    drawn = regression_findings.describe_predicted_vs_true(card, found, "light", ENGLISH)
    assert said(drawn.sentence)[0] == round(metrics.median_absolute_error(rows.truth, rows.answer))
    assert said(drawn.notes[0])[0] == pytest.approx(100 * metrics.r2_score(rows.truth, rows.answer), abs=0.051)


def test_the_share_inside_the_ranges_is_counted(seen: Seen) -> None:
    card, found, rows = seen["diamond-price"]
    inside = [
        each.interval.low <= true <= each.interval.high for each, true in zip(rows.predictions, rows.truth, strict=True)
    ]
    sentence = regression_findings.describe_coverage(card, found, "light", ENGLISH).sentence
    assert said(sentence) == pytest.approx(wilson(sum(inside), len(inside)), abs=0.051)


@pytest.mark.parametrize("name", LABELLED)
def test_of_100_pairs_so_many_are_in_order(name: str, seen: Seen) -> None:
    card, found, rows = seen[name]
    sentence = classification_findings.describe_discrimination(card, found, "light", ENGLISH).sentence
    assert said(sentence)[:1] == [100]
    assert said(sentence)[1:2] == [pytest.approx(100 * metrics.roc_auc_score(rows.truth, rows.answer), abs=0.51)]


@pytest.mark.parametrize("name", LABELLED)
def test_to_find_half_says_what_flagging_from_there_on_gives(name: str, seen: Seen) -> None:
    card, found, rows = seen[name]
    drawn = classification_findings.describe_precision_and_recall(card, found, "light", ENGLISH)
    half = min(found["precision"], key=lambda point: abs(point["found"] - 0.5))
    flagged = np.round(rows.answer, 6) >= half["threshold"] - 1e-9
    right = wilson(int((flagged & (rows.truth == 1)).sum()), int(flagged.sum()))
    expected = [100 * metrics.recall_score(rows.truth, flagged), 100 * half["threshold"], *right]
    assert said(drawn.sentence) == pytest.approx(expected, abs=0.51)
    share, average, *_ = said(drawn.notes[0])
    assert share == pytest.approx(100 * rows.truth.mean(), abs=0.51)
    assert average == pytest.approx(100 * metrics.average_precision_score(rows.truth, rows.answer), abs=0.51)


@pytest.mark.parametrize("name", LABELLED)
def test_the_largest_gap_is_the_largest_of_the_bins(name: str, seen: Seen) -> None:
    card, found, rows = seen[name]
    edges = np.quantile(rows.answer, np.linspace(0, 1, 11)[1:-1])
    places = np.searchsorted(edges, rows.answer)
    bins = [(rows.answer[places == place], rows.truth[places == place]) for place in np.unique(places)]
    answer, truth = max(bins, key=lambda pair: abs(pair[0].mean() - pair[1].mean()))
    expected = [100 * answer.mean(), *wilson(int(truth.sum()), len(truth))]
    assert said(classification_findings.describe_calibration(card, found, "light", ENGLISH).sentence) == pytest.approx(
        expected, abs=0.51
    )


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("threshold", [0.1, 0.35, 0.8])
def test_a_threshold_says_what_flagging_the_held_out_rows_gives(name: str, threshold: float, seen: Seen) -> None:
    card, found, rows = seen[name]
    counts = threshold_costs.find_nearest(found["thresholds"], threshold)
    flagged, of_focus = rows.answer >= threshold, rows.truth == 1
    sentence = classification_findings.describe_threshold(card, found, counts, ENGLISH)
    wrong, missed = int((flagged & ~of_focus).sum()), int((~flagged & of_focus).sum())
    assert said(sentence) == [100 * threshold, flagged.sum(), len(flagged), wrong, missed]
    right = int((flagged & of_focus).sum())
    if flagged.any():
        expected = wilson(right, int(flagged.sum())) + wilson(right, int(of_focus.sum()))
        assert said(classification_findings.describe_threshold_intervals(counts, ENGLISH)) == pytest.approx(
            expected, abs=0.51
        )
    cells = re.findall(r"<td class[^>]*>([^<]*)<", classification_findings.build_confusion_table(card, counts, ENGLISH))
    assert [int(cell.replace(",", "")) for cell in cells] == [right, wrong, missed, int((~flagged & ~of_focus).sum())]


def cost_at(rows: HeldOut, threshold: float, false_alarm: float, missed: float, weights: Any = 1.0) -> float:
    flagged, of_focus = rows.answer >= threshold, rows.truth == 1
    each = np.where(flagged & ~of_focus, false_alarm, 0) + np.where(~flagged & of_focus, missed, 0)
    return float((each * weights).sum())


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize(("false_alarm", "missed"), [(1, 5), (5, 1), (3, 3)])
def test_the_cost_and_the_cheapest_threshold_are_those_of_trying_every_one(
    name: str, false_alarm: float, missed: float, seen: Seen
) -> None:
    _, found, rows = seen[name]
    here = threshold_costs.find_nearest(found["thresholds"], 0.5)
    _, sentence = classification_findings.describe_costs(found, here, false_alarm, missed, theme="light", tr=ENGLISH)
    tried = {place: cost_at(rows, place / 100, false_alarm, missed) for place in range(101)}
    own, own_low, own_high, best, least, low, high, *alike = said(sentence)
    assert own == tried[50]
    assert least == min(tried.values()) == tried[int(best)]
    random = np.random.default_rng(3)
    draws = [
        np.bincount(random.integers(0, len(rows.truth), len(rows.truth)), minlength=len(rows.truth)) for _ in range(300)
    ]
    for value, ends, at in ((own, (own_low, own_high), 0.5), (least, (low, high), best / 100)):
        again = np.quantile([cost_at(rows, at, false_alarm, missed, drawn) for drawn in draws], [0.025, 0.975])
        assert ends == pytest.approx(tuple(again), abs=0.2 * (again[1] - again[0]))
        assert ends[0] < value < ends[1]
    if not alike:
        return
    first, last = alike
    assert first <= best <= last
    for outside in (first - 1, last + 1):
        if 0 <= outside <= 100:
            more = [
                cost_at(rows, outside / 100, false_alarm, missed, drawn)
                - cost_at(rows, best / 100, false_alarm, missed, drawn)
                for drawn in draws
            ]
            assert np.quantile(more, 0.06) > 0, "surely dearer"


def test_the_prices_of_both_mistakes_are_not_mistaken_for_each_other(seen: Seen) -> None:
    _, found, _ = seen["credit-default"]
    dear_alarms, dear_misses = (threshold_costs.find_cheapest(found["thresholds"], *prices) for prices in ((9, 1), (1, 9)))
    assert dear_alarms["threshold"] > dear_misses["threshold"] + 0.2


@pytest.mark.parametrize("name", EVERY)
def test_the_decisions_hold_as_many_and_come_true_as_often_as_they_say(name: str, seen: Seen) -> None:
    card, found, rows = seen[name]
    if not found["bands"]:
        return
    drawn = findings.describe_bands(card, found, "light", ENGLISH)
    decisions = np.array([each.decision for each in rows.predictions])
    expected = [wilson(int((decisions == band["value"]).sum()), len(decisions)) for band in found["bands"]]
    assert said(drawn.sentence) == pytest.approx([number for three in expected for number in three], abs=0.51)
    words = [note.text for note in drawn.figure.layout.annotations] if drawn.figure else []
    assert len(words) == len(found["bands"])


def metric_of(rows: HeldOut, chosen: Any) -> float:
    truth, answer = rows.truth[chosen], rows.answer[chosen]
    if rows.evaluation.metric == "auc":
        return float(100 * metrics.roc_auc_score(truth, answer))
    return float(100 * np.median(np.abs(answer / truth - 1)))


@pytest.mark.parametrize(
    ("name", "by", "column"),
    [("credit-default", "SEX", {"women": 2, "men": 1}), ("credit-scorecard", "SEX", {"women": 2, "men": 1})],
)
def test_a_protected_group_has_its_flagged_share_its_truth_and_its_rows(
    name: str, by: str, column: dict[str, int], seen: Seen
) -> None:
    card, found, rows = seen[name]
    (segment,) = (each for each in found["segments"] if each["name"] == by)
    drawn = group_findings.describe_groups(card, found, segment, "light", ENGLISH)
    refused = np.array([each.decision == card["output"]["bands"][-1]["value"] for each in rows.predictions])
    *lines, (last, _) = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', drawn.table)
    assert last == "Test"
    assert [html.unescape(label) for label, _ in lines] == [group["label"] for group in segment["groups"]]
    for label, code in column.items():
        chosen = rows.test.aside[by].to_numpy() == code
        (cells,) = (re.findall(r"<td>(.*?)</td>", rest) for other, rest in lines if other == label)
        assert said(cells[0]) == [chosen.sum()]
        assert said(cells[1]) == pytest.approx(wilson(int(refused[chosen].sum()), int(chosen.sum())), abs=0.51)
        assert said(cells[3]) == pytest.approx(wilson(int(rows.truth[chosen].sum()), int(chosen.sum())), abs=0.51)
    worst_first = sorted(column, key=lambda label: metric_of(rows, rows.test.aside[by].to_numpy() == column[label]))
    assert drawn.sentence.index(f"best for “{worst_first[-1]}”") < drawn.sentence.index(f"worst for “{worst_first[0]}”")


@pytest.mark.parametrize("name", ["credit-default", "diamond-price"])
def test_the_note_on_the_chart_is_the_verdict_of_the_test_of_its_figure(name: str, seen: Seen) -> None:
    card, found, _ = seen[name]
    verdicts = set()
    for segment in found["segments"]:
        drawn = group_findings.describe_groups(card, found, segment, "light", ENGLISH)
        tests = {test["figure"]: test["p_value"] for test in segment["tests"]}
        (note,) = (text for text in drawn.notes if text.startswith(findings.metric_name(found, ENGLISH)))
        assert ("differ by more than chance" in note) == (tests["metric"] < 0.05)
        assert ("may be chance" in note) == (tests["metric"] >= 0.05)
        assert not any("overlap" in text for text in drawn.notes), "overlapping ranges are no test"
        verdicts.add(tests["metric"] < 0.05)
    assert verdicts == {True, False}, "both are seen"


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard"])
def test_refusals_of_men_and_women_differ_while_the_ranking_may_be_chance(name: str, seen: Seen) -> None:
    card, found, rows = seen[name]
    (segment,) = (each for each in found["segments"] if each["name"] == "SEX")
    drawn = group_findings.describe_groups(card, found, segment, "light", ENGLISH)
    refused = np.array([each.decision == "refuse" for each in rows.predictions])
    is_woman = rows.test.aside["SEX"].to_numpy() == 2
    (verdicts,) = re.findall(r'<th scope="row">Test</th>(.*?)</tr>', drawn.table)
    _, of_refusals, of_false_refusals, of_truth = re.findall(r"<td>(.*?)</td>", verdicts)
    expected = [
        chi2_contingency(metrics.confusion_matrix(is_woman[chosen], column[chosen]), correction=False).pvalue
        for chosen, column in (
            (np.ones(len(refused), dtype=bool), refused),
            (rows.truth == 0, refused),
            (np.ones(len(refused), dtype=bool), rows.truth == 1),
        )
    ]
    for verdict, p_value in zip((of_refusals, of_false_refusals, of_truth), expected, strict=True):
        stated = html.unescape(verdict)
        assert ("differ by more than chance" in stated) == (p_value < 0.05)
        assert said(stated) == [0.001] if p_value < 0.001 else said(stated) == [pytest.approx(p_value, abs=0.0051)]
    assert "differ by more than chance" in of_refusals
    assert any("may be chance" in text for text in drawn.notes if text.startswith("Pairs"))


def test_false_refusals_among_good_clients_are_counted_by_group(seen: Seen) -> None:
    card, found, rows = seen["credit-default"]
    (segment,) = (each for each in found["segments"] if each["name"] == "SEX")
    drawn = group_findings.describe_groups(card, found, segment, "light", ENGLISH)
    refused = np.array([each.decision == "refuse" for each in rows.predictions])
    shares = []
    for label, code in (("women", 2), ("men", 1)):
        good = (rows.test.aside["SEX"].to_numpy() == code) & (rows.truth == 0)
        shares.append(wilson(int((refused & good).sum()), int(good.sum())))
        (cells,) = re.findall(rf'<th scope="row">{label}</th>(.*?)</tr>', drawn.table)
        assert said(re.findall(r"<td>(.*?)</td>", cells)[2]) == pytest.approx(shares[-1], abs=0.051)
    (note,) = (text for text in drawn.notes if "“women”" in text and "“men”" in text)
    assert said(note)[:6] == pytest.approx([number for share in sorted(shares) for number in share], abs=0.051)


def test_the_bands_of_prices_below_the_promised_coverage_are_named(seen: Seen) -> None:
    card, found, rows = seen["diamond-price"]
    drawn = regression_findings.describe_coverage(card, found, "light", ENGLISH)
    promised = card["output"]["interval"]["coverage"]
    assert promised == 0.9
    inside = np.array(
        [each.interval.low <= true <= each.interval.high for each, true in zip(rows.predictions, rows.truth, strict=True)]
    )
    missed = []
    for part in found["coverage_bins"]:
        chosen = (rows.answer >= part["low"] - 1e-6) & (rows.answer <= part["high"] + 1e-6)
        share, _, high = wilson(int(inside[chosen].sum()), int(chosen.sum()))
        missed += [f"({share:.0f}%)"] if high < 100 * promised else []
    note = drawn.notes[0]
    assert note.startswith("Below the promised 90%: 657 to 817\N{NO-BREAK SPACE}USD (85%)")
    assert re.findall(r"\(\d+%\)", note) == missed
    (line,) = (shape for shape in drawn.figure.layout.shapes if shape.line.dash == "dot")  # type: ignore[union-attr]
    assert line.x0 == promised, "the promised share is the line, not the measured one"


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price"])
def test_fields_whose_range_holds_0_are_named_and_neither_ranked_nor_drawn(name: str, seen: Seen) -> None:
    card, found, _ = seen[name]
    drawn = findings.describe_importance(card, found, "light", ENGLISH)
    first, *others = [each for each in found["importance"] if each["drop"]["low"] > 0]
    labels = {field["name"]: field["label"] for field in card["inputs"]}
    assert f" on {labels[first['field']]}:" in drawn.sentence
    ends = [round(100 * first["drop"][end], 1) for end in ("value", "low", "high")]
    assert said(drawn.sentence)[:3] == ends
    (axis,) = (axis for axis in [drawn.figure.layout.yaxis])  # type: ignore[union-attr]
    assert list(axis.ticktext) == [labels[each["field"]] for each in (first, *others)]
    without_effect = [labels[each["field"]] for each in found["importance"] if each["drop"]["low"] <= 0]
    assert f"No measurable effect, the range holds 0: {', '.join(without_effect)}." in drawn.notes
    rivals = [labels[each["field"]] for each in others if each["behind_first"]["low"] <= 0]
    assert [text for text in drawn.notes if "as much" in text] == (
        [f"It may lean as much on: {', '.join(rivals)}."] if rivals else []
    )


@pytest.mark.parametrize("name", EVERY)
def test_every_chart_of_estimates_has_an_axis_with_a_title_and_ticks(name: str, seen: Seen) -> None:
    card, found, _ = seen[name]
    charts = [group_findings.describe_groups(card, found, each, "light", ENGLISH).figure for each in found["segments"]]
    charts += [findings.describe_bands(card, found, "light", ENGLISH).figure] if found["bands"] else []
    charts += [findings.describe_importance(card, found, "light", ENGLISH).figure] if found["importance"] else []
    charts += (
        [regression_findings.describe_coverage(card, found, "light", ENGLISH).figure] if name == "diamond-price" else []
    )
    for figure in charts:
        axis = figure.layout.xaxis  # type: ignore[union-attr]
        assert axis.title.text
        assert len(axis.tickvals) >= 2
        low, high = axis.range
        assert all(low <= tick <= high for tick in axis.tickvals)
        drawn = [end for trace in figure.data for end in trace.x]  # type: ignore[union-attr]
        assert low < min(drawn) <= max(drawn) < high
        solid = [shape.x0 for shape in figure.layout.shapes if shape.line.dash is None]  # type: ignore[union-attr]
        assert solid == ([0] if low <= 0 <= high else []), "0 has a line"


def counts_of(threshold: float, alarms: int, misses: int) -> ThresholdCounts:
    return {
        "threshold": threshold,
        "flagged_right": 100 - misses,
        "flagged_wrong": alarms,
        "passed_right": 900 - alarms,
        "passed_wrong": misses,
    }


def test_thresholds_between_which_only_few_cases_lie_may_be_as_cheap() -> None:
    thresholds = [
        counts_of(0.1, 400, 5),
        counts_of(0.2, 103, 10),
        counts_of(0.3, 100, 10),
        counts_of(0.4, 98, 11),
        counts_of(0.5, 20, 90),
    ]
    best = threshold_costs.find_cheapest(thresholds, 1, 5)
    assert best["threshold"] == 0.3
    assert threshold_costs.find_equal_cost_range(thresholds, best, 1, 5) == (0.2, 0.4)
    assert threshold_costs.find_equal_cost_range(thresholds[2:3], best, 1, 5) == (0.3, 0.3)
