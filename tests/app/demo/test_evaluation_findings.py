"""Promises of How good in numbers: what a sentence says is what counting the held-out rows again finds."""

from typing import Any, cast

import numpy as np
import pytest
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

from demo.evaluation import classification_findings, findings, regression_findings
from tests.support.evaluation_sentences import ENGLISH, EVERY, LABELLED, Seen, said, wilson


def test_too_much_and_too_little_are_what_the_held_out_prices_give(seen: Seen) -> None:
    card, result, rows = seen["diamond-price"]
    above, below = int((rows.answer > rows.truth).sum()), int((rows.answer < rows.truth).sum())
    sentence = regression_findings.describe_residuals(card, result, "light", ENGLISH).sentence
    expected = wilson(above, len(rows.truth)) + wilson(below, len(rows.truth))
    assert said(sentence) == pytest.approx(expected, abs=0.051)
    assert sentence.startswith("The estimate is too high in 50.5%")


def test_an_older_bundle_that_does_not_say_so_claims_no_share(seen: Seen) -> None:
    card, result, _ = seen["diamond-price"]
    older = {name: value for name, value in result.items() if name not in {"too_high", "too_low"}}
    assert said(regression_findings.describe_residuals(card, cast(Any, older), "light", ENGLISH).sentence) == []


def test_how_near_it_comes_is_the_median_error_and_the_explained_part(seen: Seen) -> None:
    card, result, rows = seen["diamond-price"]
    drawn = regression_findings.describe_predicted_vs_true(card, result, "light", ENGLISH)
    assert said(drawn.sentence)[0] == round(metrics.median_absolute_error(rows.truth, rows.answer))
    assert said(drawn.notes[0])[0] == pytest.approx(100 * metrics.r2_score(rows.truth, rows.answer), abs=0.051)


def test_the_share_inside_the_ranges_is_counted(seen: Seen) -> None:
    card, result, rows = seen["diamond-price"]
    inside = [
        each.interval.low <= true <= each.interval.high for each, true in zip(rows.predictions, rows.truth, strict=True)
    ]
    sentence = regression_findings.describe_coverage(card, result, "light", ENGLISH).sentence
    assert said(sentence) == pytest.approx(wilson(sum(inside), len(inside)), abs=0.051)


@pytest.mark.parametrize("name", LABELLED)
def test_of_100_pairs_so_many_are_in_order(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    sentence = classification_findings.describe_discrimination(card, result, "light", ENGLISH).sentence
    assert said(sentence)[:1] == [100]
    assert said(sentence)[1:2] == [pytest.approx(100 * metrics.roc_auc_score(rows.truth, rows.answer), abs=0.51)]


@pytest.mark.parametrize("name", LABELLED)
def test_to_find_half_says_what_flagging_from_there_on_gives(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    drawn = classification_findings.describe_precision_and_recall(card, result, "light", ENGLISH)
    half = min(result["precision"], key=lambda point: abs(point["found"] - 0.5))
    flagged = np.round(rows.answer, 6) >= half["threshold"] - 1e-9
    right = wilson(int((flagged & (rows.truth == 1)).sum()), int(flagged.sum()))
    expected = [100 * metrics.recall_score(rows.truth, flagged), 100 * half["threshold"], *right]
    assert said(drawn.sentence) == pytest.approx(expected, abs=0.51)
    share, average, *_ = said(drawn.notes[0])
    assert share == pytest.approx(100 * rows.truth.mean(), abs=0.51)
    assert average == pytest.approx(100 * metrics.average_precision_score(rows.truth, rows.answer), abs=0.51)


@pytest.mark.parametrize("name", LABELLED)
def test_the_largest_gap_is_the_largest_of_the_bins(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    edges = np.quantile(rows.answer, np.linspace(0, 1, 11)[1:-1])
    indices = np.searchsorted(edges, rows.answer)
    bins = [(rows.answer[indices == index], rows.truth[indices == index]) for index in np.unique(indices)]
    answer, truth = max(bins, key=lambda pair: abs(pair[0].mean() - pair[1].mean()))
    expected = [100 * answer.mean(), *wilson(int(truth.sum()), len(truth))]
    assert said(classification_findings.describe_calibration(card, result, "light", ENGLISH).sentence) == pytest.approx(
        expected, abs=0.51
    )


@pytest.mark.parametrize("name", EVERY)
def test_the_decisions_hold_as_many_and_come_true_as_often_as_they_say(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    if not result["bands"]:
        return
    drawn = findings.describe_bands(card, result, "light", ENGLISH)
    decisions = np.array([each.decision for each in rows.predictions])
    expected = [wilson(int((decisions == band["value"]).sum()), len(decisions)) for band in result["bands"]]
    assert said(drawn.sentence) == pytest.approx([number for three in expected for number in three], abs=0.51)
    words = [note.text for note in drawn.figure.layout.annotations] if drawn.figure else []
    overall = f"all cases: {rows.truth.mean():.1%}"
    assert [text for text in words if text != overall] == [
        f"{rows.truth[decisions == band['value']].mean():.0%}" for band in result["bands"]
    ]
    assert overall in words, "the baseline"


@pytest.mark.parametrize("name", LABELLED)
def test_the_page_opens_with_better_than_what_by_how_much_on_how_many(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    sentence = findings.describe_gain(card, result, ENGLISH)
    truth = rows.test.truth
    dummy = DummyClassifier(strategy="most_frequent").fit(truth[:, None], truth)
    labels = [label["value"] for label in card["output"]["labels"]]
    right = np.array([labels.index(each.label) for each in rows.predictions]) == truth
    accuracy, baseline = round(100 * right.mean(), 1), round(100 * dummy.score(truth[:, None], truth), 1)
    assert said(sentence)[:3] == [accuracy, len(truth), baseline]
    gain, low, high = said(sentence)[3:6]
    assert gain == pytest.approx(accuracy - baseline, abs=0.001), "what is shown subtracts"
    assert low < gain < high
    usual = card["output"]["labels"][int(dummy.predict([[0]])[0])]["label"]
    assert f"Always saying “{usual}”" in sentence


def test_the_page_of_prices_opens_with_the_error_of_always_saying_the_median(seen: Seen) -> None:
    card, result, rows = seen["diamond-price"]
    dummy = DummyRegressor(strategy="median").fit(rows.truth[:, None], rows.truth)
    median = float(dummy.predict([[0]])[0])
    expected = [
        100 * np.median(np.abs(rows.answer / rows.truth - 1)),
        len(rows.truth),
        round(median),
        100 * np.median(np.abs(median / rows.truth - 1)),
    ]
    assert said(findings.describe_gain(card, result, ENGLISH)) == pytest.approx(expected, abs=0.051)


def test_an_older_evaluation_without_a_baseline_opens_with_no_claim(seen: Seen) -> None:
    for name in EVERY:
        card, result, _ = seen[name]
        older = {key: value for key, value in result.items() if key != "baseline"}
        assert findings.describe_gain(card, cast(Any, older), ENGLISH) == ""
