"""Checks the arguments of the client's methods before anything is sent."""

import inspect
import io
import math
import re
import types
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar, get_args, get_origin, is_typeddict
from urllib.parse import quote

from client.errors import Refused
from wire.entity_keys import NoKey, key_text
from wire.error_codes import INVALID_INPUT, UNAUTHORIZED, UNKNOWN_ENTITY, UNKNOWN_MEETING, UNKNOWN_MODEL
from wire.model_folder.model_names import MODEL_NAME

P = ParamSpec("P")
R = TypeVar("R")

_MAX_SECONDS = 1_000_000
_LANGUAGE = re.compile(r"[A-Za-z0-9*][A-Za-z0-9*_,;=. -]{0,99}")
_MEDIA_TYPE = re.compile(r"[!-~][ -~]{0,199}")
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{8,128}")
_MEETING_CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_API_KEY = re.compile(r"[!-~]([ -~]*[!-~])?")

_TYPES: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    str: ("a text", lambda value: isinstance(value, str)),
    bytes: ("bytes", lambda value: isinstance(value, bytes)),
    bool: ("True or False", lambda value: isinstance(value, bool)),
    int: ("a whole number", lambda value: isinstance(value, Integral) and not isinstance(value, bool)),
    float: ("a number", lambda value: isinstance(value, Real) and not isinstance(value, bool)),
    Decimal: ("a Decimal", lambda value: isinstance(value, Decimal)),
    list: ("a list", lambda value: isinstance(value, list | tuple)),
    dict: ("a dict", lambda value: isinstance(value, dict)),
    Path: ("a path", lambda value: isinstance(value, Path)),
    Callable: ("a function", callable),
    BinaryIO: (
        "a file that is open for reading bytes",
        lambda value: hasattr(value, "read") and not isinstance(value, io.TextIOBase),
    ),
    types.NoneType: ("None", lambda value: value is None),
}
"""Each type of an argument in words, and the test of a value. Numbers of numpy count as numbers."""


def check_types(method: Callable[P, R]) -> Callable[P, R]:
    """Let a method check its arguments against the types that its signature names.

    It then raises TypeError for an argument of another type. What is inside a list or a dict is not checked: the service
    judges it.
    """
    signature = inspect.signature(method)
    allowed = {name: _types(parameter.annotation) for name, parameter in signature.parameters.items() if name != "self"}
    options = next((name for name, each in signature.parameters.items() if each.kind is each.VAR_KEYWORD), "")

    @wraps(method)
    def checked(*arguments: P.args, **named: P.kwargs) -> R:
        given = signature.bind(*arguments, **named).arguments
        for name, value in given.pop(options, {}).items():
            _check(name, value, allowed[options])
        for name in given.keys() & allowed.keys():
            _check(name, given[name], allowed[name])
        return method(*arguments, **named)

    return checked


def _types(annotation: Any) -> list[Any]:
    """Return the types of an annotation, without what a list or a dict is of."""
    if isinstance(annotation, types.UnionType):
        return [name for each in get_args(annotation) for name in _types(each)]
    return [dict if is_typeddict(annotation) else get_origin(annotation) or annotation]


def _check(name: str, value: Any, allowed: list[Any]) -> None:
    if not any(_TYPES[each][1](value) for each in allowed):
        words = " or ".join(_TYPES[each][0] for each in allowed)
        raise TypeError(f"`{name}` must be {words}, not {None if value is None else type(value).__name__}.")


def check_url_text(name: str, text: str) -> None:
    """Raise Refused if a text for an address holds a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refused_argument(f"`{name}` holds half a character, which no address can carry.") from None


def model_path(model: str) -> str:
    """Return the path of a model. Raises Refused if no model can have this name."""
    if not MODEL_NAME.fullmatch(model):
        raise Refused("There is no model of this name.", "", status=404, code=UNKNOWN_MODEL, errors=[])
    return f"/v1/models/{model}"


def export_path(model: str, kind: str) -> str:
    """Return the path of a model in a form. Raises Refused if no address can carry it."""
    check_url_text("kind", kind)
    return f"{model_path(model)}/exports/{quote(kind, safe='')}"


def entity_id(key: str | float | Decimal) -> str:
    """Return a key as it stands in an address. Raises Refused if nothing can be stored under it."""
    try:
        text = key_text(key)
    except NoKey:
        text = ""
    if text in {"", ".", ".."}:  # in an address they mean folders
        raise Refused("Nothing is stored under this key.", "", status=404, code=UNKNOWN_ENTITY, errors=[])
    return text


def check_language(language: str) -> None:
    """Raise Refused unless a text can be a language, or a list of them as in the header Accept-Language."""
    if not _LANGUAGE.fullmatch(language):
        raise refused_argument("`language` must be a language such as en or pl.")


def check_media_type(media_type: str) -> None:
    """Raise Refused unless a text can be a media type."""
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise refused_argument("`media_type` must be the media type of the file, such as text/csv.")


def check_api_key(api_key: str) -> None:
    """Raise Refused if no request can carry the key. The error does not hold it."""
    if not _API_KEY.fullmatch(api_key):
        detail = "The API key has a character that no request can carry, such as the end of a line."
        raise Refused(detail, "", status=401, code=UNAUTHORIZED, errors=[])


def check_idempotency_key(key: str) -> None:
    """Raise Refused unless a text can be an Idempotency-Key."""
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise refused_argument("`key` must have 8 to 128 characters of ASCII without spaces.")


def meeting_code(code: str) -> dict[str, str]:
    """Return the header of an audience code. Raises Refused if no meeting can have it. The error does not hold it."""
    if not _MEETING_CODE.fullmatch(code):
        raise Refused("There is no such meeting.", "", status=404, code=UNKNOWN_MEETING, errors=[])
    return {"Meeting-Code": code}


def check_limits(**limits: float) -> None:
    """Raise ValueError unless each limit is above zero, and no longer than a socket can wait."""
    for name, value in limits.items():
        maximum = _MAX_SECONDS if name.endswith("_seconds") else math.inf
        if not 0 < value <= maximum:
            raise ValueError(
                f"`{name}` must be above zero" + (f" and at most {_MAX_SECONDS:,}." if maximum < math.inf else ".")
            )


def refused_argument(detail: str) -> Refused:
    """Return the error for an argument of the right type whose value cannot be sent."""
    return Refused(detail, "", status=422, code=INVALID_INPUT, errors=[])
