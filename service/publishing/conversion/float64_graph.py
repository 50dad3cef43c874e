"""A fitted pipeline → ONNX in float64."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from model_worker.model_calls import model_input
from service.fields.field_type import NumbersType, RangeType
from service.fields.lookup import array_fields, number_fields, text_fields
from service.publishing.conversion.estimators import add_estimator
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.preprocessing import ArrayInput, Floats, InputField, create_preprocessing, create_text
from service.publishing.pipeline_frame import frame
from service.rows.columns import Columns
from service.schemas import Card, Classification

_COPIED = {"", "float64", "int64", "int32", "uint32", "Float64", "Int64", "Int32"}
"""The types of columns whose values are the numbers of the field."""
_SINGLE = {"float32", "Float32"}


_UNUSUAL_FIRST = ["-1", "1"]
"""What an outlier detector of scikit-learn answers. Its scores in the graph are those of 1, a typical row, and of −1."""


def to_float64_graph(card: Card, pipeline: Any, typical: Floats) -> bytes:
    """Convert a fitted pipeline; the result takes the numbers of the card's fields. `typical` are those of a real row.

    Raises UnknownStep if a step has no converter, or if it needs more than one field.
    """
    types = number_fields(card)
    fields = [_input_field(each, number) for each, number in zip(types, typical.tolist(), strict=True)]
    texts, arrays = [each.name for each in text_fields(card)], array_fields(card)
    graph = Graph(len(fields))
    if texts and not fields and len(card.inputs) == 1 and not _chooses_columns(pipeline):
        preprocessing = create_text(texts[0])
    else:
        preprocessing = create_preprocessing(fields, _to_table(card, pipeline))
        names = tuple(each.name for each in card.inputs) if texts or arrays else ()
        inputs = [ArrayInput(each.name, each.shape, is_whole=each.dtype is np.uint8) for each in arrays]
        preprocessing = replace(preprocessing, table_names=names, table_arrays=tuple(inputs))
    scores = add_estimator(graph, pipeline, preprocessing)
    if not isinstance(card.output, Classification):
        return graph.serialize(scores, 1)
    labels = [label.value for label in card.output.labels]
    if not hasattr(pipeline, "classes_") and labels == _UNUSUAL_FIRST:
        scores = graph.add("Gather", [scores, graph.constant([1, 0])], axis=1)
    return graph.serialize(scores, len(labels))


def _input_field(field: NumbersType, typical: float) -> InputField:
    return InputField(
        name=field.name,
        low=field.min_number,
        high=field.max_number,
        choices=tuple(field.choices) if field.size else None,
        nullable=field.nullable,
        is_copied=not field.size and field.field.dtype in _COPIED,
        is_single=not field.size and field.field.dtype in _SINGLE,
        is_whole=bool(field.size) or (isinstance(field, RangeType) and field.is_integral),
        typical=typical,
    )


def _chooses_columns(model: Any) -> bool:
    """Return whether the first step of a model is a ColumnTransformer."""
    while hasattr(model, "steps"):
        model = model.steps[0][1]
    return type(model).__name__ == "ColumnTransformer"


def _to_table(card: Card, pipeline: Any) -> Callable[[Floats], Any]:
    """Return the function from numbers to the table of the first step, without its texts and arrays.

    A column of whole numbers cannot hold the numbers between them that the search for a split tries.
    """
    names = {each.name for each in number_fields(card)}
    numeric = msgspec.structs.replace(card, inputs=tuple(each for each in card.inputs if each.name in names))
    is_whole = np.array([each.field.dtype.lower().startswith(("int", "uint")) for each in number_fields(card)], dtype=bool)

    def to_table(numbers: Floats) -> Any:
        numbers = np.where(is_whole, np.floor(numbers), numbers)
        table = frame(numeric, Columns(numbers, {}))
        return model_input(pipeline, table) if len(numeric.inputs) == len(card.inputs) else table

    return to_table
