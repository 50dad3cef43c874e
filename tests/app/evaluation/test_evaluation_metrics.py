"""Promises of an evaluation: its figures are what scikit-learn finds on the held-out rows."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from service.schemas import RegressionEvaluation
from tests.support.evaluated_models import LABELLED
from tests.support.held_out_rows import HeldOut


@pytest.mark.parametrize("name", [*LABELLED, "three", "planted"])
def test_rankings_are_as_good_as_scikit_learn_finds_them(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    result = seen.evaluation
    assert result.rows == result.auc.rows == len(seen.truth)
    assert result.focus_rows == seen.truth.sum()
    assert result.auc.value == pytest.approx(metrics.roc_auc_score(seen.truth, seen.answer), abs=1e-6)
    expected = metrics.average_precision_score(seen.truth, seen.answer)
    assert result.average_precision.value == pytest.approx(expected, abs=1e-6)
    assert result.brier.value == pytest.approx(metrics.brier_score_loss(seen.truth, seen.answer), abs=1e-6)


@pytest.mark.parametrize("name", [*LABELLED, "three", "planted"])
def test_accuracy_is_the_share_of_rows_whose_likeliest_label_is_right(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    labels = sorted({each.label for each in seen.predictions}, key=list(seen.predictions[0].probabilities).index)
    right = np.array([labels.index(each.label) for each in seen.predictions]) == seen.test.truth
    expected = binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
    result = seen.evaluation.accuracy
    assert result.value == pytest.approx(metrics.accuracy_score(right, np.ones(len(right))), abs=1e-6)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high), abs=2e-6)
    assert result.rows == len(right)


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_the_curves_run_through_scikit_learns_points_and_keep_their_ends(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    result = seen.evaluation
    rounded = np.round(seen.answer, 6)
    for point in result.roc:
        flagged = rounded >= point.threshold - 1e-9
        assert point.found == pytest.approx(np.mean(flagged[seen.truth == 1]), abs=1e-6)
        assert point.false_alarms == pytest.approx(np.mean(flagged[seen.truth == 0]), abs=1e-6)
    for point in result.precision:
        flagged = rounded >= point.threshold - 1e-9
        assert point.right == pytest.approx(metrics.precision_score(seen.truth, flagged), abs=1e-6)
        assert point.found == pytest.approx(metrics.recall_score(seen.truth, flagged), abs=1e-6)
    assert len(result.roc) <= 101
    assert len(result.precision) <= 101
    assert (result.roc[0].false_alarms, result.roc[0].found) == (0, 0)
    assert (result.roc[-1].false_alarms, result.roc[-1].found) == (1, 1)
    assert result.precision[-1].found == 1
    area = metrics.auc([point.false_alarms for point in result.roc], [point.found for point in result.roc])
    assert area == pytest.approx(result.auc.value, abs=0.003)


@pytest.mark.parametrize("name", LABELLED)
def test_the_counts_at_a_threshold_are_the_confusion_matrix(name: str, bundled: Any) -> None:
    seen: HeldOut = bundled[name]
    assert [each.threshold for each in seen.evaluation.thresholds] == [index / 100 for index in range(101)]
    for counts in seen.evaluation.thresholds:
        (passed_right, flagged_wrong), (passed_wrong, flagged_right) = metrics.confusion_matrix(
            seen.truth, seen.answer >= counts.threshold, labels=[0, 1]
        )
        assert counts.flagged_right == flagged_right
        assert counts.flagged_wrong == flagged_wrong
        assert counts.passed_right == passed_right
        assert counts.passed_wrong == passed_wrong


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_calibration_is_what_scikit_learn_finds_in_ten_bins(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    happened, said = calibration_curve(seen.truth, seen.answer, n_bins=10, strategy="quantile")
    bins = seen.evaluation.calibration
    assert [each.said for each in bins] == pytest.approx(said, abs=1e-6)
    assert [each.happened.value for each in bins] == pytest.approx(happened, abs=1e-6)
    assert sum(each.happened.rows for each in bins) == len(seen.truth)


@pytest.mark.parametrize("name", [*LABELLED, "prices"])
def test_the_bands_hold_the_rows_that_were_decided_so(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    decisions = np.array([each.decision for each in seen.predictions])
    assert sum(band.focus.rows for band in seen.evaluation.bands) == len(decisions)
    for band in seen.evaluation.bands:
        inside = decisions == band.value
        assert band.share.value == pytest.approx(inside.mean(), abs=1e-6)
        if inside.any():
            assert band.focus.value == pytest.approx(seen.truth[inside].mean(), abs=1e-5)


@pytest.mark.parametrize("name", ["diamond-price", "prices"])
def test_errors_of_values_are_as_large_as_scikit_learn_finds_them(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    result = seen.evaluation
    assert isinstance(result, RegressionEvaluation)
    assert result.r2.value == pytest.approx(metrics.r2_score(seen.truth, seen.answer), abs=1e-6)
    expected = metrics.median_absolute_error(seen.truth, seen.answer)
    assert result.median_error.value == pytest.approx(expected, abs=1e-5)
    expected = metrics.median_absolute_error(np.ones(len(seen.truth)), seen.answer / seen.truth)
    assert result.relative_error is not None
    assert result.relative_error.value == pytest.approx(expected, abs=1e-6)
    assert result.relative_error == result.overall
    inside = np.array(
        [each.interval.low <= true <= each.interval.high for each, true in zip(seen.predictions, seen.truth, strict=True)]
    )
    assert result.coverage is not None
    assert result.coverage.value == pytest.approx(inside.mean(), abs=1e-6)
    assert sum(each.rows for each in result.residuals) == len(seen.truth)
    assert sum(each.coverage.rows for each in result.coverage_bins) == len(seen.truth)
    for part in result.coverage_bins:
        rows = (seen.answer >= part.low - 1e-6) & (seen.answer <= part.high + 1e-6)
        assert part.coverage.value == pytest.approx(inside[rows].mean(), abs=1e-6)
    assert len(result.sample) == 300
    pairs = set(zip(np.round(seen.answer, 6).tolist(), np.round(seen.truth, 6).tolist(), strict=True))
    assert {(each.predicted, each.true) for each in result.sample} <= pairs


@pytest.mark.parametrize("name", ["diamond-price", "prices"])
def test_too_much_and_too_little_are_counted_row_by_row(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    for figure, chosen in (
        (seen.evaluation.too_high, seen.answer > seen.truth),
        (seen.evaluation.too_low, seen.answer < seen.truth),
    ):
        expected = binomtest(int(chosen.sum()), len(chosen)).proportion_ci(method="wilson")
        assert figure.value == pytest.approx(chosen.mean(), abs=1e-6)
        assert (figure.low, figure.high) == pytest.approx((expected.low, expected.high), abs=2e-6)
