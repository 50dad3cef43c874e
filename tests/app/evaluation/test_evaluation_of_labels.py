"""Promises of the evaluation of a model that names labels: what is computed from probabilities alone is not there."""

import msgspec
import numpy as np
import pytest

from service.evaluation.card_metrics import card_metrics
from service.schemas import ClassificationEvaluation
from tests.support.any_models import ANY_MODELS, held_out_numbers


@pytest.fixture(scope="module")
def evaluation() -> ClassificationEvaluation:
    result = ANY_MODELS["names-three"].evaluation
    assert isinstance(result, ClassificationEvaluation)
    return result


def test_no_figure_of_probabilities_is_made_of_labels(evaluation: ClassificationEvaluation) -> None:
    assert (evaluation.auc, evaluation.brier, evaluation.average_precision) == (None, None, None)
    assert (evaluation.roc, evaluation.precision, evaluation.calibration) == ([], [], [])
    assert evaluation.baseline is not None
    assert (evaluation.baseline.auc, evaluation.baseline.brier, evaluation.baseline.average_precision) == (None, None, None)
    assert [metric.name for metric in card_metrics(evaluation)] == ["accuracy"]


def test_the_accuracy_and_the_table_of_mistakes_count_the_rows(evaluation: ClassificationEvaluation) -> None:
    numbers, named, truth = held_out_numbers()
    assert evaluation.rows == len(numbers)
    assert evaluation.accuracy is not None
    assert evaluation.accuracy.value == pytest.approx((named == truth).mean(), abs=1e-6)
    (counts,) = evaluation.thresholds
    is_dog, says_dog = truth == 1, named == 1
    assert counts.threshold == 0.5
    assert (counts.flagged_right, counts.flagged_wrong) == ((is_dog & says_dog).sum(), (~is_dog & says_dog).sum())
    assert (counts.passed_right, counts.passed_wrong) == ((~is_dog & ~says_dog).sum(), (is_dog & ~says_dog).sum())


def test_fields_and_groups_are_compared_by_the_share_of_correct_answers(evaluation: ClassificationEvaluation) -> None:
    numbers, named, truth = held_out_numbers()
    is_correct = (named == 1) == (truth == 1)
    assert evaluation.metric == "accuracy"
    assert evaluation.overall.value == pytest.approx(is_correct.mean(), abs=1e-6)
    assert evaluation.importance[0].field == "weight"
    indoor = next(segment for segment in evaluation.segments if segment.name == "indoor")
    shares = sorted(group.metric.value for group in indoor.groups)
    assert shares == pytest.approx(sorted(is_correct[numbers[:, 4] == flag].mean() for flag in (0, 1)), abs=1e-6)
    assert next(test for test in indoor.tests if test.figure == "metric").method == "chi_squared"


def test_an_evaluation_of_labels_is_read_back_as_it_was_written(evaluation: ClassificationEvaluation) -> None:
    content = msgspec.json.encode(evaluation)
    assert msgspec.json.decode(content, type=ClassificationEvaluation) == evaluation


def test_every_worst_row_was_answered_wrongly(evaluation: ClassificationEvaluation) -> None:
    assert evaluation.worst_rows
    for each in evaluation.worst_rows:
        assert np.isclose(each.answer, 0 if each.truth == "dog" else 1)
