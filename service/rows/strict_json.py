"""JSON in and out, strictly: no duplicate names, no bytes that are not UTF-8, no bottomless nesting.

A body is read once, in C; only one that looks in some way wrong is
read a second time, slowly, so that the answer can name the row and the field.
"""

import json
import math
import re
from typing import Any, TypeVar

import msgspec

from service.errors import Fault, InvalidInput, InvalidRequest
from wire.strict_json import parse_integer

S = TypeVar("S", bound=msgspec.Struct)

encode = msgspec.json.Encoder().encode

_PATH = re.compile(r" - at `\$(?P<path>.*)`$", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|\.([^.\[]+)")
_TYPES = re.compile(r"Expected `(?P<wanted>[a-z |]+)`, got `(?P<got>[a-z]+)`")
_WORDS = {
    "array": "a list",
    "object": "an object",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}
_NAMED = re.compile(r"(?P<what>unknown|required) field `(?P<name>.*)`", re.DOTALL)
_MAX_RAW_CHARACTERS = 64


class Duplicate:
    """Stands where a name was given twice."""


def decode(body: bytes, decoder: "msgspec.json.Decoder[S]") -> S:
    """Return `body` in the decoder's shape.

    Raises InvalidRequest (400) where the bytes are no JSON, InvalidInput (422) where they are JSON of another shape. Values
    that no model can take stay in their rows for the checks to name: NaN and 1e400 as
    infinity, a name given twice as a `Duplicate`.
    """
    try:
        value = decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decode_slowly(body, decoder.type)
    # A name ends in `":` and no value does. As many as were decoded, and no other colon: then no name was given twice.
    if body.count(b'":') == body.count(b":") == _names(value):
        return value
    return _decode_slowly(body, decoder.type)


def _names(value: msgspec.Struct) -> int:
    """Count the names in a shape and in the rows right under it; deeper ones count as wrong."""
    total = 0
    for field in value.__struct_fields__:
        item = getattr(value, field)
        if item is None:
            continue
        total += 1
        if type(item) is dict:
            total += len(item)
        elif type(item) is list:
            total += sum(len(row) for row in item if type(row) is dict)
    return total


def _decode_slowly(body: bytes, shape: type[S]) -> S:
    try:
        tree = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unite, parse_int=parse_integer, parse_constant=_not_finite
        )
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not UTF-8: byte {error.start} does not belong there.") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    try:
        return msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        raise InvalidInput("The request has another shape than expected.", faults=[_locate(str(error))]) from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def _unite(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    united: dict[str, Any] = {}
    for name, value in pairs:
        united[name] = Duplicate() if name in united else value
    return united


def _not_finite(_name: str) -> float:
    return math.inf


def _locate(message: str) -> Fault:
    """Turn "Expected `array`, got `int` - at `$.rows`" into a place, a code and a sentence."""
    path = _PATH.search(message)
    sentence = message[: path.start()] if path else message
    known = path["path"].partition("[...]")[0] if path else ""  # `[...]` stands for a name that msgspec does not tell
    steps: list[str | int] = [int(index) if index else name for index, name in _STEP.findall(known)]
    named = _NAMED.search(sentence)
    if sentence.endswith(f"got `{Duplicate.__name__}`"):
        return Fault(None, "duplicate_field", "This field is given twice.", path=tuple(steps))
    if named is None:
        return Fault(None, "wrong_type", _in_words(sentence), path=tuple(steps))
    code = "unknown_field" if named["what"] == "unknown" else "missing_field"
    sentence = "There is no such field." if code == "unknown_field" else "This field is missing."
    return Fault(named["name"], code, sentence, path=tuple(steps))


def _in_words(sentence: str) -> str:
    """Return "Expected `str | null`, got `int`" as people say it; any other sentence as it is."""
    types = _TYPES.fullmatch(sentence)
    if types is None:
        return sentence
    wanted = " or ".join(_WORDS.get(each, each) for each in types["wanted"].split(" | "))
    return f"This is to be {wanted}, not {_WORDS.get(types['got'], types['got'])}."


def shown(raw: str) -> str:
    """Return a caller's text as an answer may repeat it: at most 64 characters, and such as UTF-8 can write."""
    return raw[:_MAX_RAW_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
