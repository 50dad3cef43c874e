"""Turns the values of rows into JSON: those of Python, and those of numpy and pandas."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from client.errors import Refused
from wire.error_codes import INVALID_INPUT

_MISSING_TYPES = frozenset({"NAType", "NaTType"})
"""The types of pandas.NA and pandas.NaT."""
_TIME_KIND = "M"
"""The kind of numpy.datetime64."""


def to_json(body: Any) -> bytes:
    """Return a body as JSON. Numbers of numpy and Decimals become numbers, dates ISO text, pandas.NA and NaT null.

    Raises Refused if a value has no form in JSON. NaN is sent as it is: the service refuses it as `not_finite`.
    """
    try:
        return json.dumps(body, ensure_ascii=True, default=_plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(f"A value cannot be sent as JSON: {error}.", "", status=422, code=INVALID_INPUT, errors=[]) from None


def _plain(value: Any) -> Any:
    """Return a value as a type of JSON. `json` calls it for all other types. Raises TypeError."""
    if type(value).__name__ in _MISSING_TYPES:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if getattr(value, "shape", None) == () and hasattr(value, "dtype"):  # a scalar of numpy
        if value.dtype.kind == _TIME_KIND:
            return None if str(value) == "NaT" else str(value)
        return value.item()
    raise TypeError(f"it is of the type {type(value).__name__}")
