"""Promises of the intervals of an evaluation: as wide as those of methods that others published."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics

from service.evaluation.intervals import Bootstrap, proportion
from service.evaluation.metrics import auc, average_precision, brier, median_error, r2
from service.schemas import Figure
from tests.support.evaluated_models import LABELLED, width
from tests.support.held_out_rows import HeldOut


def resampled(metric: Any, truth: Any, answer: Any) -> Any:
    """Return a plain bootstrap of a metric of scikit-learn: one call a draw."""
    random = np.random.default_rng(99)
    draws = [random.integers(0, len(truth), len(truth)) for _ in range(200)]
    return np.quantile([metric(truth[rows], answer[rows]) for rows in draws], [0.025, 0.975])


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_every_threshold_says_how_sure_its_shares_are(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]

    def is_share(figure: Figure, chosen: Any, among: Any) -> None:
        part, rows = int((chosen & among).sum()), int(among.sum())
        assert figure.rows == rows
        if rows:
            expected = binomtest(part, rows).proportion_ci(method="wilson")
            assert (figure.value, figure.low, figure.high) == pytest.approx(
                (part / rows, expected.low, expected.high), abs=2e-6
            )

    of_focus = seen.truth == 1
    for counts in seen.evaluation.thresholds[::7]:
        flagged = seen.answer >= counts.threshold
        is_share(counts.right, of_focus, flagged)
        is_share(counts.found, flagged, of_focus)
    for point in seen.evaluation.precision[::9]:
        is_share(point.precision, of_focus, np.round(seen.answer, 6) >= point.threshold - 1e-9)
        assert point.precision.value == pytest.approx(point.right, abs=1e-6)


def delong_error(truth: Any, answer: Any) -> float:
    """Return the standard error of an AUC: DeLong, DeLong and Clarke-Pearson, Biometrics 1988."""
    yes, no = answer[truth == 1], answer[truth == 0]
    wins = (yes[:, None] > no).astype(np.float32) + 0.5 * (yes[:, None] == no)
    return float(np.sqrt(wins.mean(axis=1).var(ddof=1) / len(yes) + wins.mean(axis=0).var(ddof=1) / len(no)))


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_the_interval_of_an_auc_is_as_wide_as_delongs(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    result = seen.evaluation.auc
    assert result.low < result.value < result.high
    assert width(result) == pytest.approx(2 * 1.96 * delong_error(seen.truth, seen.answer), rel=0.2)


@pytest.mark.parametrize(
    ("name", "figure", "metric"),
    [
        ("comment-sentiment", "average_precision", metrics.average_precision_score),
        ("credit-default", "average_precision", metrics.average_precision_score),
        ("comment-sentiment", "brier", metrics.brier_score_loss),
        ("credit-default", "brier", metrics.brier_score_loss),
        ("diamond-price", "r2", metrics.r2_score),
        ("diamond-price", "median_error", metrics.median_absolute_error),
    ],
)
def test_an_interval_is_where_a_plain_bootstrap_puts_it(name: str, figure: str, metric: Any, bundled: Any) -> None:
    seen: HeldOut = bundled[name]
    result = getattr(seen.evaluation, figure)
    low, high = resampled(metric, seen.truth, seen.answer)
    assert result.low < result.value < result.high
    assert result.low == pytest.approx(low, abs=0.25 * (high - low))
    assert result.high == pytest.approx(high, abs=0.25 * (high - low))


@given(st.integers(1, 5000), st.data())
def test_a_share_has_wilsons_interval(rows: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, rows))
    expected = binomtest(part, rows).proportion_ci(method="wilson")
    result = proportion(part, rows)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high), abs=2e-6)
    assert result.low <= result.value <= result.high


DRAWN = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)), min_size=2, max_size=30
)  # truth, answer (with many ties), how often it was drawn


@given(DRAWN)
def test_a_weighted_figure_is_that_of_the_rows_repeated(drawn: list[tuple[int, int, int]]) -> None:
    truth, answer, weights = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
    repeats = weights.astype(int)
    whole = np.repeat(truth, repeats), np.repeat(answer, repeats)
    if 0 < whole[0].sum() < len(whole[0]):
        assert auc(truth, answer, weights[None])[0] == pytest.approx(metrics.roc_auc_score(*whole))
        assert average_precision(truth, answer, weights[None])[0] == pytest.approx(metrics.average_precision_score(*whole))
        tenths = brier(truth, answer / 10, weights[None])[0]
        assert tenths == pytest.approx(metrics.brier_score_loss(whole[0], whole[1] / 10))
        assert r2(truth, answer, weights[None])[0] == pytest.approx(metrics.r2_score(*whole))
    if len(whole[0]):
        assert median_error(truth, answer, weights[None])[0] == pytest.approx(metrics.median_absolute_error(*whole))


def test_rows_of_one_label_say_nothing_of_the_ranking() -> None:
    result = Bootstrap(20).figure(auc, np.ones(20), np.arange(20.0))
    assert (result.value, result.low, result.high, result.rows) == (0.5, 0, 1, 20)
