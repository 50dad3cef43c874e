"""Promises about the fields of a draft: type, range, step, limits, categories, defaults, for every kind of column."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fields.category import category_text
from service.fields.lookup import type_of
from service.publishing.drafting.field_drafts import draft_input, label_of
from service.publishing.drafting.findings import CannotDraft
from tests.support.formula_drafts import draft_of, field_of, no_missing, probabilities

RANDOM = np.random.default_rng(5)
TEN = np.arange(10)
DAYS = pd.date_range("2026-01-01", periods=10)
COLUMNS: dict[str, tuple[Any, str]] = {
    "floats": (TEN / 4, "number"),
    "32-bit floats": ((TEN / 4).astype("float32"), "number"),
    "integers": (TEN, "integer"),
    "small integers": (TEN.astype("uint8"), "integer"),
    "integers of pandas with a gap": (pd.array([1, None, 3], dtype="Int64"), "integer"),
    "whole floats with a gap": ([1.0, None, 3.0], "integer"),
    "whole floats": ([1.0, 2.0, 3.0], "number"),
    "booleans": ([True, False, True], "boolean"),
    "booleans of pandas with a gap": (pd.array([True, None, False], dtype="boolean"), "boolean"),
    "booleans as objects": (pd.Series([True, None, False], dtype=object), "boolean"),
    "words": (["a", "b", "a"], "category"),
    "words as objects": (pd.Series(["a", None, "a"], dtype=object), "category"),
    "words of pandas": (pd.Series(["a", None, "a"], dtype="string"), "category"),
    "categories": (pd.Categorical(["b", "a", "b"], ["b", "a", "c"]), "category"),
    "categories of numbers": (pd.Categorical([3, 1, 3]), "category"),
    "many different texts": ([f"text {number}" for number in range(60)], "text"),
    "long texts": (["word " * 30, "other"], "text"),
    "days": (DAYS, "date"),
    "days as objects": ([date(2026, 1, 1), date(2026, 1, 2)], "date"),
    "days as texts": (["2026-01-01", "2026-01-02"], "date"),
    "moments": (DAYS + pd.Timedelta(hours=5), "datetime"),
    "moments with a zone": ((DAYS + pd.Timedelta(hours=5)).tz_localize("Europe/Warsaw"), "datetime"),
    "nothing": ([None, None], "text"),
    "no numbers": ([np.nan, np.nan], "number"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_has_the_field_of_its_kind_and_its_own_pandas_type(name: str) -> None:
    values, kind = COLUMNS[name]
    series = pd.Series(values)
    field = draft_input("x", series)
    assert (field.type, field.dtype, field.nullable) == (kind, str(series.dtype), bool(series.isna().any()))
    assert type_of(field).card_fault() is None


@pytest.mark.parametrize(
    ("values", "known", "kind", "dtype"),
    [
        ([True, False, True], [False, True], "boolean", "bool"),
        ([True, None, False], [False, True], "boolean", "object"),
        ([3, 1, 3], [1, 3], "category", "int64"),
        ([3.0, np.nan, 1.0], [1.0, 3.0], "category", "float64"),
        (["b", "a", "b"], ["a", "b"], "category", "object"),
        ([None, None, None], ["a"], "category", "object"),
    ],
)
def test_objects_that_an_encoder_knows_reach_it_as_what_they_are(
    values: list[Any], known: list[Any], kind: str, dtype: str
) -> None:
    field = draft_input("x", pd.Series(values, dtype=object), known=known)
    assert (field.type, field.dtype) == (kind, dtype)
    assert [category.value for category in field.categories] == (
        [] if kind == "boolean" else list(map(category_text, known))
    )


@pytest.mark.parametrize("name", [name for name, (values, _) in COLUMNS.items() if len(values) > 1])
def test_a_card_with_such_a_column_can_be_drafted(name: str) -> None:
    table = pd.DataFrame({"x": COLUMNS[name][0]})
    field = draft_of(table, scores=probabilities).card.inputs[0]
    assert field.default is not None or field.nullable


@pytest.mark.parametrize("values", [pd.to_timedelta([1, 2], "h"), [1 + 2j, 3j], [{1}, {2}], ["a", 1]])
def test_a_column_that_no_field_can_hold_is_refused_by_name(values: Any) -> None:
    with pytest.raises(CannotDraft, match="'x'"):
        draft_input("x", pd.Series(values))


def test_the_seen_range_leaves_out_the_wildest_values_of_many_rows() -> None:
    numbers = np.r_[RANDOM.normal(size=5000), 1e9]
    seen = field_of(numbers).seen
    assert seen is not None
    assert list(seen) == [pytest.approx(-3, abs=1), pytest.approx(3, abs=1)]
    few = np.r_[TEN, 1000]
    assert field_of(few).seen == (0, 1000)


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([1, 2, 7], 1),
        ([100, 50_000, 20_000_000], 100),
        ([1, 50_000, 20_000_000], 1),
        ([0.5, 1.5], 0.1),
        ([0.25, 1.5], 0.01),
        ([0.1 + 0.2, 0.7], 0.1),
        ([1 / 3, 2 / 3], None),
    ],
)
def test_the_step_is_that_of_the_values(values: list[float], step: float | None) -> None:
    assert field_of(values).step == step


@pytest.mark.parametrize(
    ("name", "values", "limits"),
    [
        ("share_used", [0.1, 0.9], (0, 1)),
        ("share_used", [0.1, 1.2], (None, None)),
        ("ratio", [-0.1, 0.9], (None, None)),
        ("number_of_rooms", [1, 5], (0, None)),
        ("n_rooms", [1, 5], (0, None)),
        ("roomCount", [1, 5], (0, None)),
        ("age", [18, 80], (0, None)),
        ("balance", [1, 5], (None, None)),
        ("number_of_points", [-1, 5], (None, None)),
    ],
)
def test_limits_are_given_only_where_they_are_certain(name: str, values: list[float], limits: tuple[Any, Any]) -> None:
    field = draft_input(name, pd.Series(values))
    assert (field.minimum, field.maximum) == limits


def test_whole_numbers_beyond_the_usual_limit_are_accepted() -> None:
    field = field_of([20_000_000, 40_000_000])
    assert field.type == "integer"
    assert field.default in {20_000_000, 40_000_000}


def test_the_categories_are_those_of_the_encoder_then_those_of_the_sample() -> None:
    field = field_of(["b", "d", "b"], known_categories={"x": ("c", "b", "a")})
    assert [category.value for category in field.categories] == ["c", "b", "a", "d"]
    assert [category.value for category in field.categories if category.seen] == ["b", "d"]


def test_numbers_with_an_encoder_are_categories_in_the_order_of_the_encoder() -> None:
    field = field_of([3, 1, 3, 10], known_categories={"x": (1, 3, 10)})
    assert (field.type, field.dtype) == ("category", "int64")
    assert [category.value for category in field.categories] == ["1", "3", "10"]


def test_numbers_that_the_model_reads_as_categories_without_a_list_are_those_of_the_sample() -> None:
    field = field_of([3, 1, 3, 10], known_categories={"x": ()})
    assert (field.type, [category.value for category in field.categories]) == ("category", ["1", "3", "10"])


def test_categories_of_numbers_without_an_order_are_sorted_as_numbers() -> None:
    field = draft_input("x", pd.Series(["10", "9", "2"]))
    assert [category.value for category in field.categories] == ["2", "9", "10"]


def test_ordered_categories_keep_their_order() -> None:
    field = field_of(pd.Categorical(["high", "low"], ["low", "middle", "high"], ordered=True))
    assert [(category.value, category.seen) for category in field.categories] == [
        ("low", True),
        ("middle", False),
        ("high", True),
    ]


def test_a_number_may_be_missing_if_the_sample_lacks_some_or_the_model_takes_it() -> None:
    assert field_of(TEN / 4).nullable
    assert not field_of(TEN / 4, scores=no_missing).nullable
    assert field_of([0.5, None, 2.5]).nullable
    assert field_of(TEN).dtype == "float64"
    assert field_of(TEN, scores=no_missing).dtype == "int64"


def test_whole_numbers_may_not_be_missing_if_the_model_tells_them_from_floats() -> None:
    def by_type(table: pd.DataFrame) -> Any:
        return probabilities(table) if table["x"].dtype == np.int64 else 1 - probabilities(table)

    field = field_of(TEN, scores=by_type)
    assert (field.nullable, field.dtype) == (False, "int64")


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("sepal length (cm)", "Sepal length", "cm"),
        ("income_[EUR]", "Income", "EUR"),
        ("order_value_eur", "Order value", "EUR"),
        ("BALANCE USD", "Balance", "USD"),
        ("body_mass_kg", "Body mass", "kg"),
        ("eur", "Eur", ""),
        ("is_entrepreneur", "Is entrepreneur", ""),
        ("months_late_now", "Months late now", ""),
        ("creditLimit", "Credit Limit", ""),
        ("LIMIT_BAL", "Limit bal", ""),
        ("BMI", "BMI", ""),
        ("od280/od315_of_diluted_wines", "Od280/od315 of diluted wines", ""),
        ("0", "0", ""),
        ("_", "_", ""),
    ],
)
def test_a_name_becomes_words_and_a_unit(name: str, label: str, unit: str) -> None:
    assert label_of(name) == (label, unit)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_default_of_a_number_is_a_value_of_the_sample_in_15_digits(numbers: list[float]) -> None:
    field = field_of(np.array(numbers))
    assert field.default in [float(f"{number:.15g}") for number in numbers]
    assert field.seen is not None
    low, high = field.seen
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low <= float(str(field.default)) <= high


def test_the_default_row_is_real_although_the_most_frequent_values_never_meet() -> None:
    table = pd.DataFrame({"x": ["a"] * 4 + ["b"] * 3 + ["c"] * 3, "y": ["p"] * 3 + ["q", "r", "r", "s"] + ["q"] * 3})
    drafted = draft_of(table, scores=probabilities)
    default = {field.name: field.default for field in drafted.card.inputs}
    assert default in table.to_dict("records")


def test_a_typical_row_of_a_wide_table_has_no_value_outside_of_the_seen_ranges() -> None:
    table = pd.DataFrame(np.random.default_rng(3).normal(size=(2000, 500))).rename(columns=str)
    fields = [draft_input(name, table[name], columns=500) for name in table.columns]
    low, high = np.array([field.seen for field in fields]).T
    is_outside = ((table < low) | (table > high)).any(axis=1)
    assert is_outside.mean() < 0.1
    narrow = draft_input("0", table["0"], columns=5)
    assert ((table["0"] < narrow.seen[0]) | (table["0"] > narrow.seen[1])).sum() == 4  # type: ignore[index]
