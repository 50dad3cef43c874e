"""Promises of the confusion matrix of three labels or more, against scikit-learn and the rows themselves."""

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from service.schemas import ClassificationEvaluation
from tests.support.any_models import ANY_MODELS, held_out_numbers
from tests.support.held_out_rows import HeldOut

LABELS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def three(toys: dict[str, HeldOut]) -> tuple[Any, Any, Any]:
    """The matrix, the true labels of the rows and the labels that the model answers."""
    model = toys["three"]
    truth = np.array(LABELS)[model.test.truth]
    return model.evaluation.confusion, truth, np.array([each.label for each in model.predictions])


def test_the_matrix_and_its_shares_are_those_of_scikit_learn(three: tuple[Any, Any, Any]) -> None:
    matrix, truth, answers = three
    assert matrix.labels == LABELS
    assert matrix.counts == confusion_matrix(truth, answers, labels=LABELS).tolist()
    found = recall_score(truth, answers, labels=LABELS, average=None)
    right = precision_score(truth, answers, labels=LABELS, average=None)
    assert [each.found.value for each in matrix.by_label] == pytest.approx(found.tolist(), abs=1e-6)
    assert [each.right.value for each in matrix.by_label] == pytest.approx(right.tolist(), abs=1e-6)


def test_the_most_frequent_confusions_come_first_with_their_surest_rows(toys: dict[str, HeldOut]) -> None:
    model = toys["three"]
    matrix, rows = model.evaluation.confusion, rows_of(model)
    counts = {(i, j): n for i, line in enumerate(matrix.counts) for j, n in enumerate(line) if i != j and n}
    assert matrix.confusions
    listed = [(LABELS.index(each.truth), LABELS.index(each.answer)) for each in matrix.confusions]
    assert [counts[pair] for pair in listed] == sorted(counts.values(), reverse=True)[:5]
    for each in matrix.confusions:
        confused = [
            (prediction.probabilities[each.answer], row)
            for prediction, row, truth in zip(model.predictions, rows, model.test.truth, strict=True)
            if prediction.label == each.answer and LABELS[truth] == each.truth
        ]
        surest = sorted(confused, key=lambda pair: -pair[0])[:4]
        assert [row.row for row in each.rows] == [row for _, row in surest]
        assert [row.probability for row in each.rows] == pytest.approx([share for share, _ in surest], abs=1e-6)
        assert each.share.value == pytest.approx(
            len(confused) / (model.test.truth == LABELS.index(each.truth)).sum(), abs=1e-6
        )


def rows_of(model: HeldOut) -> list[dict[str, Any]]:
    return [dict(zip(model.test.fields.columns, row, strict=True)) for row in model.test.fields.itertuples(index=False)]


def test_a_likely_answer_is_right_as_often_as_it_says(toys: dict[str, HeldOut]) -> None:
    """The bins hold all rows: their mean probability and their share of right answers are those of the rows."""
    model = toys["three"]
    bins = model.evaluation.confusion.calibration
    rows = [each.happened.rows for each in bins]
    best = [max(prediction.probabilities.values()) for prediction in model.predictions]
    is_right = [each.label == LABELS[truth] for each, truth in zip(model.predictions, model.test.truth, strict=True)]
    assert sum(rows) == len(best)
    assert np.average([each.said for each in bins], weights=rows) == pytest.approx(np.mean(best), abs=1e-6)
    assert np.average([each.happened.value for each in bins], weights=rows) == pytest.approx(np.mean(is_right), abs=1e-6)


def test_a_model_that_names_labels_has_a_matrix_without_probabilities() -> None:
    evaluation = ANY_MODELS["names-three"].evaluation
    assert isinstance(evaluation, ClassificationEvaluation)
    assert evaluation.confusion is not None
    _, named, truth = held_out_numbers()
    assert evaluation.confusion.counts == confusion_matrix(truth, named, labels=[0, 1, 2]).tolist()
    assert evaluation.confusion.calibration == []
    assert {row.probability for each in evaluation.confusion.confusions for row in each.rows} == {1.0}


def test_two_labels_have_no_matrix(toys: dict[str, HeldOut]) -> None:
    assert toys["planted"].evaluation.confusion is None
