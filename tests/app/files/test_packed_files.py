"""Promises of workbooks and compressed CSV files: scored as the CSV inside, and answered as a workbook on request."""

import gzip
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from service.settings import Settings
from tests.support.row_files import DIAMOND, MEDIA, ask, read, recognised, text_of
from tests.support.service_app import serve
from tests.support.workbooks import workbook

NAMES = ["id", *DIAMOND, "sold", "ok"]
ROW = ["007", *DIAMOND.values(), datetime(2026, 11, 29), True]
MODEL = "diamond-price"


@pytest.fixture(scope="module")
def value(service: TestClient) -> float:
    answer = service.post(f"/v1/models/{MODEL}/predictions", json={"rows": [DIAMOND]}).json()
    price: float = answer["predictions"][0]["value"]
    return price


def test_a_workbook_is_scored_and_answered_with_its_types(service: TestClient, value: float) -> None:
    body = workbook(
        [NAMES, ROW, [None] * 9, ["008", *DIAMOND.values(), datetime(2026, 11, 30), False]], hidden=[3], has_name=False
    )
    answer = ask(service, MODEL, body, "xlsx")
    assert answer.headers["content-type"] == MEDIA["xlsx"]
    described = recognised(answer)
    assert {name: described.get(name) for name in ("format", "rows", "sheet", "hidden_rows", "separator")} == {
        "format": "xlsx",
        "rows": 2,
        "sheet": "Rows",
        "hidden_rows": 1,
        "separator": None,
    }
    head, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    assert head == ("id", "sold", "ok", "decision", "value", "low", "high", "warnings", "error_codes", "error", "row")
    assert [row[:3] for row in rows] == [("007", datetime(2026, 11, 29), True), ("008", datetime(2026, 11, 30), False)]
    assert [row[4] for row in rows] == [value, value]
    typed = read(ask(service, MODEL, body, "xlsx", "arrow", query="?inputs=keep"))
    assert (typed[0]["carat"], typed[0]["cut"], typed[0]["value"]) == (0.7, "Ideal", value)


def test_a_bad_row_of_a_workbook_is_named_by_the_row_of_the_sheet(service: TestClient) -> None:
    bad = ROW.copy()
    bad[1], bad[5] = "n/a", None
    answer = ask(service, MODEL, workbook([[None], NAMES, ROW, [None], bad], has_name=False), "xlsx", "arrow")
    good, refused = read(answer)
    assert good["error"] is None
    assert refused["error"].startswith("row 2, line 5, column ")
    assert refused["error_codes"] == "carat: wrong_type; depth: missing_field"


def test_a_sheet_can_be_named(service: TestClient, value: float) -> None:
    body = workbook([NAMES, ROW], sheets=["Old", "New"], has_name=False)
    answer = ask(service, MODEL, body, "xlsx", "arrow", query="?sheet=New")
    assert (recognised(answer)["sheet"], read(answer)[0]["value"]) == ("New", value)
    problem = ask(service, MODEL, body, "xlsx", query="?sheet=None").json()
    assert problem["errors"][0]["code"] == "unknown_sheet"
    assert "Old, New" in problem["detail"]


def test_names_of_a_sheet_may_hold_separators(service: TestClient, value: float) -> None:
    body = workbook([["a;b|c\td, e", *NAMES], ["x;y", *ROW]], has_name=False)
    (row,) = read(ask(service, MODEL, body, "xlsx", "arrow"))
    assert (row["a;b|c\td, e"], row["value"]) == ("x;y", value)
    pasted = workbook([[";".join(DIAMOND)], [";".join(map(str, DIAMOND.values()))]], has_name=False)
    assert ask(service, MODEL, pasted, "xlsx").json()["errors"][0]["code"] == "missing_column"


@pytest.mark.parametrize("accept", ["csv", "arrow", "parquet", "json", "xlsx"])
def test_a_csv_and_a_workbook_have_the_same_answers(accept: str, service: TestClient, value: float) -> None:
    cells = [str(cell) for cell in ROW[:7]]
    for body, kind in ((text_of(NAMES[:7], [cells]), "csv"), (workbook([NAMES[:7], ROW[:7]], has_name=False), "xlsx")):
        answer = ask(service, MODEL, body, kind, accept)
        assert answer.status_code == 200, answer.text
        if accept == "json":
            assert answer.json()["predictions"][0]["value"] == value
        elif accept == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
            assert [cell.value for cell in sheet[2]][:3] == ["007", None, value]
        else:
            assert float(read(answer)[0]["value"]) == value


def test_rows_in_json_may_be_answered_as_a_workbook(service: TestClient, value: float) -> None:
    headers = {"Accept": MEDIA["xlsx"]}
    answer = service.post(f"/v1/models/{MODEL}/predictions", json={"rows": [DIAMOND]}, headers=headers)
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["B2"].value == value


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_compressed_csv_is_scored_and_answered_in_its_dialect(separator: str, service: TestClient, value: float) -> None:
    cells = [str(cell).replace(".", "," if separator == ";" else ".") for cell in ROW[:7]]
    body = gzip.compress(text_of(NAMES[:7], [cells], separator))
    answer = ask(service, MODEL, body, "application/gzip")
    assert recognised(answer) | {"encoding": "", "columns": [], "ignored": []} == {
        "format": "csv",
        "rows": 1,
        "columns": [],
        "ignored": [],
        "encoding": "",
        "separator": separator,
        "compression": "gzip",
        "decimal": "comma" if separator == ";" else "point",
    }
    assert float(read(answer)[0]["value"].replace(",", ".")) == value
    latin = gzip.compress(text_of([*NAMES[:7], "miasto"], [[*cells, "Łódź"]], separator).decode().encode("cp1250"))
    assert read(ask(service, MODEL, latin, "application/gzip; charset=windows-1250", "arrow"))[0]["miasto"] == "Łódź"


BOMBS: dict[str, tuple[Any, str]] = {
    "gzip": (lambda: gzip.compress(bytes(2**27)), "application/gzip"),
    "a workbook": (lambda: workbook([NAMES, *[[*ROW[:7], "x" * 30_000]] * 400]), "xlsx"),
}


@pytest.fixture(scope="module")
def narrow(bundles: Path) -> Iterator[TestClient]:
    yield from serve(Settings(bundles=str(bundles), max_file_bytes=5_000_000))


@pytest.mark.parametrize(("make", "kind"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_too_large(make: Any, kind: str, narrow: TestClient) -> None:
    body = make()
    assert len(body) < 1_000_000
    answer = ask(narrow, MODEL, body, kind)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), answer.text


def test_a_compressed_body_of_http_is_still_refused(service: TestClient) -> None:
    headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    assert service.post(f"/v1/models/{MODEL}/predictions", content=b"x", headers=headers).status_code == 415


def test_numbers_of_a_workbook_have_no_decimal_sign(service: TestClient) -> None:
    answer = ask(service, MODEL, workbook([NAMES, ROW]), "xlsx", query="?decimal=comma")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
