"""Promises of decimals in files that are scored."""

from decimal import Decimal

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from tests.support.row_files import ask, read, written


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_a_decimal_gets_the_prediction_of_the_same_number_in_json(kind: str, service: TestClient) -> None:
    diamond = {"cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57.0}
    carats = [Decimal(each).scaleb(-2) for each in range(50, 150)]
    rows = [diamond | {"carat": float(each)} for each in carats]
    expected = service.post("/v1/models/diamond-price/predictions", json={"rows": rows}).json()["predictions"]
    table = pa.table({name: [value] * len(rows) for name, value in diamond.items()}).append_column(
        "carat", [pa.array(carats, pa.decimal128(5, 2))]
    )
    result = read(ask(service, "diamond-price", written(table, kind), kind))
    assert [row["value"] for row in result] == [each["value"] for each in expected]
