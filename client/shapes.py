"""The shapes of the service's answers, and the check that an answer has its shape before anyone reads a number from it.

Knows: TypedDicts. Must not know: HTTP. Keys that are not named here are let through: the contract may grow.
"""

import math
import types
from typing import Any, Literal, NotRequired, TypedDict, Union, get_args, get_origin, get_type_hints, is_typeddict

Row = dict[str, Any]
Value = float | int | str | bool | None


class Category(TypedDict):
    value: str
    label: NotRequired[str]
    seen: NotRequired[bool]


Field = TypedDict(
    "Field",
    {
        "name": str,
        "type": Literal["number", "integer", "category", "text", "boolean"],
        "label": NotRequired[str],
        "help": NotRequired[str],
        "unit": NotRequired[str],
        "shown_as": NotRequired[Literal["number", "percent"]],
        "group": NotRequired[str],
        "minimum": NotRequired[float],
        "maximum": NotRequired[float],
        "seen": NotRequired[list[float]],
        "step": NotRequired[float],
        "categories": NotRequired[list[Category]],
        "max_length": NotRequired[int],
        "default": NotRequired[Value],
        "nullable": NotRequired[bool],
        "from": NotRequired[str],
        "changeable": NotRequired[str],
    },
)


class Label(TypedDict):
    value: str
    label: NotRequired[str]


class Band(TypedDict):
    value: str
    low: float
    high: float
    tone: Literal["good", "middle", "bad"]
    label: NotRequired[str]


class Output(TypedDict):
    kind: Literal["classification", "regression"]
    sentence: NotRequired[str]
    bands: NotRequired[list[Band]]
    labels: NotRequired[list[Label]]
    focus: NotRequired[str]
    unit: NotRequired[str]
    seen: NotRequired[list[float]]


class Example(TypedDict):
    name: str
    row: Row
    label: NotRequired[str]


class Metric(TypedDict):
    name: str
    value: float
    rows: int
    low: NotRequired[float]
    high: NotRequired[float]
    label: NotRequired[str]


class Training(TypedDict):
    data: str
    source: str
    licence: str
    period: NotRequired[str]
    algorithm: NotRequired[str]
    rows: NotRequired[int]
    held_out_rows: NotRequired[int]


class Card(TypedDict):
    name: str
    version: str
    title: str
    question: str
    inputs: list[Field]
    output: Output
    summary: NotRequired[str]
    examples: NotRequired[list[Example]]
    real_rows: NotRequired[list[Row]]
    row_name: NotRequired[str]
    metrics: NotRequired[list[Metric]]
    training: NotRequired[Training]
    purpose: NotRequired[str]
    not_for: NotRequired[list[str]]
    limits: NotRequired[list[str]]


class ModelState(TypedDict):
    name: str
    state: Literal["ready", "broken"]
    version: str | None
    title: str | None
    question: str | None
    reason: str | None


class ModelList(TypedDict):
    items: list[ModelState]
    next: str | None


class Health(TypedDict):
    status: str
    models: list[ModelState]


class FieldWarning(TypedDict):
    field: str
    code: str


class Interval(TypedDict):
    low: float
    high: float
    coverage: float


class Prediction(TypedDict):
    """Either `label` and `probabilities`, or `value` and `interval`: the card's output says which."""

    decision: str | None
    warnings: list[FieldWarning]
    label: NotRequired[str]
    probabilities: NotRequired[dict[str, float]]
    value: NotRequired[float]
    interval: NotRequired[Interval | None]


class Predictions(TypedDict):
    model: str
    version: str
    source: str
    predictions: list[Prediction]


class Misfit(Exception):
    """Says where an answer leaves its shape."""


def check(value: Any, shape: Any, at: str = "answer") -> None:
    """Raise Misfit unless `value`, fresh from JSON, has the shape of a type."""
    origin, arguments = get_origin(shape), get_args(shape)
    if is_typeddict(shape):
        _check_typed_dict(value, shape, at)
    elif origin is NotRequired:
        check(value, arguments[0], at)
    elif origin is Literal:
        _require(isinstance(value, str) and value in arguments, at)
    elif origin is Union or origin is types.UnionType:
        _require(any(_fits(value, option, at) for option in arguments), at)
    elif origin is list:
        _require(isinstance(value, list), at)
        for place, item in enumerate(value):
            check(item, arguments[0], f"{at}[{place}]")
    elif origin is dict:
        _require(isinstance(value, dict), at)
        for name, item in value.items():
            check(item, arguments[1], f"{at}.{name[:40]}")
    elif shape is float:
        _require(type(value) in {int, float} and math.isfinite(value), at)
    elif shape is not Any:
        _require(value is None if shape is type(None) else type(value) is shape, at)


def _check_typed_dict(value: Any, shape: Any, at: str) -> None:
    _require(isinstance(value, dict), at)
    hints = get_type_hints(shape, include_extras=True)
    for name in shape.__required_keys__:
        _require(name in value, f"{at}.{name}")
    for name, hint in hints.items():
        if name in value:
            check(value[name], hint, f"{at}.{name}")


def _fits(value: Any, shape: Any, at: str) -> bool:
    try:
        check(value, shape, at)
    except Misfit:
        return False
    return True


def _require(fits: bool, at: str) -> None:  # noqa: FBT001 - a condition is what it takes
    if not fits:
        raise Misfit(at)
