"""What if: the predictions along the range of one field, or of two fields at once. All other values of the row are fixed.

All points of a request are scored in one call.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.model import Model
from service.bundles.prediction_builder import output_number
from service.errors import Fault, InvalidInput
from service.fields.field_type import NumbersType, RangeType
from service.fields.value_grid import Grid
from service.questions.row_variants import Base, base_of
from service.questions.usualness import usualness
from service.rows.strict_json import safe_text
from service.schemas import (
    Curve,
    CurvePoint,
    CurveRequest,
    Curves,
    LabelPrediction,
    Surface,
    Value,
    ValuePrediction,
)

MAX_FIELDS = 12
POINTS, MAX_POINTS = 41, 201
SURFACE_POINTS, MAX_SURFACE_POINTS = 21, 41
_BOTH = 2
_MARGIN = 0.15
"""How far a curve goes beyond the central range on each side, as a share of that range."""

Prediction = LabelPrediction | ValuePrediction


def curves(model: Model, request: CurveRequest) -> Curves[Any]:
    """Return a curve for each requested field, or one surface. Raises InvalidInput, ModelFailed."""
    fields = _requested_fields(model, request)
    base = base_of(model.checks, request.row)
    points = request.points or (SURFACE_POINTS if request.together else POINTS)
    values = [_values(model, base, field, points) for field in fields]
    # Scores in a batch may differ in the seventh digit. The row itself is scored alone, as in a prediction.
    (row_prediction,) = model.predict(base.columns).predictions
    return Curves(
        model=model.card.name,
        version=model.card.version,
        prediction=row_prediction,
        pinned=_pinned(model, request),
        curves=[] if request.together else _curves(model, base, fields, values, row_prediction),
        surface=_surface(model, base, fields, values, row_prediction) if request.together else None,
        usualness=usualness(model.background, base.columns.numbers)[0],
    )


def _pinned(model: Model, request: CurveRequest) -> Prediction | None:
    if request.pinned is None:
        return None
    (prediction,) = model.predict(base_of(model.checks, request.pinned, "pinned").columns).predictions
    return prediction


def _curves(
    model: Model, base: Base, fields: list[NumbersType], values: list[list[Value]], row_prediction: Prediction
) -> list[Curve[Any]]:
    others = [
        [value for value in along if not _same(value, base.value(field.name))]
        for field, along in zip(fields, values, strict=True)
    ]
    matrix = base.repeated(sum(map(len, others)))
    start = 0
    for field, along in zip(fields, others, strict=True):
        matrix[start : start + len(along), base.column_index(field.name)] = [field.number(value) for value in along]
        start += len(along)
    predictions = iter(model.predict(base.with_numbers(matrix)).predictions)
    return [
        Curve(
            field=field.name,
            seen=field.field.seen,
            usual=_bounds(field, model.background.central_range(field.name)),
            points=[
                CurvePoint(
                    value=value, prediction=row_prediction if _same(value, base.value(field.name)) else next(predictions)
                )
                for value in along
            ],
        )
        for field, along in zip(fields, values, strict=True)
    ]


def _surface(
    model: Model, base: Base, fields: list[NumbersType], values: list[list[Value]], row_prediction: Prediction
) -> Surface:
    (one, other), (rows, columns) = fields, values
    for index, along in enumerate(values):
        if len(along) > MAX_SURFACE_POINTS:
            message = f"Two fields at once take at most {MAX_SURFACE_POINTS} values each, not {len(along):,}."
            raise InvalidInput(
                "This question cannot be answered.", faults=[_fault("out_of_range", message, "fields", index)]
            )
    matrix = base.repeated(len(rows) * len(columns))
    matrix[:, base.column_index(one.name)] = np.repeat([one.number(value) for value in rows], len(columns))
    matrix[:, base.column_index(other.name)] = np.tile([other.number(value) for value in columns], len(rows))
    contradictions = model.checks.rules.contradictory(matrix) if model.card.rules else np.empty(0, dtype=np.bool_)
    cell = _index_of(rows, base.value(one.name)) * len(columns) + _index_of(columns, base.value(other.name))
    outputs = model.outputs(base.unwarned(np.delete(matrix, cell, axis=0)))
    outputs = np.insert(outputs, cell, output_number(model.card, row_prediction))
    return Surface(
        fields=(one.name, other.name),
        values=(rows, columns),
        outputs=outputs.reshape(len(rows), len(columns)).tolist(),
        contradictions=contradictions.reshape(-1, len(columns)).tolist(),
    )


def _values(model: Model, base: Base, field: NumbersType, points: int) -> list[Value]:
    """Return the values of a field along its curve, with the value of the row; null comes first."""
    row_value = base.value(field.name)
    if not isinstance(field, RangeType):
        every = [field.value(number) for number in field.choices]
        return [None, *every] if field.nullable else every
    number = field.number(row_value)
    grid = _grid(model, field, number)
    if row_value is None:
        return [None, *map(field.value, grid.even(points - 1).tolist())]
    values = _with(number, grid.even(points), points).tolist()
    return [row_value if value == number else field.value(value) for value in values]


def _grid(model: Model, field: RangeType, row_number: float) -> Grid:
    """Return the grid of the central range with a margin, so that a few extreme training rows do not compress the curve."""
    grid = field.seen_grid(model.card, row_number)
    central = model.background.central_range(field.name)
    if not central:
        return grid
    margin = _MARGIN * (central[1] - central[0])
    return grid.around(float(np.fmin(central[0] - margin, row_number)), float(np.fmax(central[1] + margin, row_number)))


def _with(row_number: float, values: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """Return the values with `row_number`. If that is one too many, drop the value with the nearest neighbours."""
    if row_number in values:
        return values
    values = np.sort(np.append(values, row_number))
    if len(values) <= points:
        return values
    gaps = np.append(values, np.inf)[1:] - np.insert(values, 0, -np.inf)[:-1]
    gaps[values == row_number] = np.inf
    return np.delete(values, gaps.argmin() if np.isfinite(gaps).any() else int(values[0] == row_number))


def _bounds(field: NumbersType, limits: tuple[float, float] | None) -> tuple[float | str, float | str] | None:
    """Return the bounds of a range as answers write them."""
    return (field.bound(limits[0]), field.bound(limits[1])) if limits and isinstance(field, RangeType) else None


def _index_of(values: list[Value], row_value: Value) -> int:
    return next(index for index, value in enumerate(values) if _same(value, row_value))


def _same(value: Value, row_value: Value) -> bool:
    return value == row_value and (value is None) == (row_value is None)


def _requested_fields(model: Model, request: CurveRequest) -> list[NumbersType]:
    """Return the fields of a request. Raises InvalidInput, which names every fault."""
    known = {field.name for field in model.checks.fields}
    swept = {field.name: field for field in model.checks.number_fields}
    faults = []
    if not 1 <= len(request.fields) <= MAX_FIELDS:
        faults.append(_fault("out_of_range", f"Name 1 to {MAX_FIELDS} fields, not {len(request.fields):,}.", "fields"))
    elif request.together and len(request.fields) != _BOTH:
        faults.append(_fault("out_of_range", f"Name two fields to see together, not {len(request.fields)}.", "fields"))
    for index, name in enumerate(request.fields[:MAX_FIELDS]):
        if name not in known:
            faults.append(_fault("unknown_field", "The model has no such field.", "fields", index))
        elif name not in swept:
            faults.append(_fault("wrong_type", f"{safe_text(name)} has no range to go along.", "fields", index))
        elif name in request.fields[:index]:
            faults.append(_fault("duplicate_field", "This field is named twice.", "fields", index))
    most = MAX_SURFACE_POINTS if request.together else MAX_POINTS
    if request.points is not None and not _BOTH <= request.points <= most:
        faults.append(_fault("out_of_range", f"Ask for {_BOTH} to {most} points.", "points"))
    if faults:
        raise InvalidInput("This question cannot be answered.", faults=faults)
    return [swept[name] for name in request.fields]


def _fault(code: str, message: str, *path: str | int) -> Fault:
    return Fault(None, code, message, path=path)
