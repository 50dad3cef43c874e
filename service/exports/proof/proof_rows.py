"""The rows of a proof: real ones, and rows at every place where an answer may change or be refused."""

import math
from collections.abc import Sequence
from pathlib import Path

from service.bundles.model import Model
from service.bundles.reference import read_reference
from service.exports.expressions.graph_reader import field_nodes, read_graph
from service.exports.expressions.nodes import Comparison, Field, Number, walk
from service.exports.proof.text_rows import special_texts
from service.fields.date import DateType
from service.fields.field_type import NumbersType, RangeType
from service.fields.lookup import number_fields, text_fields
from service.schemas import Row

MAX_THRESHOLDS = 400


def real_rows(model: Model, folder: Path) -> list[Row]:
    """Return the rows that a bundle keeps of its training rows, and those of its card."""
    reference = read_reference(folder, model.checks)
    card = model.card
    bundle_rows = [*reference.rows, *reference.proof_rows] if reference else []
    return [*bundle_rows, *card.real_rows, *(example.row for example in card.examples)]


def special_rows(model: Model, folder: Path, rows: Sequence[Row], *, spacing: float = 0.0) -> list[Row]:
    """Return variants of rows: at thresholds of the model, with missing and unknown values, odd texts, outside of limits.

    Beside each threshold are its neighbours in float64, or numbers at a relative distance of `spacing`.
    """
    types = number_fields(model.card)
    texts = [(each.name, text) for each in text_fields(model.card) for text in special_texts(each, rows)]
    changes = [*_threshold_values(types, folder, spacing), *_refused_values(types), *texts]
    return _variants(rows, changes)


def refused_rows(model: Model, rows: Sequence[Row]) -> list[Row]:
    """Return variants of rows with missing and unknown values, and outside of limits."""
    return _variants(rows, _refused_values(number_fields(model.card)))


def _variants(rows: Sequence[Row], changes: Sequence[tuple[str, object]]) -> list[Row]:
    return [{**rows[at % len(rows)], name: value} for at, (name, value) in enumerate(changes)] if rows else []


def _threshold_values(types: Sequence[NumbersType], folder: Path, spacing: float) -> list[tuple[str, object]]:
    """Return the name of a field with each number that a condition compares it with, and its neighbours."""
    nodes = walk(tuple(read_graph((folder / "model.onnx").read_bytes(), field_nodes(types))))
    limits = {
        (node.left.index, node.right.value)
        for node in nodes
        if isinstance(node, Comparison) and isinstance(node.left, Field) and isinstance(node.right, Number)
    }
    edges = sorted(edge for edge in limits if math.isfinite(edge[1]))
    edges = edges[:: max(1, len(edges) // MAX_THRESHOLDS)]
    values: list[tuple[str, object]] = []
    for index, limit in edges:
        field = types[index]
        step = spacing * abs(limit)
        near = [math.nextafter(limit - step, -math.inf), limit, math.nextafter(limit + step, math.inf)]
        if isinstance(field, RangeType) and field.is_integral:
            near = [math.floor(limit), math.floor(limit) + 1]
        values += [(field.name, field.value(each)) for each in near if field.min_number <= each <= field.max_number]
    return values


def _refused_values(types: Sequence[NumbersType]) -> list[tuple[str, object]]:
    """Return the name of each field with values that most models refuse: missing, unknown, too small, too large."""
    values: list[tuple[str, object]] = []
    for field in types:
        values.append((field.name, None))
        if field.field.categories:
            values += [(field.name, "not a category"), (field.name, "-")]
            values += [(field.name, category.value) for category in field.field.categories]
        elif isinstance(field, DateType):
            limits = [(field.min_number, field.min_number - 1)] * (field.field.minimum is not None)
            limits += [(field.max_number, field.max_number + 1)] * (field.field.maximum is not None)
            values += [(field.name, field.value(each)) for pair in limits for each in pair]
        elif not field.size:
            values += [(field.name, limit) for limit in (field.field.minimum, field.field.maximum) if limit is not None]
            values += [(field.name, field.max_number + 1.0), (field.name, field.min_number - 1.0)]
            values += [(field.name, field.min_number + 0.5)]
    return values
