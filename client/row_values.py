"""Turns the values of rows into JSON: those of Python, and those of numpy and pandas."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from client.arguments import refused_argument

_MISSING_TYPES = frozenset({"NAType", "NaTType"})
"""The types of pandas.NA and pandas.NaT."""
_TIME_KIND = "M"
"""The kind of numpy.datetime64."""
_HOURS = "datetime64[h]"
_FLOAT_KIND, _DURATION_KIND = "f", "m"


def to_json(body: Any) -> bytes:
    """Return a body as JSON. Numbers of numpy and Decimals become numbers, dates ISO text, pandas.NA and NaT null.

    Raises Refused if a value has no form in JSON. NaN is sent as it is: the service refuses it as `not_finite`.
    """
    try:
        return json.dumps(body, ensure_ascii=True, default=_plain).encode()
    except RecursionError:
        raise refused_argument("A value cannot be sent as JSON: it holds too many others inside each other.") from None
    except (TypeError, ValueError) as error:
        raise refused_argument(f"A value cannot be sent as JSON: {error}.") from None


def _plain(value: Any) -> Any:
    """Return a value as a type of JSON. `json` calls it for all other types. Raises TypeError."""
    if type(value).__name__ in _MISSING_TYPES:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if getattr(value, "shape", None) == () and hasattr(value, "dtype"):
        return _plain_scalar(value)
    raise TypeError(f"it is of the type {type(value).__name__}")


def _plain_scalar(value: Any) -> Any:
    """Return a scalar of numpy or of a library like it as a type of JSON. Raises TypeError."""
    kind = getattr(value.dtype, "kind", "")
    if kind == _TIME_KIND:
        text = str(value.astype("datetime64[m]") if value.dtype.name == _HOURS else value)
        return None if text == "NaT" else text
    if kind == _FLOAT_KIND:
        return float(value)  # `item` of a longdouble is a longdouble again
    plain = value.item()
    if kind == _DURATION_KIND or type(plain) is type(value):
        raise TypeError(f"it is of the type {type(value).__name__}")
    return plain
