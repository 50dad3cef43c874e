"""Strict JSON: refuse duplicate names, bytes that are not UTF-8, and deep nesting.

A body is decoded once, in C. Only a body that may be wrong is decoded again, slowly, to name the row and the field.
"""

import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec

from service.errors import Fault, InvalidInput, InvalidRequest
from service.rows.shape_faults import Duplicate, first_fault
from service.rows.unique_names import has_unique_names
from wire.strict_json import parse_integer

S = TypeVar("S", bound=msgspec.Struct)

encode = msgspec.json.Encoder().encode

_MAX_RAW_CHARACTERS = 64
_NUMBER_TYPES = frozenset({float, int, bool, type(None)})


def decode(body: bytes, decoder: "msgspec.json.Decoder[S]") -> S:
    """Return `body` in the decoder's shape.

    Raises InvalidRequest (400) if the bytes are not JSON, InvalidInput (422) if the JSON has another shape. Some wrong
    values stay in their rows, so that the checks can name them: NaN and 1e400 become infinity, a name that is given twice
    becomes a `Duplicate`.
    """
    try:
        value = decoder.decode(body)
        strings = list(_strings(value))
        is_sound = has_unique_names(body, len(strings), lambda: "".join(strings).count('"'))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        is_sound = False
    return value if is_sound else _decode_slowly(body, decoder.type)


def _strings(value: Any) -> Iterator[str]:
    """Yield the names and the texts of a decoded body; a name whose value is the default may be missing."""
    if type(value) is str:
        yield value
    elif isinstance(value, msgspec.Struct):
        for name, item in _given_fields(value):
            yield name
            yield from _strings(item)
    elif type(value) is dict:
        yield from value
        yield from _strings(list(value.values()))
    elif type(value) in {list, tuple}:
        for item in value:
            if type(item) not in _NUMBER_TYPES:
                yield from _strings(item)


def _given_fields(value: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    """Yield names and values of the fields in the body: the required ones, and those that differ from their default."""
    for field in _fields_of(type(value)):
        item = getattr(value, field.name)
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        if field.required or item != default:
            yield field.encode_name, item


@cache
def _fields_of(shape: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(shape)


def _decode_slowly(body: bytes, shape: type[S]) -> S:
    try:
        tree = json.loads(
            body.decode("utf-8"), object_pairs_hook=_merge_pairs, parse_int=parse_integer, parse_constant=_not_finite
        )
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not UTF-8: byte {error.start} is invalid.") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    return convert(tree, shape)


def convert(tree: Any, shape: type[S]) -> S:
    """Return the values of a body that `decode` has read, or a part of them, in a shape.

    Raises InvalidInput, which names the first fault, InvalidRequest if they are nested too deeply.
    """
    try:
        return msgspec.convert(tree, shape)
    except (msgspec.ValidationError, UnicodeEncodeError):  # a name with a lone surrogate has no UTF-8
        detail = "The request has another shape than expected."
        fault = first_fault(tree, shape) or Fault(None, "wrong_type", detail, path=())
        raise InvalidInput(detail, faults=[fault]) from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def _merge_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for name, value in pairs:
        merged[name] = Duplicate() if name in merged else value
    return merged


def _not_finite(_name: str) -> float:
    return math.inf


def safe_text(raw: str) -> str:
    """Return a text of the caller for an answer: at most 64 characters, without surrogates."""
    return raw[:_MAX_RAW_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
