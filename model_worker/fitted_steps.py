"""Walks through the steps of a fitted model: the categories that its encoders know, and the texts that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

_MAX_MEMBERS = 8
"""The members of an ensemble were fitted on the same columns: a few of them tell enough."""
_WRAPPED = ("regressor_", "estimator_", "estimator", "_preprocessor")
"""The attributes under which a model keeps the steps or the model inside it."""
_NO_COLUMN = ""
"""The name of a column that is none of the model's own columns."""


class ColumnUse:
    """How the steps of a model read its columns, by their names."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = set(columns)
        self.categories: dict[str, list[Any]] = {}
        """Column → the categories that an encoder knows, without a missing one; none if it does not list them."""
        self.texts: set[str] = set()
        """The columns that a vectorizer reads."""


def column_use(estimator: Any, columns: Sequence[str]) -> ColumnUse:
    """Return how the steps of a fitted model read its columns."""
    use = ColumnUse(columns)
    _visit(estimator, list(columns), use)
    _add_categories_of_boosters(estimator, columns, use)
    return use


def innermost(estimator: Any) -> Any:
    """Return the model at the end of a pipeline, also inside a transformed target."""
    while True:
        if getattr(estimator, "steps", None):
            estimator = estimator.steps[-1][1]
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return estimator


def algorithm_of(estimator: Any) -> str:
    """Return the names of the classes of a model: "LogisticRegression behind StandardScaler, OneHotEncoder"."""
    final = innermost(estimator)
    names = list(dict.fromkeys(name for name in _step_names(estimator) if name != type(final).__name__))
    inner = getattr(final, "estimator", None)
    model = type(final).__name__
    if hasattr(inner, "fit") and not hasattr(final, "estimator_params"):  # forests build their own trees
        model += f" of {type(inner).__name__}"
    return f"{model} behind {', '.join(names)}" if names else model


def _step_names(step: Any) -> Iterator[str]:
    if isinstance(step, str) or step is None:
        return
    parts = [part for _, part in getattr(step, "steps", [])]
    parts += [part for _, part, _ in getattr(step, "transformers_", [])]
    parts += [part for _, part in getattr(step, "transformer_list", [])]
    if hasattr(step, "regressor_"):
        parts.append(step.regressor_)
    if not parts:
        yield type(step).__name__
    for part in parts:
        yield from _step_names(part)


def _visit(step: Any, names: Sequence[str], use: ColumnUse) -> None:
    """Add what a step and the steps inside it know of the columns; `names` are those of its inputs."""
    if step is None or isinstance(step, str):
        return
    if getattr(step, "steps", None):
        for _, part in step.steps:
            _visit(part, names, use)
            names = _names_behind(part, names, use)
    elif hasattr(step, "transformers_"):
        for _, part, columns in step.transformers_:
            _visit(part, [names[at] for at in _positions(columns, names)], use)
    elif hasattr(step, "transformer_list"):
        for _, part in step.transformer_list:
            _visit(part, names, use)
    elif hasattr(step, "categories_") or hasattr(step, "build_analyzer"):
        _note(step, names, use)
    else:
        for inner in _inner_models(step):
            _visit(inner, names, use)


def _note(step: Any, names: Sequence[str], use: ColumnUse) -> None:
    """Add what an encoder or a vectorizer knows of its columns."""
    known = getattr(step, "categories_", [None] * len(names))
    for name, categories in zip(names, known):
        if name in use.columns and categories is not None:
            use.categories.setdefault(name, _plain(categories))
        elif name in use.columns:
            use.texts.add(name)


def _names_behind(step: Any, names: Sequence[str], use: ColumnUse) -> list[str]:
    """Return the names of the columns that a step makes; a column that is none of the model's own has no name.

    A step that keeps its columns names them as they were, or with the name of a part in front: `numbers__age`.
    """
    try:
        made = [str(name) for name in step.get_feature_names_out(np.array(names, dtype=object))]
    except Exception:
        return []
    named = [name if name in use.columns else name.partition("__")[2] for name in made]
    return [name if name in use.columns else _NO_COLUMN for name in named]


def _positions(columns: Any, names: Sequence[str]) -> list[int]:
    """Return the positions that a column specifier of a fitted ColumnTransformer selects, among the named columns."""
    if isinstance(columns, slice):
        return list(range(len(names))[columns])
    listed = np.atleast_1d(np.asarray(columns, dtype=object)).tolist()
    if listed and isinstance(listed[0], (bool, np.bool_)):
        return [at for at, is_selected in enumerate(listed) if is_selected]
    order = {name: at for at, name in enumerate(names)}
    positions = [order.get(column, -1) if isinstance(column, str) else int(column) for column in listed]
    return [at for at in positions if -1 < at < len(names)]


def _inner_models(step: Any) -> Iterator[Any]:
    for name in _WRAPPED:
        inner = getattr(step, name, None)
        if hasattr(inner, "fit") or hasattr(inner, "transform"):
            yield inner
    members = getattr(step, "estimators_", None)
    if members is not None and not hasattr(step, "estimators_features_"):  # those of bagging read some columns only
        flat = members.ravel() if isinstance(members, np.ndarray) else members
        yield from list(flat)[:_MAX_MEMBERS]
    for calibrated in getattr(step, "calibrated_classifiers_", [])[:1]:
        yield calibrated.estimator


def _plain(categories: Any) -> list[Any]:
    """Return the categories without a missing one."""
    return [each for each in np.asarray(categories).tolist() if each is not None and each == each]  # noqa: PLR0124 - NaN


def _add_categories_of_boosters(estimator: Any, columns: Sequence[str], use: ColumnUse) -> None:
    """Add the categories and texts that LightGBM and CatBoost keep, if the model is one of them without other steps."""
    categories = getattr(getattr(estimator, "booster_", None), "pandas_categorical", None)
    if categories:
        marks = _lightgbm_categorical(estimator.booster_)
        chosen = [name for name, is_categorical in zip(columns, marks) if is_categorical]
        if len(chosen) == len(categories):
            use.categories.update({name: _plain(values) for name, values in zip(chosen, categories)})
    if hasattr(estimator, "get_text_feature_indices"):
        use.texts.update(columns[at] for at in estimator.get_text_feature_indices())
        for at in estimator.get_cat_feature_indices():  # it keeps only hashes of its categories
            use.categories.setdefault(columns[at], [])


def _lightgbm_categorical(booster: Any) -> list[bool]:
    """Return for each column whether it is categorical: its values are listed (0:1:2), not bounded ([0:2])."""
    for line in booster.model_to_string(num_iteration=1).splitlines():
        if line.startswith("feature_infos="):
            return [info[:1] not in {"[", ""} and info != "none" for info in line.partition("=")[2].split(" ")]
    return []
