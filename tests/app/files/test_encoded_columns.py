"""Promises of columns that Arrow stores as a dictionary or as runs: read as plain ones, within the limits of every file."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.schemas import Category, Input, Regression
from service.settings import Settings
from tests.support.formula_models import model_of
from tests.support.row_files import ask, read, written
from tests.support.service_app import serve

INPUTS = (
    Input(name="size", type="number", nullable=True),
    Input(name="rooms", type="integer"),
    Input(name="lift", type="boolean"),
    Input(name="state", type="category", categories=(Category(value="new"), Category(value="old")), nullable=True),
    Input(name="built", type="date", nullable=True),
    Input(name="sold", type="datetime"),
)
PLAIN = pa.table(
    {
        "size": [37.5, 37.5, None, 80.25],
        "rooms": pa.array([2, 2, 2, 3], pa.int16()),
        "lift": [True, True, False, False],
        "state": ["new", "old", "old", None],
        "built": [date(1990, 5, 1), date(1990, 5, 1), None, date(2001, 1, 31)],
        "sold": pa.array([datetime(2026, 11, 29, 8, 30, tzinfo=UTC)] * 3 + [datetime(2026, 1, 1, tzinfo=UTC)]),
    }
)
INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]


def price(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.nan_to_num(numbers, nan=-7.0) @ [1.0, 10.0, 100.0, 1000.0, 0.25, 0.5])


@pytest.fixture(scope="module")
def houses() -> Iterator[TestClient]:
    """The real app with one model that takes every type of field that is a number."""
    yield from serve(Settings(), Registry.of([model_of("house", INPUTS, Regression(unit="EUR"), price)]))


def dictionary(column: pa.Array, index: pa.DataType) -> pa.Array:
    encoded = column.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.cast(index), encoded.dictionary)


ENCODINGS: dict[str, Callable[[pa.Array], pa.Array]] = {
    **{f"dictionary of {index}": partial(dictionary, index=index) for index in INTEGERS},
    "dictionary that holds a null": lambda column: column.dictionary_encode("encode"),
    **{f"runs of {ends}": partial(pc.run_end_encode, run_end_type=ends) for ends in (pa.int16(), pa.int32(), pa.int64())},
    "runs of a dictionary": lambda column: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(1, len(column) + 1), pa.int32()), column.dictionary_encode()
    ),
}


def values(answer: Any) -> list[float]:
    assert answer.status_code == 200, answer.text
    return [float(row["value"]) for row in read(answer)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoded_column_gives_the_numbers_of_the_plain_one(encoding: str, houses: TestClient) -> None:
    columns = {name: ENCODINGS[encoding](PLAIN[name].combine_chunks()) for name in PLAIN.schema.names}
    expected = values(ask(houses, "house", written(PLAIN, "arrow"), "arrow"))
    assert len(set(expected)) == 4
    body = written(pa.table(columns), "arrow")
    assert values(ask(houses, "house", body, "arrow")) == expected
    assert values(ask(houses, "house", body, "arrow", "csv")) == expected


@pytest.mark.parametrize("encoding", ["dictionary of int8", "runs of int32"])
def test_an_encoded_text_is_read_as_the_plain_one(encoding: str, service: TestClient) -> None:
    texts = pa.array(["What a lovely day", "What a lovely day", "This is terrible"])
    plain, encoded = (pa.table({"comment": column}) for column in (texts, ENCODINGS[encoding](texts)))
    answers = [read(ask(service, "comment-sentiment", written(table, "arrow"), "arrow")) for table in (plain, encoded)]
    assert answers[0] == answers[1]
    assert [row["error"] for row in answers[1]] == [None] * 3


def test_a_full_dictionary_with_nulls_is_read(houses: TestClient) -> None:
    sizes = pa.array([*map(float, range(128)), None])
    table = PLAIN.take(pa.array([0] * 129))
    plain = values(ask(houses, "house", written(table.set_column(0, "size", sizes), "arrow"), "arrow"))
    encoded = table.set_column(0, "size", dictionary(sizes, pa.int8()))
    assert values(ask(houses, "house", written(encoded, "arrow"), "arrow")) == plain


@pytest.mark.parametrize("index", [pa.int8(), pa.int32()])
def test_an_index_beyond_its_dictionary_is_a_damaged_file(index: pa.DataType, houses: TestClient) -> None:
    for wrong in (7, -1):
        column = pa.DictionaryArray.from_arrays(pa.array([0, 1, wrong, 0], index), pa.array([1.0, 2.0]), safe=False)
        answer = ask(houses, "house", written(PLAIN.set_column(0, "size", column), "arrow"), "arrow")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "damaged_file")


def test_runs_that_expand_to_billions_of_rows_are_refused_before_they_do(houses: TestClient) -> None:
    rows = 2_000_000_000
    ends = pa.array([rows], pa.int64())
    columns = {
        name: pa.RunEndEncodedArray.from_arrays(ends, PLAIN[name].combine_chunks().slice(0, 1))
        for name in PLAIN.schema.names
    }
    body = written(pa.table(columns), "arrow")
    assert len(body) < 10_000
    answer = ask(houses, "house", body, "arrow")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_column_of_another_type_is_named_by_its_values(houses: TestClient) -> None:
    for column in (pa.array(["a"] * 4).dictionary_encode(), pc.run_end_encode(pa.array(["a"] * 4))):
        answer = ask(houses, "house", written(PLAIN.set_column(0, "size", column), "arrow"), "arrow")
        assert answer.json()["errors"][0]["message"] == "The column holds string, not a number."
    lists = pa.array([[{"a": 1}]] * 4)
    answer = ask(houses, "house", written(PLAIN.set_column(0, "size", lists), "arrow"), "arrow")
    assert answer.json()["errors"][0]["message"] == "The column holds list, not a number."
