"""What a fitted model says of itself: its task, its columns, its labels, and the categories that its encoders know."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_worker.fitted_steps import algorithm_of, column_use, innermost

_MIN_LABELS = _MATRIX = 2
_POSITION_NAMES = ("Column_{}", "f{}", "{}")
"""The names that LightGBM, XGBoost and CatBoost give to the columns of an array."""


class UnusableModel(Exception):
    """The model cannot be published. The message is a sentence that names the step and the way out."""


def model_facts(estimator: Any) -> dict[str, Any]:
    """Return the facts of a fitted estimator of scikit-learn, or of one that looks like it (LightGBM, XGBoost, CatBoost).

    They are `service.publishing.drafting.facts.ModelFacts` as plain values, so that they can be sent between processes.
    Raises UnusableModel for a model that is not fitted, has no `predict`, or has several outputs.
    """
    estimator = unwrapped(estimator)
    kind = type(innermost(estimator)).__name__
    if not hasattr(estimator, "predict"):
        raise UnusableModel(_no_predict(estimator, kind))
    _check_fitted(estimator, kind)
    names = _feature_names(estimator)
    n_features = len(names) if names is not None else _integer(estimator, "n_features_in_")
    task = _task(estimator)
    if task == "regression":
        _check_one_output(estimator, kind)
    use = column_use(estimator, names or [str(at) for at in range(n_features or 1)])
    return {
        "task": task,
        "feature_names": names,
        "n_features": n_features,
        "classes": _classes(estimator, kind) if task == "classification" else [1, -1] if task == "outliers" else None,
        "has_probabilities": task == "classification" and hasattr(estimator, "predict_proba"),
        "known_categories": {name: [_simple(each) for each in values] for name, values in use.categories.items()},
        "text_columns": sorted(use.texts),
        "algorithm": algorithm_of(estimator),
        "fitted_dtypes": {},
    }


def unwrapped(estimator: Any) -> Any:
    """Return the best estimator of a search, and any other estimator as it is."""
    while hasattr(estimator, "best_estimator_"):
        estimator = estimator.best_estimator_
    return estimator


def _simple(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _no_predict(estimator: Any, kind: str) -> str:
    if hasattr(estimator, "param_grid") or hasattr(estimator, "param_distributions"):
        return f"{kind} keeps no model that predicts. Search with refit=True and call fit, or save the best estimator."
    if hasattr(estimator, "fit_predict"):
        return f"{kind} groups the rows that it was fitted on and cannot predict new ones. Save a model with predict."
    if hasattr(estimator, "transform"):
        return f"{kind} only transforms columns. Save the whole pipeline, with the model as its last step."
    return f"{kind} has no method predict. Save a fitted model, or a pipeline that ends with one."


def _feature_names(estimator: Any) -> list[str] | None:
    """Return the columns that the model was fitted on; None if it was fitted on an array."""
    for attribute in ("feature_names_in_", "feature_names_", "feature_name_"):
        columns = _attribute(estimator, attribute)
        if columns is not None and len(columns):
            names = [str(name) for name in columns]
            is_array = any(names == [form.format(at) for at in range(len(names))] for form in _POSITION_NAMES)
            return None if is_array and attribute != "feature_names_in_" else names
    return None


def _integer(estimator: Any, name: str) -> int | None:
    number = _attribute(estimator, name)
    return None if number is None else int(number)


def _attribute(estimator: Any, name: str) -> Any:
    """Return an attribute, or None: some are properties that raise an error of their library."""
    try:
        return getattr(estimator, name, None)
    except Exception:
        return None


def _check_fitted(estimator: Any, kind: str) -> None:
    """Raise UnusableModel if an estimator of scikit-learn is not fitted: it has no attribute that ends with _."""
    final = innermost(estimator)
    if not type(final).__module__.startswith("sklearn."):
        return
    if not any(name.endswith("_") and not name.startswith("__") for name in vars(final)):
        raise UnusableModel(f"{kind} is not fitted. Call fit before you save it.")


def _task(estimator: Any) -> str:
    kinds = {_estimator_type(each) for each in (estimator, innermost(estimator))}
    if "outlier_detector" in kinds:
        return "outliers"
    if "regressor" in kinds:
        return "regression"
    has_labels = any(_attribute(each, "classes_") is not None for each in (estimator, innermost(estimator)))
    return "classification" if has_labels or kinds & {"classifier", "clusterer"} else "regression"


def _estimator_type(estimator: Any) -> str:
    try:
        return str(estimator.__sklearn_tags__().estimator_type)
    except Exception:
        return str(_attribute(estimator, "_estimator_type"))


def _classes(estimator: Any, kind: str) -> list[Any]:
    final = innermost(estimator)
    candidates = [_attribute(each, "classes_") for each in (estimator, final)]
    classes = next((each for each in candidates if each is not None), None)
    if classes is None and _attribute(final, "labels_") is not None:  # a clusterer names its groups
        classes = np.unique(final.labels_)
    if classes is None:
        raise UnusableModel(f"{kind} does not say which labels it knows: it has no classes_.")
    if isinstance(classes, list) and len(classes) and isinstance(classes[0], (list, np.ndarray)):
        raise UnusableModel(_several_outputs(kind, len(classes)))
    if _attribute(final, "multilabel_"):
        raise UnusableModel(_several_outputs(kind, len(classes)))
    labels = [_simple(each) for each in np.asarray(classes).tolist()]
    if len(labels) < _MIN_LABELS:
        raise UnusableModel(f"{kind} knows one label only, {labels[0]!r}: fit it on rows with two labels or more.")
    return labels


def _check_one_output(estimator: Any, kind: str) -> None:
    final = innermost(estimator)
    outputs = _integer(final, "n_outputs_")
    coefficients = _attribute(final, "coef_")
    if outputs is None and isinstance(coefficients, np.ndarray) and coefficients.ndim == _MATRIX:
        outputs = len(coefficients)
    members = _attribute(final, "estimators_")
    if outputs is None and type(final).__name__ in {"MultiOutputRegressor", "RegressorChain"} and members is not None:
        outputs = len(members)
    if outputs is not None and outputs > 1:
        raise UnusableModel(_several_outputs(kind, outputs))


def _several_outputs(kind: str, count: int) -> str:
    return f"{kind} has {count} outputs, and a card describes one. Fit and add one model for each output."
