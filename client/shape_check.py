"""Checks that an answer has its shape, before its numbers are used.

Keys that a shape does not name are let through. `Annotated[T, …]` says more than T: a number is the length of a list, a
function tells whether a value fits, and ShapeOf picks a second shape by a key of the value.
"""

import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict


class ShapeError(Exception):
    """The message is the path to the value that does not fit."""


@dataclass(frozen=True, eq=False)
class ShapeOf:
    """A second shape of a dict, chosen by the text under `key`. `otherwise` is used if no shape has it."""

    key: str
    shapes: Mapping[str, Any]
    otherwise: Any


def check(value: Any, shape: Any, at: str = "answer") -> None:
    """Raise ShapeError unless `value`, fresh from JSON, has the shape of a type."""
    origin, arguments = get_origin(shape), get_args(shape)
    if is_typeddict(shape):
        _check_typed_dict(value, shape, at)
    elif origin is NotRequired:
        check(value, arguments[0], at)
    elif origin is Annotated:
        _check_annotated(value, arguments[0], arguments[1], at)
    elif origin is Literal:
        _require(isinstance(value, str) and value in arguments, at)
    elif origin is Union or origin is types.UnionType:
        _require(any(_fits(value, option, at) for option in arguments), at)
    elif origin is list:
        _require(isinstance(value, list), at)
        for index, item in enumerate(value):
            check(item, arguments[0], f"{at}[{index}]")
    elif origin is dict:
        _require(isinstance(value, dict), at)
        for name, item in value.items():
            check(item, arguments[1], f"{at}.{name[:40]}")
    elif shape is float:
        _require(type(value) in {int, float} and abs(value) <= sys.float_info.max, at)
    elif shape is not Any:
        _require(value is None if shape is type(None) else type(value) is shape, at)


def _check_annotated(value: Any, shape: Any, more: int | ShapeOf | Callable[[Any], bool], at: str) -> None:
    if isinstance(more, ShapeOf):
        _require(isinstance(value, dict), at)
        second = more.shapes.get(value.get(more.key)) if isinstance(value.get(more.key), str) else None
        check(value, more.otherwise if second is None else shape, at)
        check(value, Any if second is None else second, at)
        return
    check(value, shape, at)
    _require(len(value) == more if isinstance(more, int) else more(value), at)


def _check_typed_dict(value: Any, shape: Any, at: str) -> None:
    _require(isinstance(value, dict), at)
    for name in shape.__required_keys__:
        _require(name in value, f"{at}.{name}")
    for name, hint in _hints(shape).items():
        if name in value:
            check(value[name], hint, f"{at}.{name}")


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return get_type_hints(shape, include_extras=True)


def _fits(value: Any, shape: Any, at: str) -> bool:
    try:
        check(value, shape, at)
    except ShapeError:
        return False
    return True


def _require(fits: bool, at: str) -> None:  # noqa: FBT001 - a condition is what it takes
    if not fits:
        raise ShapeError(at)
