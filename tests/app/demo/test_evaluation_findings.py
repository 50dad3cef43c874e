"""Promises of How good in numbers: what a sentence says is what counting the held-out rows again finds."""

import re
from typing import Any, cast

import numpy as np
import pytest
from sklearn import metrics

from client import ThresholdCounts
from demo.evaluation import classification_findings, findings, regression_findings, threshold_costs
from tests.support.evaluation_sentences import ENGLISH, EVERY, LABELLED, Seen, said, wilson
from tests.support.held_out_rows import HeldOut


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
