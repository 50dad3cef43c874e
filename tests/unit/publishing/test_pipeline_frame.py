"""Promises of the data frame that a fitted model gets: the values and the pandas types of the table that it was fitted on."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from service.publishing.pipeline_frame import frame
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Card, Category, Input, Regression, Scoring

DAYS: Any = ["2026-01-05", None, "1969-12-31"]
DATES: Any = pd.Series(pd.to_datetime(DAYS))
_MOMENTS: Any = ["2026-01-05T14:30:00.125Z", None, "1999-12-31T23:59:59Z"]
MOMENTS: Any = pd.Series(pd.to_datetime(_MOMENTS, format="ISO8601"))

# A column as a library makes it → (type of the field, names of its categories).
COLUMNS: dict[str, tuple[Any, str, list[str]]] = {
    "float64 with a missing value": (pd.Series([1.5, np.nan, -2.0]), "number", []),
    "float32": (pd.Series([1.5, 0.25, -2.0], dtype="float32"), "number", []),
    "int64": (pd.Series([1, 0, -7]), "integer", []),
    "uint8": (pd.Series([1, 0, 7], dtype="uint8"), "integer", []),
    "Int64 with a missing value": (pd.Series([1, None, 7], dtype="Int64"), "integer", []),
    "Float64 with a missing value": (pd.Series([1.5, None, 7], dtype="Float64"), "number", []),
    "bool": (pd.Series([True, False, True]), "boolean", []),
    "boolean with a missing value": (pd.Series([True, None, False], dtype="boolean"), "boolean", []),
    "objects that are booleans": (pd.Series([True, np.nan, False], dtype="object"), "boolean", []),
    "objects that are numbers": (pd.Series([1, 2.5, np.nan], dtype="object"), "number", []),
    "str with a missing value": (pd.Series(["b", None, "a"], dtype="str"), "category", ["a", "b"]),
    "object with a missing value": (pd.Series(["b", np.nan, "a"], dtype="object"), "category", ["a", "b"]),
    "string with a missing value": (pd.Series(["b", None, "a"], dtype="string"), "category", ["a", "b"]),
    "categories of integers": (pd.Series([3, 1, 2]), "category", ["1", "2", "3"]),
    "categories of floats": (pd.Series([3.0, np.nan, 0.5]), "category", ["0.5", "3"]),
    "categories of booleans": (pd.Series([True, False, True]), "category", ["False", "True"]),
    "category": (pd.Series(["b", None, "a"], dtype=pd.CategoricalDtype(["b", "c", "a"])), "category", ["b", "c", "a"]),
    "dates to the microsecond": (DATES.astype("datetime64[us]"), "date", []),
    "dates to the nanosecond": (DATES.astype("datetime64[ns]"), "date", []),
    "objects that are dates": (DATES.dt.date, "date", []),
    "dates as texts": (pd.Series(DAYS, dtype="str"), "date", []),
    "moments in UTC": (MOMENTS.astype("datetime64[ms, UTC]"), "datetime", []),
    "moments in Warsaw": (MOMENTS.dt.tz_convert("Europe/Warsaw").astype("datetime64[us, Europe/Warsaw]"), "datetime", []),
    "moments without a zone": (MOMENTS.dt.tz_localize(None).astype("datetime64[ms]"), "datetime", []),
    "texts": (pd.Series(["one word", "", "two"], dtype="str"), "text", []),
    "texts as objects": (pd.Series(["one word", "", "two"], dtype="object"), "text", []),
}  # fmt: skip


def card_of(field: Input) -> Card:
    scoring = Scoring(scorer="process", gate_rows=0, gate_difference=0)
    first = Input(name="first", type="number")
    return Card(name="toy", title="", question="", inputs=(first, field), output=Regression(), scoring=scoring)


def checked_columns(card: Card, table: pd.DataFrame) -> Columns:
    return Checks(card).columns(plain_rows(card, table))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_has_the_values_and_the_type_that_the_model_was_fitted_on(name: str) -> None:
    values, kind, categories = COLUMNS[name]
    named = tuple(Category(value=each) for each in categories)
    dtype = str(values.dtype)
    card = card_of(Input(name="field", type=kind, categories=named, nullable=True, dtype=dtype))  # type: ignore[arg-type]
    table = pd.DataFrame({"first": [0.1, 0.2, 0.3], "field": values})
    columns = checked_columns(card, table)
    pd.testing.assert_frame_equal(frame(card, columns), table, check_exact=True)


def test_whole_numbers_beside_a_missing_one_are_floats_as_pandas_reads_them() -> None:
    card = card_of(Input(name="field", type="integer", nullable=True, dtype="int64"))
    numbers = np.array([[0.0, 3.0], [0.0, np.nan]])
    assert frame(card, Columns(numbers, {}))["field"].tolist()[0] == 3.0
    assert str(frame(card, Columns(numbers, {}))["field"].dtype) == "float64"
    assert str(frame(card, Columns(numbers[:1], {}))["field"].dtype) == "int64"


def test_categories_that_are_numbers_keep_their_type_inside_a_category() -> None:
    expected = pd.Series(pd.Categorical([20, 10], categories=[10, 20, 30]), name="field")
    named = tuple(Category(value=each) for each in ("10", "20", "30"))
    card = card_of(Input(name="field", type="category", categories=named, dtype="category[int64]"))
    made = frame(card, Columns(np.array([[0.0, 1.0], [0.0, 0.0]]), {}))["field"]
    pd.testing.assert_series_equal(made, expected)


def test_without_a_type_a_number_is_a_float_a_category_a_str_and_a_date_its_days() -> None:
    fields = (
        Input(name="n", type="integer"),
        Input(name="c", type="category", categories=(Category(value="x"),)),
        Input(name="d", type="date"),
        Input(name="t", type="text"),
    )
    scoring = Scoring(scorer="process", gate_rows=0, gate_difference=0)
    card = Card(name="toy", title="", question="", inputs=fields, output=Regression(), scoring=scoring)
    made = frame(card, Checks(card).columns([{"n": 3, "c": "x", "d": "1970-01-03", "t": "A text"}]))
    assert made.dtypes.astype(str).to_dict() == {"n": "float64", "c": "str", "d": "float64", "t": "str"}
    assert made.iloc[0].to_dict() == {"n": 3.0, "c": "x", "d": 2.0, "t": "A text"}
    assert list(made.columns) == ["n", "c", "d", "t"]
