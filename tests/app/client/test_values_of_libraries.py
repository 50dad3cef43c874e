"""Promises of the client about values of rows: those of numpy and pandas are sent as what they mean, the others are refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from client import Client, Refused, ServiceError
from service.bundles.registry import Registry
from service.schemas import Input, Regression, Row
from service.settings import Settings
from tests.support.formula_models import model_of
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

INPUTS = (
    Input(name="size", type="number", nullable=True),
    Input(name="rooms", type="integer"),
    Input(name="lift", type="boolean"),
    Input(name="built", type="date", minimum="1900-01-01", maximum="2030-12-31"),
    Input(name="sold", type="datetime", nullable=True),
)
ROW: Row = {"size": 37.5, "rooms": 2, "lift": True, "built": "2026-11-29", "sold": "2026-11-29T08:30:00Z"}
HOUSE = model_of(
    "house", INPUTS, Regression(), lambda numbers: np.nan_to_num(numbers, nan=-1.0) @ [1.0, 10.0, 100.0, 0.1, 1e-9]
)


class ScalarOfTensors:
    """A number as libraries of tensors have it: it looks like one of numpy, but its `dtype` has no `kind`."""

    shape, dtype = (), object()

    def __init__(self, number: float) -> None:
        self._number = number

    def item(self) -> float:
        return self._number


EQUAL: list[dict[str, Any]] = [
    {"size": np.float64(37.5)},
    {"size": np.float32(37.5)},
    {"size": np.float16(37.5)},
    {"size": np.longdouble(37.5)},
    {"size": np.array(37.5)},
    {"size": np.array(np.longdouble(37.5))},
    {"size": ScalarOfTensors(37.5)},
    {"size": Decimal("37.5")},
    {"rooms": np.int64(2)},
    {"rooms": np.uint8(2)},
    {"lift": np.bool_(True)},  # noqa: FBT003 - the value of a field
    {"built": date(2026, 11, 29)},
    {"built": np.datetime64("2026-11-29")},
    {"built": np.str_("2026-11-29")},
    {"built": pd.Timestamp("2026-11-29")},
    {"built": pd.Timestamp("2026-11-29", tz="Europe/Warsaw")},
    {"built": datetime(2026, 11, 29)},
    {"built": datetime(2026, 11, 29, tzinfo=UTC)},
    {"built": np.datetime64("2026-11-29T00:00:00.000000000")},
    {"built": np.datetime64("2026-11-29T00")},
    {"sold": datetime(2026, 11, 29, 8, 30, tzinfo=UTC)},
    {"sold": pd.Timestamp("2026-11-29T08:30:00Z")},
]
MISSING = [None, pd.NA, pd.NaT, np.datetime64("NaT")]
UNKNOWN: list[Any] = [
    object(),
    {1, 2},
    1j,
    np.zeros((2, 2)),
    np.complex64(1),
    np.clongdouble(1),
    np.timedelta64(5, "ns"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    for app in serve(Settings(), Registry.of([HOUSE])):
        yield client_of(app)


@pytest.mark.parametrize("cells", EQUAL, ids=lambda cells: str({name: type(value) for name, value in cells.items()}))
def test_a_value_of_a_library_gives_the_answer_of_the_plain_value(cells: dict[str, Any], client: Client) -> None:
    assert client.predict("house", [ROW | cells]) == client.predict("house", [ROW])


@pytest.mark.parametrize("value", MISSING, ids=lambda value: f"{type(value).__name__} {value}")
@pytest.mark.parametrize("field", ["size", "sold"])
def test_a_missing_value_is_null_whatever_library_says_so(field: str, value: Any, client: Client) -> None:
    assert client.predict("house", [ROW | {field: value}]) == client.predict("house", [ROW | {field: None}])


@pytest.mark.parametrize("value", [np.inf, float("-inf"), Decimal("Infinity"), np.nan, np.float32("nan"), Decimal("NaN")])
def test_a_number_that_is_not_finite_is_refused_by_the_service(value: Any, client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.predict("house", [ROW | {"size": value}])
    assert (refused.value.errors[0]["pointer"], refused.value.errors[0]["code"]) == ("/rows/0/size", "not_finite")


@pytest.mark.parametrize(
    "value", [pd.Timestamp("2026-11-29T08:30"), datetime(2026, 11, 29, 0, 0, 1), np.datetime64("2026-11-29T00:01")]
)
def test_a_time_of_day_in_a_date_field_is_refused_with_what_to_do(value: Any, client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.predict("house", [ROW | {"built": value}])
    (error,) = refused.value.errors
    assert (error["pointer"], error["code"]) == ("/rows/0/built", "wrong_type")
    assert error["message"] == "Expected a date such as 2026-11-29, without a time of day."


@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: type(value).__name__)
def test_a_value_without_a_form_in_json_is_a_service_error(value: Any, client: Client) -> None:
    with pytest.raises(ServiceError, match=r"^A value cannot be sent as JSON: it is of the type \w+\.$"):
        client.predict("house", [ROW | {"size": value}])


def test_a_row_that_is_too_deep_is_a_service_error(client: Client) -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(
        ServiceError, match=r"^A value cannot be sent as JSON: it holds too many others inside each other\.$"
    ):
        client.predict("house", [ROW | {"size": value}])


def test_a_row_that_holds_itself_is_a_service_error(client: Client) -> None:
    row: Row = dict(ROW)
    row["size"] = row
    with pytest.raises(ServiceError):
        client.predict("house", [row])


def test_the_rows_of_a_table_of_pandas_are_taken(client: Client) -> None:
    table = pd.DataFrame([ROW, ROW | {"size": None}]).convert_dtypes()
    rows = [dict(zip(table.columns, cells, strict=True)) for cells in table.itertuples(index=False)]
    assert client.predict("house", rows) == client.predict("house", [ROW, ROW | {"size": None}])
