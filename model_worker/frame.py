"""Rows as the service holds them → the data frame that a model was fitted on.

The service sends one float64 matrix and lists of texts. The matrix holds the number itself, the index of a category, 0 or 1
for a boolean, and days since 1970-01-01 for a date. Each column gets the pandas type that the card names.
"""

from __future__ import annotations

import base64
from typing import Any, Callable

import numpy as np
import pandas as pd

MS_PER_DAY = 86_400_000
_TRUE_NAMES = {"true", "1", "1.0"}
_TEXTS = {"", "str"}
"""Types of texts that are written `str`: what pandas makes of a list of texts."""

_ARRAY_TYPES = {"image": "u1", "vector": "<f8"}
"""Kind of a field → the type of the numbers of its arrays."""

Column = Callable[[Any], Any]
"""float64 numbers (rows,) → a column for a data frame."""


class FrameBuilder:
    """Builds the data frame of a model. `fields` has one dictionary per input, in the order of the frame:

    `{"name": …, "kind": "number" | "boolean" | "category" | "date" | "datetime" | "text" | "image" | "vector",
    "dtype": …, "categories": […], "shape": […]}`
    """

    def __init__(self, fields: list[dict[str, Any]]) -> None:
        self._names = [str(field["name"]) for field in fields]
        self._text_types = {field["name"]: field.get("dtype", "") for field in fields if field["kind"] == "text"}
        self._arrays = {field["name"]: field for field in fields if field["kind"] in _ARRAY_TYPES}
        numeric = [field for field in fields if field["kind"] not in {"text", *_ARRAY_TYPES}]
        self._columns = [(field["name"], _column(field)) for field in numeric]
        self._are_floats = (
            not self._text_types and not self._arrays and all(column is _floats for _, column in self._columns)
        )

    def __call__(self, numbers: Any, texts: dict[str, list[str]]) -> pd.DataFrame:
        """Return the frame of a matrix (rows, fields of numbers) and of one list of texts for each other field.

        A picture or a vector is base64 of its bytes; the frame holds an array in each cell.
        """
        if self._are_floats:  # time-critical: a frame of one block is made four times as fast
            return pd.DataFrame(numbers, columns=self._names)
        table = {name: column(numbers[:, index]) for index, (name, column) in enumerate(self._columns)}
        for name, dtype in self._text_types.items():
            table[name] = texts[name] if dtype in _TEXTS else pd.Series(texts[name], dtype=dtype)
        for name, field in self._arrays.items():
            table[name] = _array_column(texts[name], field)
        return pd.DataFrame({name: table[name] for name in self._names}, copy=False)


def _array_column(texts: list[str], field: dict[str, Any]) -> Any:
    """Return a column of objects, an array in each cell."""
    dtype, shape = _ARRAY_TYPES[field["kind"]], field["shape"]
    column = np.empty(len(texts), dtype=object)
    for index, text in enumerate(texts):
        column[index] = np.frombuffer(base64.b64decode(text), dtype).reshape(shape)
    return column


def _column(field: dict[str, Any]) -> Column:
    """Return the function that makes the column of a field without text."""
    dtype = str(field.get("dtype", ""))
    if field["kind"] == "category":
        return _category_column(list(field["categories"]), dtype)
    if dtype in {"", "float64"}:
        return _floats
    if field["kind"] in {"date", "datetime"}:
        return _date_column(dtype, is_day=field["kind"] == "date")
    if field["kind"] == "boolean":
        return _value_column(dtype, bool)
    return _value_column(dtype, lambda number: int(number) if number.is_integer() else number)


def _floats(numbers: Any) -> Any:
    return np.ascontiguousarray(numbers)


def _value_column(dtype: Any, value: Callable[[float], Any]) -> Column:
    """Return the function for numbers of a type; `value` makes the Python object that a column of objects holds."""

    def column(numbers: Any) -> Any:
        missing = np.isnan(numbers)
        if dtype == "object" or (dtype == "bool" and missing.any()):
            values = [np.nan if is_missing else value(number) for number, is_missing in zip(numbers.tolist(), missing)]
            return np.array(values, dtype=object)
        if dtype[:1].isupper() or dtype == "boolean":  # pandas' own types, which hold missing values
            return pd.array([None if each else number for number, each in zip(numbers.tolist(), missing)], dtype=dtype)
        if dtype.startswith(("int", "uint")) and missing.any():
            return np.ascontiguousarray(numbers)  # what pandas makes of whole numbers beside missing ones
        return numbers.astype(dtype)

    return column


def _date_column(dtype: str, *, is_day: bool) -> Column:
    """Return the function for days since 1970-01-01, to the millisecond."""

    def column(numbers: Any) -> Any:
        missing = np.isnan(numbers)
        ms = np.round(np.where(missing, 0.0, numbers) * MS_PER_DAY).astype(np.int64)
        moments: Any = pd.Series(np.where(missing, np.datetime64("NaT"), ms.astype("datetime64[ms]")))
        if dtype.startswith("datetime64"):
            zone = dtype.partition(",")[2].strip(" ]")
            return (moments.dt.tz_localize("UTC") if zone else moments).astype(dtype).array
        if dtype == "object":
            return (moments.dt.date if is_day else moments.astype(object)).array
        texts = moments.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%dT%H:%M:%S")
        return texts.astype(dtype).array

    return column


def _category_column(names: list[str], dtype: str) -> Column:
    """Return the function for indices of categories. The column of all of them is made once; rows are taken from it."""
    if dtype == "category" or dtype.startswith("category["):
        values = _typed_names(names, dtype.partition("[")[2].rstrip("]") or "object")
        kind = pd.CategoricalDtype(values)
        return lambda numbers: pd.Categorical.from_codes(_codes(numbers, -1), dtype=kind)
    if dtype == "bool" or dtype.startswith(("int", "uint", "float")):
        objects = np.array(_typed_names(names, dtype), dtype=object)
        whole = objects.astype(dtype)
        beside_missing = np.append(objects, np.nan) if dtype == "bool" else np.append(whole.astype(np.float64), np.nan)

        def column(numbers: Any) -> Any:
            return (beside_missing if np.isnan(numbers).any() else whole)[_codes(numbers, len(names))]

        return column
    if dtype == "object":
        objects = np.array([*names, np.nan], dtype=object)
        return lambda numbers: pd.Series(objects[_codes(numbers, len(names))], dtype=object)
    texts = pd.Series([*names, None], dtype=dtype or "str").array
    return lambda numbers: texts.take(_codes(numbers, len(names)))


def _codes(numbers: Any, missing: int) -> Any:
    return np.where(np.isnan(numbers), missing, numbers).astype(np.intp)


def _typed_names(names: list[str], dtype: str) -> list[Any]:
    """Return the names of categories as values: `3` as 3, `true` as True."""
    if dtype == "bool":
        return [name.lower() in _TRUE_NAMES for name in names]
    if dtype.startswith(("int", "uint")):
        return [int(float(name)) for name in names]
    if dtype.startswith("float"):
        return [float(name) for name in names]
    return names
