"""A column of Parquet → Python's values, whichever times are in it and with or without pandas installed.

What Python has no value for becomes text, so no cell costs the others their reading.
"""

import re
from datetime import UTC
from typing import Any

_SECONDS = re.compile(r"(:\d\d:\d\d)(\.\d{6})?")


def plain_values(column: Any) -> list[Any]:
    """Return a column's values. Nanoseconds go the slow way: pyarrow gives them by way of pandas only."""
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
    except UnicodeDecodeError:  # as half characters: whoever is to say them refuses
        return scalar.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    except (ValueError, OverflowError):
        return f"{scalar.value} {scalar.type}"


def _time(scalar: Any, pyarrow: Any) -> Any:
    """Return a time, or its text where Python's times are not fine enough. In UTC, where its zone is unknown here."""
    kind = scalar.type
    number, rest = divmod(scalar.value, 1000) if kind.unit == "ns" else (scalar.value, 0)
    unit = "us" if kind.unit == "ns" else kind.unit
    if isinstance(scalar, pyarrow.TimestampScalar):
        try:
            time = pyarrow.scalar(number, pyarrow.timestamp(unit, kind.tz)).as_py()
        except ValueError:
            time = pyarrow.scalar(number, pyarrow.timestamp(unit)).as_py().replace(tzinfo=UTC)
    else:
        coarse = pyarrow.duration(unit) if isinstance(scalar, pyarrow.DurationScalar) else pyarrow.time64(unit)
        time = pyarrow.scalar(number, coarse).as_py()
    if not rest:
        return time
    return _SECONDS.sub(lambda found: f"{found[1]}{found[2] or '.000000'}{rest:03}", str(time), count=1)
