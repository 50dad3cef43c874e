"""Promises of baselines and of the worst mistakes: they are what scikit-learn and sorting the held-out rows find."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.dummy import DummyClassifier, DummyRegressor

from tests.support.evaluated_models import LABELLED
from tests.support.held_out_rows import HeldOut


@pytest.mark.parametrize("name", [*LABELLED, "three", "planted"])
def test_a_classification_is_compared_with_the_most_frequent_label(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    truth, baseline = seen.test.truth, seen.evaluation.baseline
    dummy = DummyClassifier(strategy="most_frequent").fit(truth[:, None], truth)
    assert baseline.accuracy == pytest.approx(dummy.score(truth[:, None], truth), abs=1e-6)
    constant = np.full(len(truth), seen.truth.mean())
    assert baseline.brier == pytest.approx(metrics.brier_score_loss(seen.truth, constant), abs=1e-6)
    assert baseline.average_precision == pytest.approx(metrics.average_precision_score(seen.truth, constant), abs=1e-6)
    assert baseline.auc == metrics.roc_auc_score(seen.truth, constant) == 0.5
    assert baseline.accuracy_gain.value == pytest.approx(seen.evaluation.accuracy.value - baseline.accuracy, abs=2e-6)


def test_the_gain_has_the_interval_of_a_paired_bootstrap(bundled: Any) -> None:
    seen: HeldOut = bundled["credit-default"]
    labels = ["pays", "default"]
    right = np.array([labels.index(each.label) for each in seen.predictions]) == seen.test.truth
    difference = right.astype(float) - (seen.test.truth == 0)
    random = np.random.default_rng(4)
    draws = [difference[random.integers(0, len(right), len(right))].mean() for _ in range(400)]
    low, high = np.quantile(draws, [0.025, 0.975])
    gain = seen.evaluation.baseline.accuracy_gain
    assert (gain.low, gain.high) == pytest.approx((low, high), abs=0.2 * (high - low))
    assert gain.low > 0


@pytest.mark.parametrize("name", ["diamond-price", "prices"])
def test_a_regression_is_compared_with_the_median(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    baseline = seen.evaluation.baseline
    constant = DummyRegressor(strategy="median").fit(seen.truth[:, None], seen.truth).predict(seen.truth[:, None])
    assert baseline.value == pytest.approx(constant[0], abs=1e-6)
    assert baseline.median_error == pytest.approx(metrics.median_absolute_error(seen.truth, constant), abs=1e-5)
    assert baseline.relative_error == pytest.approx(np.median(np.abs(constant / seen.truth - 1)), abs=1e-6)
    assert baseline.r2 == metrics.r2_score(seen.truth, np.full(len(seen.truth), seen.truth.mean())) == 0
    gain = seen.evaluation.baseline.relative_error_gain
    assert gain.value == pytest.approx(baseline.relative_error - seen.evaluation.relative_error.value, abs=2e-6)
    assert gain.low < gain.value < gain.high


def test_the_metrics_of_a_card_have_the_baselines_of_the_evaluation(service: Any) -> None:
    for name in (*LABELLED, "diamond-price"):
        card = service.get(f"/v1/models/{name}").json()
        baseline = service.get(f"/v1/models/{name}/evaluation").json()["evaluation"]["baseline"]
        assert {each["name"]: each["baseline"] for each in card["metrics"] if "baseline" in each} == {
            each["name"]: baseline[each["name"]] for each in card["metrics"] if each["name"] in baseline
        }
        assert sum("baseline" in each for each in card["metrics"]) >= 2


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price"])
def test_the_worst_mistakes_are_the_first_of_all_held_out_rows_by_their_error(name: str, bundled: Any) -> None:
    seen: HeldOut = bundled[name]
    errors = np.abs(seen.answer / seen.truth - 1) if name == "diamond-price" else np.abs(seen.answer - seen.truth)
    worst = np.argsort(-errors, kind="stable")[:10]
    result = seen.evaluation.worst_rows
    assert [each.answer for each in result] == pytest.approx(seen.answer[worst].tolist(), abs=1e-5)
    fields = seen.test.fields.iloc[worst]
    for each, (_, row) in zip(result, fields.iterrows(), strict=True):
        assert {name: str(value) for name, value in each.row.items()} == {
            name: str(type(each.row[name])(value)) for name, value in row.items()
        }
    if name == "diamond-price":
        assert [each.truth for each in result] == seen.truth[worst].tolist()
    else:
        assert [each.truth for each in result] == [["pays", "default"][int(truth)] for truth in seen.truth[worst]]


def test_only_comments_that_a_person_has_read_are_shown_as_mistakes(bundled: Any) -> None:
    from service.training.comments import find_showable

    seen: HeldOut = bundled["comment-sentiment"]
    shown = set(seen.test.fields["comment"][find_showable(seen.test.aside)])
    result = seen.evaluation.worst_rows
    assert len(result) == 10
    assert all((each.answer > 0.5) == (each.truth == "positive") for each in result), "mistakes, not near ones"
    assert {each.row["comment"] for each in result} <= shown


@pytest.mark.parametrize("name", [*LABELLED, "diamond-price"])
def test_every_real_row_of_a_card_has_what_really_happened(name: str, bundled: Any, service: Any) -> None:
    seen: HeldOut = bundled[name]
    card = service.get(f"/v1/models/{name}").json()
    assert len(card["real_truths"]) == len(card["real_rows"]) > 0
    labels = [label["value"] for label in card["output"].get("labels", [])]
    truths = [labels[int(truth)] for truth in seen.test.truth] if labels else seen.test.truth.tolist()
    known: dict[str, set[Any]] = {}
    for row, truth in zip(seen.test.fields.to_dict("records"), truths, strict=True):
        known.setdefault(str({key: str(value) for key, value in row.items()}), set()).add(truth)
    types = seen.test.fields.dtypes
    for row, truth in zip(card["real_rows"], card["real_truths"], strict=True):
        key = str(
            {field: str(types[field].type(row[field]) if types[field].kind == "f" else row[field]) for field in types.index}
        )
        assert truth in known[key]
