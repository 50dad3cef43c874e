"""Promises of categories that are numbers or booleans: a file may hold them as pandas writes them, as 3, 3.0 or True."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.schemas import Category, Input, Regression
from service.settings import Settings
from tests.support.formula_models import model_of
from tests.support.row_files import ask, read, written
from tests.support.service_app import serve

INPUTS = (
    Input(name="region", type="category", nullable=True, categories=tuple(map(Category, ("1", "3", "12")))),
    Input(name="member", type="category", categories=tuple(map(Category, ("False", "True")))),
    Input(name="grade", type="category", categories=tuple(map(Category, ("low", "high")))),
)
ROWS = pd.DataFrame({"region": [3, 12, 1], "member": [True, False, True], "grade": ["low", "high", "high"]})
VALUES = [11.0, 102.0, 110.0]


@pytest.fixture(scope="module")
def regions() -> Iterator[TestClient]:
    """The real app with one model: the index of `region`, 10 for a member, 100 for a high grade; a missing region is 7."""
    model = model_of("regions", INPUTS, Regression(), lambda numbers: np.nan_to_num(numbers, nan=7) @ [1.0, 10.0, 100.0])
    yield from serve(Settings(), Registry.of([model]))


def values(answer: Any) -> list[float]:
    return [float(row["value"]) if row["value"] else np.nan for row in read(answer)]


@pytest.mark.parametrize("dtype", ["int64", "int8", "float64", "float32", "str", "object"])
@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow"])
def test_a_file_of_pandas_has_its_categories_in_any_type(kind: str, dtype: str, regions: TestClient) -> None:
    table = ROWS.astype({"region": dtype})
    body = table.to_csv(index=False).encode() if kind == "csv" else written(pa.Table.from_pandas(table), kind)
    assert values(ask(regions, "regions", body, kind, "csv")) == VALUES


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_numbers_that_are_floats_beside_a_missing_one_are_categories(kind: str, regions: TestClient) -> None:
    table = ROWS.assign(region=[3, np.nan, 1])
    assert table["region"].dtype == "float64"
    content = io.BytesIO()
    table.to_csv(content, index=False) if kind == "csv" else table.to_parquet(content)
    assert values(ask(regions, "regions", content.getvalue(), kind, "csv")) == [11.0, 107.0, 110.0]


def test_another_number_is_no_category(regions: TestClient) -> None:
    table = ROWS.assign(region=[3.5, 30, 2])
    for kind, body in (
        ("csv", table.to_csv(index=False).encode()),
        ("parquet", written(pa.Table.from_pandas(table), "parquet")),
    ):
        rows = read(ask(regions, "regions", body, kind, "csv"))
        assert [row["error_codes"] for row in rows] == ["region: unknown_category"] * 3, kind


def test_numbers_for_categories_that_are_words_refuse_the_file(regions: TestClient) -> None:
    answer = ask(regions, "regions", written(pa.Table.from_pandas(ROWS.assign(grade=[1, 2, 3])), "parquet"), "parquet")
    assert answer.status_code in {400, 415, 422}
    assert "grade" in answer.text
