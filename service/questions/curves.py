"""What if: the predictions along the range of a field, or of two at once, all other values of a row held as they are.

Everything that is asked is scored in one call.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.reference import usual_range
from service.bundles.registry import Model
from service.errors import Fault, InvalidInput
from service.fields.value_grid import Scale, scale_of
from service.questions.row_variants import Base, base_of, number_of, value_of
from service.questions.usualness import Usual
from service.rows.strict_json import shown
from service.schemas import (
    Curve,
    CurvePoint,
    CurveRequest,
    Curves,
    Input,
    LabelPrediction,
    Surface,
    Value,
    ValuePrediction,
)

MAX_FIELDS = 12
POINTS, MAX_POINTS = 41, 201
SURFACE_POINTS, MAX_SURFACE_POINTS = 21, 41
_BOTH = 2
_BEYOND = 0.15
"""Of the usual range: how far a field is swept beyond it, to both sides, where the model has seen data at all."""

Prediction = LabelPrediction | ValuePrediction


def curves(model: Model, asked: CurveRequest) -> Curves[Any]:
    """Return a curve for each asked field, or one surface. Raises InvalidInput, ModelFailed."""
    fields = _asked_fields(model, asked)
    base = base_of(model.card, model.checks, asked.row)
    points = asked.points or (SURFACE_POINTS if asked.together else POINTS)
    values = [_values(model, base, field, points) for field in fields]
    # A batch may differ from a row alone in the seventh digit: the row as it stands gets the number that people see.
    (own,) = model.predict(base.columns).predictions
    return Curves(
        model=model.card.name,
        version=model.card.version,
        prediction=own,
        pinned=_pinned(model, asked),
        curves=[] if asked.together else _curves(model, base, fields, values, own),
        surface=_surface(model, base, fields, values) if asked.together else None,
        usualness=Usual(model.card, model.reference)(base.columns.matrix)[0],
    )


def _pinned(model: Model, asked: CurveRequest) -> Prediction | None:
    if asked.pinned is None:
        return None
    (prediction,) = model.predict(base_of(model.card, model.checks, asked.pinned, "pinned").columns).predictions
    return prediction


def _curves(model: Model, base: Base, fields: list[Input], values: list[list[Value]], own: Prediction) -> list[Curve[Any]]:
    matrix = base.repeated(sum(map(len, values)))
    start = 0
    for field, along in zip(fields, values, strict=True):
        matrix[start : start + len(along), base.place(field.name)] = [number_of(field, value) for value in along]
        start += len(along)
    predictions = iter(model.predict(base.with_numbers(matrix)).predictions)
    return [
        Curve(
            field=field.name,
            seen=field.seen,
            usual=usual_range(model.reference, model.card, field.name),
            points=[
                CurvePoint(value=value, prediction=own if _same(value, base.own(field.name)) else prediction)
                for value, prediction in zip(along, predictions, strict=False)
            ],
        )
        for field, along in zip(fields, values, strict=True)
    ]


def _surface(model: Model, base: Base, fields: list[Input], values: list[list[Value]]) -> Surface:
    (one, other), (rows, columns) = fields, values
    for place, along in enumerate(values):
        if len(along) > MAX_SURFACE_POINTS:
            message = f"Two fields at once take at most {MAX_SURFACE_POINTS} values each, not {len(along):,}."
            raise InvalidInput(
                "This question cannot be answered.", faults=[_fault("out_of_range", message, "fields", place)]
            )
    matrix = base.repeated(len(rows) * len(columns))
    matrix[:, base.place(one.name)] = np.repeat([number_of(one, value) for value in rows], len(columns))
    matrix[:, base.place(other.name)] = np.tile([number_of(other, value) for value in columns], len(rows))
    outputs = model.outputs(base.unwarned(matrix)).reshape(len(rows), len(columns))
    outputs[_own_place(rows, base.own(one.name)), _own_place(columns, base.own(other.name))] = model.outputs(base.columns)[0]
    return Surface(fields=(one.name, other.name), values=(rows, columns), outputs=outputs.tolist())


def _values(model: Model, base: Base, field: Input, points: int) -> list[Value]:
    """Return the values that a field is swept over, the row's own among them; null comes first."""
    own = base.own(field.name)
    if field.type in {"category", "boolean"}:
        every: list[Value] = [category.value for category in field.categories] or [False, True]
        return [None, *every] if field.nullable else every
    number = number_of(field, own)
    scale = _scale(model, field, number)
    if own is None:
        return [None, *(value_of(field, value) for value in scale.even(points - 1))]
    return [own if value == number else value_of(field, value) for value in _with(number, scale.even(points), points)]


def _scale(model: Model, field: Input, own: float) -> Scale:
    """Return the usual range and a little beyond: one row of a million must not squeeze all others into a corner."""
    scale = scale_of(model.card, field, own)
    usual = usual_range(model.reference, model.card, field.name)
    if not usual:
        return scale
    room = _BEYOND * (usual[1] - usual[0])
    return scale.around(float(np.fmin(usual[0] - room, own)), float(np.fmax(usual[1] + room, own)))


def _with(own: float, values: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """Return the values with `own` among them; where that is one too many, the one that is missed least goes."""
    if own in values:
        return values
    values = np.sort(np.append(values, own))
    if len(values) <= points:
        return values
    gaps = np.append(values, np.inf)[1:] - np.insert(values, 0, -np.inf)[:-1]
    gaps[values == own] = np.inf
    return np.delete(values, gaps.argmin() if np.isfinite(gaps).any() else int(values[0] == own))


def _own_place(values: list[Value], own: Value) -> int:
    return next(place for place, value in enumerate(values) if _same(value, own))


def _same(value: Value, own: Value) -> bool:
    return value == own and (value is None) == (own is None)


def _asked_fields(model: Model, asked: CurveRequest) -> list[Input]:
    """Return the fields of a question that can be answered. Raises InvalidInput naming what is wrong with it."""
    known = {field.name: field for field in model.card.inputs}
    faults = []
    if not 1 <= len(asked.fields) <= MAX_FIELDS:
        faults.append(_fault("out_of_range", f"Name 1 to {MAX_FIELDS} fields, not {len(asked.fields):,}.", "fields"))
    elif asked.together and len(asked.fields) != _BOTH:
        faults.append(_fault("out_of_range", f"Name two fields to see together, not {len(asked.fields)}.", "fields"))
    for place, name in enumerate(asked.fields[:MAX_FIELDS]):
        if name not in known:
            faults.append(_fault("unknown_field", "The model has no such field.", "fields", place))
        elif known[name].type == "text":
            faults.append(_fault("wrong_type", f"{shown(name)} is a text: it has no range to go along.", "fields", place))
        elif name in asked.fields[:place]:
            faults.append(_fault("duplicate_field", "This field is named twice.", "fields", place))
    most = MAX_SURFACE_POINTS if asked.together else MAX_POINTS
    if asked.points is not None and not _BOTH <= asked.points <= most:
        faults.append(_fault("out_of_range", f"Ask for {_BOTH} to {most} points.", "points"))
    if faults:
        raise InvalidInput("This question cannot be answered.", faults=faults)
    return [known[name] for name in asked.fields]


def _fault(code: str, message: str, *path: str | int) -> Fault:
    return Fault(None, code, message, path=path)
