"""Turns the values of Python, numpy and pandas into types of JSON."""

from datetime import date
from decimal import Decimal
from typing import Any

_MISSING_TYPES = frozenset({"NAType", "NaTType"})
"""The types of pandas.NA and pandas.NaT."""
_TIME_KIND = "M"
"""The kind of numpy.datetime64."""
_HOURS = "datetime64[h]"
_FLOAT_KIND, _DURATION_KIND = "f", "m"


def plain_value(value: Any) -> Any:
    """Return a value as a type of JSON, for the parameter `default` of `json.dumps`. Raises TypeError.

    Numbers of numpy and Decimals become numbers, dates ISO text, pandas.NA and NaT null.
    """
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
