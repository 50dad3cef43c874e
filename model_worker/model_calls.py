"""How a fitted model is called: the form of its input, and its answer as a float64 matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

_MATRIX = 2
_SIDES = ["typical", "unusual"]
"""The labels of a detector of outliers, which answers 1 for a typical row and -1 for an unusual one."""


class WrongAnswer(Exception):
    """The answer of the model does not fit the card. The message has no value of the answer."""


def model_input(model: Any, frame: Any) -> Any:
    """Return the frame in the form that the model was fitted on: the frame, an array without names, or a series of texts."""
    first = model
    while parts := getattr(first, "steps", None) or getattr(first, "transformer_list", None):
        first = parts[0][1]
    if hasattr(first, "build_analyzer") and frame.shape[1] == 1:
        return frame.iloc[:, 0]
    is_sklearn = type(first).__module__.startswith("sklearn.")  # other libraries do not always keep the names
    has_no_names = hasattr(first, "n_features_in_") and getattr(first, "feature_names_in_", None) is None
    return frame.to_numpy() if is_sklearn and has_no_names else frame


def scores(model: Any, frame: Any, output: dict[str, Any]) -> Any:
    """Return the scores of a frame in float64: (rows, labels) for a classification, (rows, 1) for a value.

    `output` is `{"kind": "probabilities" | "labels" | "value", "labels": […]}`. Raises WrongAnswer, and what a model raises.
    """
    data = model_input(model, frame)
    rows = len(frame)
    if output["kind"] == "value":
        return _matrix(model.predict(data), rows, 1)
    labels = output["labels"]
    if output["kind"] == "labels":
        return _label_scores(model, np.asarray(model.predict(data)), rows, labels)
    if hasattr(model, "predict_proba"):
        return _matrix(model.predict_proba(data), rows, len(labels))
    answer = np.asarray(model.predict(data))
    if answer.ndim == 1 and len(labels) == _MATRIX:  # a native booster: the probability of the second label
        answer = np.column_stack([1.0 - answer, answer])
    return _matrix(answer, rows, len(labels))


def _matrix(answer: Any, rows: int, columns: int) -> Any:
    array = np.asarray(answer)
    if array.dtype.kind not in "fiu":
        raise WrongAnswer("The answer of the model is not an array of numbers.")
    if columns == 1 and array.shape == (rows,):
        array = array.reshape(rows, 1)
    if array.shape != (rows, columns):
        raise WrongAnswer("The answer of the model does not have one line per row, or one number per label.")
    return np.ascontiguousarray(array, dtype="<f8")


def _label_scores(model: Any, answer: Any, rows: int, labels: list[str]) -> Any:
    """Return 1 for the label that the model names, 0 for the others."""
    if answer.shape not in {(rows,), (rows, 1)}:
        raise WrongAnswer("The answer of the model does not have one label per row.")
    classes = getattr(model, "classes_", None)
    if classes is None and labels == _SIDES:
        classes = [1, -1]
    names = labels if classes is None or len(classes) != len(labels) else [label_name(each) for each in classes]
    positions = {name: index for index, name in enumerate(names)}
    result = np.zeros((rows, len(labels)), dtype="<f8")
    for row, label in enumerate(answer.reshape(rows).tolist()):
        position = positions.get(label_name(label))
        if position is None:
            raise WrongAnswer("The model names a label that its card does not have.")
        result[row, position] = 1.0
    return result


def label_name(value: Any) -> str:
    """Return a label or a category as text; a whole float is written as an integer."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
