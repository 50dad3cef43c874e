"""Promises of the column `warnings` in the answer to a file: the same warnings as in JSON, row by row."""

from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from tests.support.row_files import ask, read, written

ODD: dict[str, list[dict[str, Any]]] = {
    "credit-default": [
        {"worst_delay": 0, "months_delayed": 6, "months_late_now": 1},
        {"last_payment": 1_000_000, "average_payment": 10},
        {},
        {"credit_limit": 1_000_000, "months_late_now": 8, "worst_delay": 1},
    ],
    "diamond-price": [{"carat": 5.4}, {}, {"depth": 79.9, "table": 99}],
    "comment-sentiment": [{"comment": "Paczka przyszła za późno, okropna obsługa"}, {}, {"comment": "a"}],
}


def described(prediction: dict[str, Any]) -> str | None:
    parts = [f"{', '.join(each.get('fields') or [each['field']])}: {each['code']}" for each in prediction["warnings"]]
    return "; ".join(parts) or None


@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
@pytest.mark.parametrize("name", ODD)
def test_a_file_names_the_warnings_of_each_row_as_json_does(
    name: str, kind: str, service: TestClient, cards: dict[str, Any]
) -> None:
    rows = [base | odd for base in cards[name]["real_rows"][:5] for odd in ODD[name]]
    predictions = service.post(f"/v1/models/{name}/predictions", json={"rows": rows}).json()["predictions"]
    expected = [described(prediction) for prediction in predictions]
    assert sum(text is not None for text in expected) >= 5
    answer = ask(service, name, written(pa.Table.from_pylist(rows), kind), kind)
    assert [row["warnings"] or None for row in read(answer)] == expected
    as_file = service.post(f"/v1/models/{name}/predictions", json={"rows": rows}, headers={"Accept": "text/csv"})
    assert [row["warnings"] or None for row in read(as_file)] == expected


def test_a_refused_row_has_an_error_and_no_warning(service: TestClient, cards: dict[str, Any]) -> None:
    rows = [
        row | {"carat": carat} for row, carat in zip(cards["diamond-price"]["real_rows"], [5.4, 99.0, 1.0], strict=False)
    ]
    answer = read(ask(service, "diamond-price", written(pa.Table.from_pylist(rows), "csv"), "csv"))
    assert [row["warnings"] for row in answer] == ["carat: outside_training_range", "", ""]
    assert [row["error_codes"] for row in answer] == ["", "carat: out_of_range", ""]
