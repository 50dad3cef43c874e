"""A data frame as plain values, so that it can be sent to a process with another version of pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


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
    values = series.astype(object).where(series.notna(), None).tolist()
    if dtype.startswith("datetime64"):
        values = [None if value is None else value.isoformat() for value in values]
    return {"dtype": dtype, "values": values}


def frame_of(columns: list[dict[str, Any]]) -> Any:
    """Return the data frame of plain columns."""
    return pd.DataFrame({column["name"]: _series(column) for column in columns})


def _series(column: dict[str, Any]) -> Any:
    dtype, values = column["dtype"], column["values"]
    if dtype == "category":
        categories = _series(column["categories"]).tolist()
        return pd.Series(pd.Categorical.from_codes(values, categories, ordered=column["ordered"]))
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
