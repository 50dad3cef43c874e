"""JSON read strictly: a name occurs once in an object; NaN and Infinity are refused."""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_INTEGER_DIGITS = 400
"""Integers with more digits count as infinite; to read millions of digits would take minutes."""


def parse(text: str | bytes, *, allow_infinite: bool = False) -> Any:
    """Return what a JSON text says.

    `allow_infinite` reads numbers beyond all floats, such as 1e400, as infinite. Raises ValueError (JSONDecodeError and
    UnicodeDecodeError are kinds of it) or RecursionError.
    """
    return json.loads(
        text.decode("utf-8") if isinstance(text, bytes) else text,
        object_pairs_hook=_object,
        parse_int=parse_integer if allow_infinite else _finite_integer,
        parse_float=float if allow_infinite else _finite_float,
        parse_constant=_refuse_constant,
    )


def parse_integer(digits: str) -> float:
    """Return the integer, or infinity if it has more than MAX_INTEGER_DIGITS digits."""
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else math.inf


def walk(tree: Any) -> Iterator[tuple[Any, int]]:
    """Yield a value, and every value and name in it, each with its depth. Does not recurse, so any depth works."""
    rest = [(tree, 0)]
    while rest:
        value, depth = rest.pop()
        yield value, depth
        if isinstance(value, dict):
            rest += ((each, depth + 1) for pair in value.items() for each in pair)
        elif isinstance(value, list | tuple):
            rest += ((each, depth + 1) for each in value)


def is_unicode(text: str) -> bool:
    """Tell whether UTF-8 can write a text: it has no lone surrogate, which is half a character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name is given twice")
    return values


def _finite_integer(digits: str) -> float:
    return _finite(parse_integer(digits))


def _finite_float(digits: str) -> float:
    return _finite(float(digits))


def _finite(value: float) -> float:
    if isinstance(value, float) and math.isinf(value):
        raise ValueError("a number is too large")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
