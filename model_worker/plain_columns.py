"""A data frame as plain values, so that it can be sent to a process with another version of pandas."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd

_ARRAYS = "arrays"
"""The name for a column with one array of numpy in each cell."""


def plain_columns(frame: Any) -> list[dict[str, Any]]:
    """Return the columns of a data frame as plain values that JSON can hold; what is missing is None."""
    return [{"name": str(name), **_plain(frame[name])} for name in frame.columns]


def _plain(series: Any) -> dict[str, Any]:
    dtype = str(series.dtype)
    if dtype == "category":
        return {
            "dtype": dtype,
            "values": [int(code) for code in series.cat.codes],
            "categories": _plain(pd.Series(series.cat.categories)),
            "ordered": bool(series.cat.ordered),
        }
    if dtype == "object" and len(series) and isinstance(series.iloc[0], np.ndarray):
        return {"dtype": _ARRAYS, "values": [_plain_array(array) for array in series]}
    values = series.astype(object).where(series.notna(), None).tolist()
    if dtype.startswith("datetime64"):
        values = [None if value is None else value.isoformat() for value in values]
    return {"dtype": dtype, "values": values}


def _plain_array(array: Any) -> dict[str, Any]:
    content = base64.b64encode(array.tobytes()).decode("ascii")
    return {"kind": array.dtype.str, "shape": list(array.shape), "content": content}


def _array_column(values: list[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    for at, each in enumerate(values):
        column[at] = np.frombuffer(base64.b64decode(each["content"]), each["kind"]).reshape(each["shape"])
    return pd.Series(column)


def frame_of(columns: list[dict[str, Any]]) -> Any:
    """Return the data frame of plain columns."""
    return pd.DataFrame({column["name"]: _series(column) for column in columns})


def _series(column: dict[str, Any]) -> Any:
    dtype, values = column["dtype"], column["values"]
    if dtype == "category":
        categories = _series(column["categories"]).tolist()
        return pd.Series(pd.Categorical.from_codes(values, categories, ordered=column["ordered"]))
    if dtype == _ARRAYS:
        return _array_column(values)
    if dtype.startswith("datetime64"):
        return _times(values, dtype)
    if dtype == "str" and _is_old():  # its texts are objects, and `str` would write a missing one as a text
        return pd.Series([np.nan if value is None else value for value in values], dtype=object)
    return pd.Series(values, dtype=dtype)


def _times(values: list[Any], dtype: str) -> Any:
    times: Any = pd.Series(pd.DatetimeIndex([pd.Timestamp(value) for value in values]))
    return times if _is_old() and "[ns" not in dtype else times.astype(dtype)


def _is_old() -> bool:
    return int(pd.__version__.partition(".")[0]) < 3  # noqa: PLR2004 - version 3 has a type of texts, and units of time
