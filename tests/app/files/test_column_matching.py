"""Promises of columns with other names: found by label or spelling, or as the request says, in every kind of file."""

import json
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from tests.support.row_files import DIAMOND, ask, read, recognised, text_of, written
from tests.support.workbooks import workbook

MODEL = "diamond-price"
KINDS = ["csv", "arrow", "parquet", "xlsx"]


def body_of(kind: str, names: list[str], values: list[Any] | None = None) -> bytes:
    """Return a file with a column `id`, and columns with these names and values."""
    cells: list[Any] = ["7", *(values or DIAMOND.values())]
    if kind == "csv":
        return text_of(["id", *names], [[str(cell) for cell in cells]])
    if kind == "xlsx":
        return workbook([["id", *names], cells], has_name=False)
    return written(pa.table([[cell] for cell in cells], ["id", *names]), kind)


def renamed(**names: str) -> list[str]:
    return [names.get(name, name) for name in DIAMOND]


@pytest.fixture(scope="module")
def value(service: TestClient) -> float:
    answer = service.post(f"/v1/models/{MODEL}/predictions", json={"rows": [DIAMOND]}).json()
    price: float = answer["predictions"][0]["value"]
    return price


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "names",
    [{"carat": "Weight"}, {"carat": "MASA"}, {"carat": "Carat", "cut": "CUT"}, {"depth": "Depth ", "table": "Table"}],
)
def test_a_column_is_found_by_its_label_in_either_language_or_by_its_name_in_any_spelling(
    kind: str, names: dict[str, str], service: TestClient, value: float
) -> None:
    answer = ask(service, MODEL, body_of(kind, renamed(**names)), kind, "arrow")
    assert answer.status_code == 200, answer.text
    assert read(answer)[0]["value"] == value
    described = recognised(answer)
    assert {field: column.strip() for field, column in described["matched"].items()} == {
        field: column.strip() for field, column in names.items()
    }
    assert described["columns"] == list(DIAMOND)
    assert described["ignored"] == ["id"]
    kept = ask(service, MODEL, body_of(kind, renamed(**names)), kind, "arrow", query="?inputs=keep")
    assert [name.strip() for name in read(kept)[0]][:7] == ["id", *(name.strip() for name in renamed(**names))]


@pytest.mark.parametrize("kind", KINDS)
def test_the_request_says_which_column_holds_a_field(kind: str, service: TestClient, value: float) -> None:
    body = body_of(kind, renamed(carat="x", cut="Jak oszlifowany?"))
    problem = ask(service, MODEL, body, kind).json()
    assert [each["column"] for each in problem["errors"]] == ["carat", "cut"]
    assert problem["file"]["columns"] == ["id", "x", "Jak oszlifowany?"]
    query = "?columns=" + quote(json.dumps({"carat": "x", "cut": "Jak oszlifowany?"}))
    answer = ask(service, MODEL, body, kind, "arrow", query=query)
    assert read(answer)[0]["value"] == value
    assert recognised(answer)["matched"] == {"carat": "x", "cut": "Jak oszlifowany?"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_exact_name_wins_and_the_other_column_passes_through(kind: str, service: TestClient, value: float) -> None:
    body = body_of(kind, [*DIAMOND, "Weight"], [*DIAMOND.values(), 5.0])
    (row,) = read(ask(service, MODEL, body, kind, "arrow"))
    assert (row["value"], float(row["Weight"])) == (value, 5.0)


@pytest.mark.parametrize("kind", KINDS)
def test_two_columns_for_one_field_are_refused_with_both_names(kind: str, service: TestClient) -> None:
    body = body_of(kind, ["Carat", "Weight", *list(DIAMOND)[1:]], [0.5, *DIAMOND.values()])
    problem = ask(service, MODEL, body, kind).json()
    (error,) = problem["errors"]
    assert (error["column"], error["code"]) == ("carat", "ambiguous_column")
    assert "“Carat”, “Weight”" in error["message"]
    assert problem["file"]["columns"] == ["Carat", "Weight", "id"]
    settled = ask(service, MODEL, body, kind, "arrow", query="?columns=" + quote('{"carat": "Weight"}'))
    assert recognised(settled)["ignored"] == ["id", "Carat"]


@pytest.mark.parametrize(
    "columns", ["carat", "[]", '{"carat": 1}', '{"carat": ""}', '{"weight": "x"}', '{"carat": "x", "cut": "x"}', "[" * 9999]
)
def test_a_parameter_that_says_nothing_clear_is_refused(columns: str, service: TestClient) -> None:
    answer = ask(service, MODEL, body_of("csv", list(DIAMOND)), "csv", query="?columns=" + quote(columns))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_a_column_that_is_not_there_is_missing(service: TestClient) -> None:
    answer = ask(service, MODEL, body_of("csv", list(DIAMOND)), "csv", query="?columns=" + quote('{"carat": "x"}')).json()
    assert [(each["column"], each["code"]) for each in answer["errors"]] == [("carat", "missing_column")]
