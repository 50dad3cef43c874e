"""Put a step in front of an estimator: outside of the graph if each of its columns comes from one field, else in it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from service.publishing.conversion.column_graph import add_matrix, is_plain
from service.publishing.conversion.column_sources import ColumnChoice, UnknownStep, column_positions, is_passed_through
from service.publishing.conversion.graph import TO_BOOL, TO_FLOAT32, TO_FLOAT64, Graph
from service.publishing.conversion.preprocessing import Floats, Preprocessing, create_array, create_columns, create_text
from service.publishing.conversion.steps import bending_steps, mixing_steps, scaling_steps
from service.publishing.conversion.steps.array_steps import add_to_array
from service.publishing.conversion.steps.text_steps import add_tfidf, add_vectorizer

Adder = Callable[[Graph, Any, str], str]
"""(graph, fitted step, matrix in front of it) → the matrix behind it."""


def add_step(graph: Graph, preprocessing: Preprocessing, step: Any, *, plain: bool = False) -> Preprocessing:
    """Return the preprocessing followed by one more fitted step. Raises UnknownStep.

    `plain`: each of its columns shall be one that the graph can compute.
    """
    if type(step).__name__ == "Pipeline":
        for _, part in step.steps:
            preprocessing = add_step(graph, preprocessing, part, plain=plain)
        return preprocessing
    if preprocessing.array:
        return add_to_array(graph, preprocessing.array, step)
    if preprocessing.text and type(step).__name__ != "FeatureUnion":
        return _add_to_text(graph, preprocessing, step)
    is_choice = isinstance(step, ColumnChoice)
    reason = UnknownStep(
        "a step reads columns that are no numbers" if is_choice else f"{type(step).__name__} has no converter"
    )
    has_texts = preprocessing.table_names and type(step).__name__ == "ColumnTransformer"
    try:
        folded = None if has_texts else preprocessing.then(step)
    except UnknownStep as error:
        folded, reason = None, error
    if folded is None or (plain and not is_plain(folded)):
        return _in_graph(graph, preprocessing, step, reason)
    return folded


def _add_to_text(graph: Graph, preprocessing: Preprocessing, step: Any) -> Preprocessing:
    """Return what a vectorizer makes of a text, or the text if it is passed through."""
    if is_passed_through(step):
        return preprocessing
    name, terms = add_vectorizer(graph, step, preprocessing.text)
    return create_columns(name, np.zeros(terms), np.zeros(terms, dtype=bool), is_sparse=True)


def plain_matrix(graph: Graph, preprocessing: Preprocessing) -> tuple[str, Preprocessing]:
    """Return the matrix as a name in the graph, and as a preprocessing without steps. Raises UnknownStep."""
    current = preprocessing
    if not is_plain(preprocessing):
        current = _with_single_numbers(graph, preprocessing.without_steps())
        for step in preprocessing.steps:
            current = add_step(graph, current, step, plain=True)
    if preprocessing.text or preprocessing.array:
        raise UnknownStep("a text, a picture or a vector reaches the model")
    name = add_matrix(graph, current)
    return name, create_columns(name, *_describe(current, current.matrix), is_sparse=current.is_sparse)


def _with_single_numbers(graph: Graph, preprocessing: Preprocessing) -> Preprocessing:
    """Round the fields to float32 that the first step takes so."""
    is_single = [field.is_single for field in preprocessing.fields]
    if not any(is_single):
        return preprocessing
    fields = preprocessing.matrix_name
    rounded = graph.add("Cast", [graph.add("Cast", [fields], to=TO_FLOAT32)], to=TO_FLOAT64)
    if not all(is_single):
        rounded = graph.add("Where", [graph.add("Cast", [graph.constant([is_single])], to=TO_BOOL), rounded, fields])
    return preprocessing.over_copies(rounded)


def _in_graph(graph: Graph, preprocessing: Preprocessing, step: Any, reason: UnknownStep) -> Preprocessing:
    kind = type(step).__name__ if type(step).__module__.startswith("sklearn.") else ""
    if kind == "ColumnTransformer":
        branches = [
            (_branch(preprocessing, columns), part)
            for _, part, columns in step.transformers_
            if not (isinstance(part, str) and part == "drop")
        ]
        parts = [(branch, part) for branch, part in branches if branch.sources or branch.text or branch.array]
        return replace(_joined(graph, parts), has_sparse_root=step.sparse_output_)
    if kind == "FeatureUnion":
        return _joined(graph, [(preprocessing, part) for _, part in step.transformer_list if part != "drop"])
    if kind not in _STEPS and not hasattr(step, "add_to_graph"):
        raise reason
    matrix, columns = plain_matrix(graph, preprocessing)
    name = _STEPS[kind](graph, step, matrix) if kind in _STEPS else step.add_to_graph(graph, matrix)
    is_sparse = preprocessing.is_sparse and kind in _KEEP_SPARSE
    return create_columns(
        name, *_describe(columns, lambda numbers: step.transform(columns.matrix(numbers))), is_sparse=is_sparse
    )


def _branch(preprocessing: Preprocessing, columns: Any) -> Preprocessing:
    """Return the part of the preprocessing that a column specifier of a ColumnTransformer selects. Raises UnknownStep."""
    names = preprocessing.names
    if not preprocessing.table_names:
        return preprocessing.take(column_positions(columns, names))
    selected = [preprocessing.table_names[at] for at in column_positions(columns, preprocessing.table_names)]
    texts = [name for name in selected if name not in names]
    if not texts:
        return preprocessing.take([names.index(name) for name in selected])
    if np.ndim(columns) > 0:
        raise UnknownStep(f"a step takes {texts[0]} as a table, not as one column")
    array = next((each for each in preprocessing.table_arrays if each.name == texts[0]), None)
    return create_array(array) if array else create_text(texts[0])


def _joined(graph: Graph, branches: Sequence[tuple[Preprocessing, Any]]) -> Preprocessing:
    """Return the columns of several branches beside each other."""
    parts = [plain_matrix(graph, add_step(graph, branch, part, plain=True)) for branch, part in branches]
    name = parts[0][0] if len(parts) == 1 else graph.add("Concat", [matrix for matrix, _ in parts], axis=1)
    columns = [column for _, each in parts for column in each.fields]
    typical, nullable = np.array([each.typical for each in columns]), np.array([each.nullable for each in columns])
    return create_columns(name, typical, nullable, is_sparse=any(each.has_sparse_root for _, each in parts))


def _describe(preprocessing: Preprocessing, transform: Callable[[Floats], Any]) -> tuple[Floats, Any]:
    """Return the matrix of a typical row, and which of its columns may be missing because a field is."""
    rows = [preprocessing.typical]
    for at, field in enumerate(preprocessing.fields):
        if field.nullable:
            rows.append(preprocessing.typical)
            rows[-1][at] = np.nan
    table = transform(np.array(rows))
    matrix = np.asarray(table.toarray() if hasattr(table, "toarray") else table, dtype=np.float64)
    return np.nan_to_num(matrix[0]), np.isnan(matrix).any(axis=0)


_KEEP_SPARSE = {"MaxAbsScaler", "Normalizer", "StandardScaler", "TfidfTransformer"}
"""Steps that make a sparse matrix of a sparse one."""
_STEPS: dict[str, Adder] = {
    **dict.fromkeys(("StandardScaler", "MaxAbsScaler", "RobustScaler"), scaling_steps.add_scaler),
    "MinMaxScaler": scaling_steps.add_range_scaler,
    "SimpleImputer": scaling_steps.add_imputer,
    "Binarizer": scaling_steps.add_binarizer,
    "TfidfTransformer": add_tfidf,
    "Normalizer": scaling_steps.add_normalizer,
    "FunctionTransformer": scaling_steps.add_function,
    **dict.fromkeys(("PCA", "IncrementalPCA"), mixing_steps.add_pca),
    "TruncatedSVD": mixing_steps.add_truncated_svd,
    "FastICA": mixing_steps.add_fast_ica,
    "LinearDiscriminantAnalysis": mixing_steps.add_discriminant_projection,
    "PolynomialFeatures": mixing_steps.add_polynomials,
    "PowerTransformer": bending_steps.add_power_transform,
    "KBinsDiscretizer": bending_steps.add_bins,
    "SplineTransformer": bending_steps.add_splines,
}
"""Steps over a matrix of numbers that are computed in the graph."""
