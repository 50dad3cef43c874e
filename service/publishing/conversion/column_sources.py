"""Find the input field that each column of a preprocessed matrix is computed from.

A split or a weight of a model belongs to a column. It can be moved to the input field if the column is a function of this
one field, so that the preprocessing need not be part of the graph.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Source:
    """The input field of one column."""

    field: int
    """The position of the field."""
    values: tuple[float, ...] | None = None
    """The numbers of the field that the column tells apart: it is equal for all others. None: it rises or falls."""
    is_input: bool = True
    """The column is the field itself."""
    line: tuple[float, float] | None = (0.0, 1.0)
    """(shift, divisor): the column is (field − shift) / divisor where the field is not missing. None: it is not a line."""


_MONOTONE_FUNCTIONS = (np.log, np.log1p, np.log2, np.log10, np.sqrt, np.cbrt, np.exp, np.expm1, np.arcsinh)


class UnknownStep(NotImplementedError):
    """A step of the pipeline is not one of those that are known to compute a column from one field."""


@dataclass(frozen=True)
class ColumnChoice:
    """A step that keeps some columns."""

    columns: tuple[int, ...]
    keeps_names: bool = True
    """The result is a table with names if the input is one, else an array."""

    def transform(self, table: Any) -> Any:
        columns = list(self.columns)
        if self.keeps_names and hasattr(table, "iloc"):
            return table.iloc[:, columns]
        return (table if hasattr(table, "toarray") else np.asarray(table))[:, columns]


def output_sources(step: Any, inputs: Sequence[Source], names: Sequence[str]) -> list[Source]:
    """Return the source of each column that a fitted transformer makes of columns with these sources and names.

    Raises UnknownStep.
    """
    if is_passed_through(step):
        return list(inputs)
    kind = type(step).__name__ if type(step).__module__.startswith("sklearn.") else ""
    if kind in _COMPOSED:
        return _COMPOSED[kind](step, inputs, names)
    if kind in _SINGLE:
        return _SINGLE[kind](step, inputs)
    if isinstance(step, ColumnChoice):
        return [inputs[at] for at in step.columns]
    if type(step).__name__ == "CategoryCodes":
        return [replace(source, is_input=False) if source.values is not None else source for source in inputs]
    if kind and hasattr(step, "get_support"):
        return [source for source, is_kept in zip(inputs, step.get_support(), strict=True) if is_kept]
    raise UnknownStep(f"{type(step).__name__} is not known to compute each column from one field")


def is_passed_through(step: Any) -> bool:
    """Return whether a step gives what it takes."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def _of_pipeline(step: Any, inputs: Sequence[Source], names: Sequence[str]) -> list[Source]:
    sources = list(inputs)
    for _, part in step.steps:
        sources = output_sources(part, sources, names)
    return sources


def _of_union(step: Any, inputs: Sequence[Source], names: Sequence[str]) -> list[Source]:
    return [source for _, part in step.transformer_list for source in output_sources(part, inputs, names)]


def _of_monotone(_step: Any, inputs: Sequence[Source]) -> list[Source]:
    return [replace(source, is_input=False, line=None) for source in inputs]


def _of_bins(step: Any, inputs: Sequence[Source]) -> list[Source]:
    if step.encode != "ordinal":
        raise UnknownStep("KBinsDiscretizer has a column for each bin")
    return _of_monotone(step, inputs)


def _of_function(step: Any, inputs: Sequence[Source]) -> list[Source]:
    if is_identity(step):
        return list(inputs)
    if any(step.func is each for each in _MONOTONE_FUNCTIONS):
        return _of_monotone(step, inputs)
    raise UnknownStep(f"FunctionTransformer has the unknown function {getattr(step.func, '__name__', '')}")


def _of_scaler(step: Any, inputs: Sequence[Source]) -> list[Source]:
    """Return the sources of a scaler. Only the first of a chain keeps a line, which rounds as the scaler does."""
    shifts = getattr(step, "center_" if type(step).__name__ == "RobustScaler" else "mean_", None)
    divisors = step.scale_
    none = np.zeros(len(inputs))
    lines = zip(none if shifts is None else shifts, none + 1 if divisors is None else divisors, strict=True)
    return [
        replace(source, is_input=False, line=(float(a), float(b)) if source.line == (0.0, 1.0) else None)
        for source, (a, b) in zip(inputs, lines, strict=True)
    ]


def _of_column_transformer(step: Any, inputs: Sequence[Source], names: Sequence[str]) -> list[Source]:
    sources: list[Source] = []
    for _, part, columns in step.transformers_:
        if isinstance(part, str) and part == "drop":
            continue
        positions = column_positions(columns, names)
        sources += output_sources(part, [inputs[at] for at in positions], [names[at] for at in positions])
    return sources


def column_positions(columns: Any, names: Sequence[str]) -> list[int]:
    """Return the positions that a column specifier of a fitted ColumnTransformer selects."""
    if isinstance(columns, slice):
        return list(range(len(names))[columns])
    listed = np.atleast_1d(np.asarray(columns, dtype=object)).tolist()
    if listed and isinstance(listed[0], bool | np.bool_):
        return [at for at, is_selected in enumerate(listed) if is_selected]
    return [list(names).index(column) if isinstance(column, str) else int(column) for column in listed]


def _of_imputer(step: Any, inputs: Sequence[Source]) -> list[Source]:
    is_empty = [isinstance(value, float) and np.isnan(value) for value in step.statistics_.tolist()]
    sources = [
        replace(source, is_input=False)
        for source, empty in zip(inputs, is_empty, strict=True)
        if step.keep_empty_features or not empty
    ]
    if step.indicator_ is not None:
        sources += [Source(inputs[at].field, values=(), is_input=False, line=None) for at in step.indicator_.features_]
    return sources


def _of_encoder(step: Any, inputs: Sequence[Source]) -> list[Source]:
    sources: list[Source] = []
    is_one_hot = type(step).__name__ == "OneHotEncoder"
    outputs = len(step.classes_) if getattr(step, "target_type_", "") == "multiclass" else 1
    for at, (source, categories) in enumerate(zip(inputs, step.categories_, strict=True)):
        values = source.values
        if values is None:
            if not source.is_input or categories.dtype.kind not in "iuf":
                raise UnknownStep(f"{type(step).__name__} encodes a column that is computed from a number")
            values = tuple(float(category) for category in categories if category == category)  # noqa: PLR0124 - not NaN
        count = step._n_features_outs[at] if is_one_hot else outputs
        sources += [Source(source.field, values, is_input=False, line=None)] * count
    return sources


def is_identity(step: Any) -> bool:
    from sklearn.utils import check_array

    function = step.func.func if isinstance(step.func, partial) else step.func  # HistGradientBoosting checks its numbers so
    return function is None or function is check_array


_COMPOSED: dict[str, Callable[[Any, Sequence[Source], Sequence[str]], list[Source]]] = {
    "ColumnTransformer": _of_column_transformer,
    "FeatureUnion": _of_union,
    "Pipeline": _of_pipeline,
}
_SINGLE: dict[str, Callable[[Any, Sequence[Source]], list[Source]]] = {
    "FunctionTransformer": _of_function,
    "KBinsDiscretizer": _of_bins,
    "SimpleImputer": _of_imputer,
    **dict.fromkeys(("OneHotEncoder", "OrdinalEncoder", "TargetEncoder"), _of_encoder),
    **dict.fromkeys(("MaxAbsScaler", "RobustScaler", "StandardScaler"), _of_scaler),
    **dict.fromkeys(("Binarizer", "MinMaxScaler", "PowerTransformer", "QuantileTransformer"), _of_monotone),
}
