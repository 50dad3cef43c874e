"""Promises about the call of a fitted model: it gets the input that it was fitted on, and its answer is checked."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline

from model_worker.model_calls import WrongAnswer, model_input, scores

TABLE = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})
TRUTH = np.array([7, 3, 3, 7])
TWO = {"kind": "probabilities", "labels": ["3", "7"]}


class Answers:
    """A model that gives a fixed answer."""

    def __init__(self, answer: Any) -> None:
        self.predict = self.predict_proba = lambda _: answer


def test_a_model_fitted_on_an_array_gets_an_array_and_one_fitted_on_a_frame_gets_a_frame() -> None:
    on_array, on_frame = LogisticRegression().fit(TABLE.to_numpy(), TRUTH), LogisticRegression().fit(TABLE, TRUTH)
    assert isinstance(model_input(on_array, TABLE), np.ndarray)
    assert isinstance(model_input(on_frame, TABLE), pd.DataFrame)
    assert np.array_equal(scores(on_array, TABLE, TWO), on_array.predict_proba(TABLE.to_numpy()))


def test_a_pipeline_that_begins_with_a_vectorizer_gets_the_texts() -> None:
    texts = pd.DataFrame({"text": ["good day", "bad day", "good one", "bad one"]})
    pipeline = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts["text"], [1, 0, 1, 0])
    assert np.array_equal(scores(pipeline, texts, TWO), pipeline.predict_proba(texts["text"]))


def test_a_model_without_probabilities_gives_its_label_the_score_1() -> None:
    output = {"kind": "labels", "labels": ["3", "7"]}
    model = RidgeClassifier().fit(TABLE, TRUTH)
    expected = (model.predict(TABLE)[:, None] == np.array([3, 7])).astype(float)
    assert np.array_equal(scores(model, TABLE, output), expected)


def test_a_detector_of_outliers_names_its_two_labels_without_listing_them() -> None:
    model = IsolationForest(random_state=0).fit(TABLE)
    answer = scores(model, TABLE, {"kind": "labels", "labels": ["-1", "1"]})
    assert np.array_equal(answer[:, 1] == 1, model.predict(TABLE) == 1)
    named = scores(model, TABLE, {"kind": "labels", "labels": ["typical", "unusual"]})
    assert np.array_equal(named[:, 0] == 1, model.predict(TABLE) == 1)
    assert np.array_equal(named[:, 1] == 1, model.predict(TABLE) == -1)


def test_a_booster_that_gives_one_probability_per_row_gets_the_other_label_too() -> None:
    class Booster:
        def predict(self, _: Any) -> Any:
            return np.array([0.25, 0.5, 1.0, 0.0])

    assert scores(Booster(), TABLE, TWO).tolist() == [[0.75, 0.25], [0.5, 0.5], [0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        (np.zeros((3, 2)), TWO),
        (np.zeros((4, 3)), TWO),
        (np.zeros(4), TWO),
        ([["a", "b"]] * 4, TWO),
        (np.zeros((4, 2)), {"kind": "value"}),
        (np.array([None] * 4), {"kind": "value"}),
        (np.array(["3", "7", "8", "3"]), {"kind": "labels", "labels": ["3", "7"]}),
        (np.array(["3", "7"]), {"kind": "labels", "labels": ["3", "7"]}),
    ],
)
def test_an_answer_of_another_shape_or_type_is_refused(answer: Any, output: dict[str, Any]) -> None:
    with pytest.raises(WrongAnswer):
        scores(Answers(answer), TABLE, output)
