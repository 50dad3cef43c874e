"""Turns a column of Parquet into Python values, with or without pandas, whatever times it has.

A cell for which Python has no value becomes text, so that the other cells can be read.
"""

import re
from datetime import UTC
from typing import Any

from wire.cells.time_values import duration_text

_SECONDS = re.compile(r"(:\d\d:\d\d)(\.\d{6})?")


def python_values(column: Any) -> list[Any]:
    """Return the values of a column. Nanoseconds are read cell by cell, because pyarrow needs pandas to convert them."""
    if "[ns" not in str(column.type):
        try:
            return list(column.to_pylist())
        except (ValueError, OverflowError):
            pass
    return [_value(scalar) for scalar in column]


def _value(scalar: Any) -> Any:
    import pyarrow

    if not scalar.is_valid:
        return None
    if isinstance(scalar, pyarrow.DictionaryScalar | pyarrow.ExtensionScalar):
        scalar = scalar.value
    if isinstance(scalar, pyarrow.StructScalar):
        return {name: _value(item) for name, item in scalar.items()}
    if isinstance(scalar, pyarrow.ListScalar):
        return [_value(item) for item in scalar.values]
    return _single_value(scalar, pyarrow)


def _single_value(scalar: Any, pyarrow: Any) -> Any:
    try:
        if isinstance(scalar, pyarrow.TimestampScalar | pyarrow.Time64Scalar | pyarrow.DurationScalar):
            return _time(scalar, pyarrow)
        return scalar.as_py()
    except UnicodeDecodeError:  # as lone surrogates, which the formats of text refuse
        return scalar.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    except (ValueError, OverflowError):
        return f"{scalar.value} {scalar.type}"


def _time(scalar: Any, pyarrow: Any) -> Any:
    """Return a time, or its text if it has nanoseconds. In UTC if this machine does not know its zone."""
    kind = scalar.type
    number, rest = divmod(scalar.value, 1000) if kind.unit == "ns" else (scalar.value, 0)
    unit = "us" if kind.unit == "ns" else kind.unit
    if isinstance(scalar, pyarrow.TimestampScalar):
        try:
            time = pyarrow.scalar(number, pyarrow.timestamp(unit, kind.tz)).as_py()
        except ValueError:
            time = pyarrow.scalar(number, pyarrow.timestamp(unit)).as_py().replace(tzinfo=UTC)
    elif isinstance(scalar, pyarrow.DurationScalar):
        return duration_text(scalar.value, kind.unit) if rest else pyarrow.scalar(number, pyarrow.duration(unit)).as_py()
    else:
        time = pyarrow.scalar(number, pyarrow.time64(unit)).as_py()
    if not rest:
        return time
    return _SECONDS.sub(lambda match: f"{match[1]}{match[2] or '.000000'}{rest:03}", str(time), count=1)
