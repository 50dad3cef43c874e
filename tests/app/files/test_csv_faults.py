"""Small faults of real CSV files that do not stop a file: blank lines, nameless columns, spaces, words for missing values."""

import io
import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from tests.support.row_files import DIAMOND, ask, read, recognised, text_of, written

NAMES, CELLS = [*DIAMOND], [*map(str, DIAMOND.values())]
MODEL = "diamond-price"


@pytest.fixture(scope="module")
def value(service: TestClient) -> float:
    """The price of the diamond, asked in JSON."""
    answer = service.post(f"/v1/models/{MODEL}/predictions", json={"rows": [DIAMOND]}).json()
    price: float = answer["predictions"][0]["value"]
    return price


def rows_of(service: TestClient, body: bytes | str, query: str = "") -> list[dict[str, Any]]:
    answer = ask(service, MODEL, body.encode() if isinstance(body, str) else body, "csv", "arrow", query=query)
    assert answer.status_code == 200, answer.text
    return read(answer)


def scored(service: TestClient, body: bytes | str, query: str = "") -> list[float | None]:
    return [row["value"] for row in rows_of(service, body, query)]


def test_nameless_columns_without_a_cell_carry_nothing(service: TestClient, value: float) -> None:
    body = text_of([*NAMES, "", "", "note"], [[*CELLS, "", "", "x"], [*CELLS, "", "", "y"]])
    result = rows_of(service, body, "?inputs=keep")
    assert [row["value"] for row in result] == [value, value]
    assert list(result[0])[:7] == [*NAMES, "note"]


def test_one_nameless_column_with_cells_comes_back(service: TestClient, value: float) -> None:
    body = text_of(["", *NAMES, ""], [["17", *CELLS, ""]])
    (result,) = rows_of(service, body)
    assert (result[""], result["value"]) == ("17", value)


def test_two_nameless_columns_with_cells_refuse_the_file(service: TestClient) -> None:
    answer = ask(service, MODEL, text_of([*NAMES, "", ""], [[*CELLS, "a", ""], [*CELLS, "", "b"]]), "csv")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "duplicate_column")


@pytest.mark.parametrize("blank", [",,,,,", " ,, ,,,", ",,,,,,,,,", '"",,,,,', ""])
def test_lines_of_separators_are_blank_lines(blank: str, service: TestClient, value: float) -> None:
    head, row = ",".join(NAMES), ",".join(CELLS)
    body = f"{blank}\n{head}\n{blank}\n{row}\n{blank}\n{row}\n{blank}\n"
    result = rows_of(service, body)
    assert [(row["value"], row["row"]) for row in result] == [(value, 1), (value, 2)]
    broken = body.replace("0.7", "x", 1)
    assert rows_of(service, broken)[0]["error"].startswith("row 1, line 4,")


def test_a_row_may_lack_cells_that_only_pass_through(service: TestClient, value: float) -> None:
    body = text_of([*NAMES, "note", "more"], [[*CELLS, "x", "y"], CELLS, [*CELLS, "z"]])
    result = rows_of(service, body)
    assert [(row["note"], row["more"], row["value"]) for row in result] == [
        ("x", "y", value),
        (None, None, value),
        ("z", None, value),
    ]
    result = rows_of(service, text_of(["id", *NAMES], [["1", *CELLS[:-1]]]))
    assert [row["error_codes"] for row in result] == ["wrong_cells"]


def test_spaces_around_a_category_do_not_count(service: TestClient, value: float) -> None:
    body = ", ".join(NAMES) + "\n" + ", ".join(CELLS) + "\n"
    assert scored(service, body) == [value]


@pytest.mark.parametrize("kind", ["csv", "arrow"])
def test_an_answer_can_be_scored_again_and_again(kind: str, service: TestClient, value: float) -> None:
    body, prefixes = written(pa.Table.from_pylist([DIAMOND]), kind), []
    for _ in range(3):
        answer = ask(service, MODEL, body, kind, kind, query="?inputs=keep")
        prefixes.append(recognised(answer).get("prefix", ""))
        body = answer.content
    assert prefixes == ["", "prediction_", "prediction_2_"]
    (result,) = read(answer)
    assert [float(result[f"{prefix}value"]) for prefix in prefixes] == [value] * 3
    assert list(result)[:7] == [*NAMES, "decision"]


@pytest.mark.parametrize("name", ["label", "value", "row", "error", "decision"])
def test_a_column_may_have_the_name_of_an_added_one(name: str, service: TestClient) -> None:
    for model in ("credit-default", MODEL):
        card = service.get(f"/v1/models/{model}").json()
        row = card["real_rows"][0]
        answer = ask(service, model, text_of(["id", name, *row], [["A", "1", *row.values()]]), "csv")
        (result,) = read(answer)
        assert (answer.status_code, result["id"], result[name]) == (200, "A", "1")
        assert not result.get("prediction_error")


def test_the_caller_may_choose_the_prefix(service: TestClient, value: float) -> None:
    (result,) = rows_of(service, text_of([*NAMES, "value"], [[*CELLS, "7"]]), "?prefix=model%20")
    assert (result["value"], result["model value"], result["model row"]) == ("7", value, 1)
    long = ask(service, MODEL, text_of(NAMES, [CELLS]), "csv", query="?prefix=" + "x" * 65)
    assert (long.status_code, long.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("word", ["NA", "n/a", "#N/A", "#N/D", "null", "NULL", "None", "NaN", "-", "–", " NA "])
def test_words_for_missing_values_are_a_choice_of_the_caller(word: str, service: TestClient) -> None:
    cells = [word if name == "depth" else cell for name, cell in zip(NAMES, CELLS, strict=True)]
    body = text_of(NAMES, [cells])
    assert rows_of(service, body)[0]["error_codes"] == "depth: wrong_type"
    assert rows_of(service, body, "?missing=words")[0]["error_codes"] == "depth: missing_field"


def test_a_word_that_is_a_category_is_no_missing_value(toys: TestClient) -> None:
    names, cells = ["area", "rooms", "state", "lift", "floor"], ["50", "NA", "poor", "yes", "3"]
    body = text_of(names, [cells, [*cells[:2], "null", *cells[3:]]])
    result = ask(toys, "flat-price", body, "csv", "json", query="?missing=words").json()
    rows = [{"area": 50, "state": state, "lift": True, "floor": 3} for state in ("poor", None)]
    expected = toys.post("/v1/models/flat-price/predictions", json={"rows": rows}).json()
    assert [each["value"] for each in result["predictions"]] == [each["value"] for each in expected["predictions"]]


THOUSANDS = [
    ("1,500", "thousands=comma", 1500.0),
    ("1,500.5", "thousands=comma", 1500.5),
    ("1.500", "thousands=point", 1500.0),
    ("1.500,5", "thousands=point", 1500.5),
    ("1 500", "thousands=space", 1500.0),
    ("1 500", "", 1500.0),
    ("1 500,00", "", 1500.0),
    ("50\u00a0000", "", 50000.0),
    ("-1\u202f234\u202f567,5", "", -1234567.5),
    ("1\u00a0500,5", "thousands=space", 1500.5),
    ("12 345 678", "thousands=space", 12345678.0),
    ("1,500", "decimal=comma", 1.5),
    ("1.500", "decimal=point", 1.5),
    ("-1,234,567.25", "thousands=comma&decimal=point", -1234567.25),
]


@pytest.mark.parametrize(("cell", "query", "number"), THOUSANDS)
def test_signs_between_thousands_are_a_choice_of_the_caller(cell: str, query: str, number: float, toys: TestClient) -> None:
    body = text_of(["weight", "age", "coat", "noise", "indoor"], [[cell, "3", "short", "", "yes"]], ";")
    result = ask(toys, "pet-kind", body, "csv", "json", query=f"?{query}" if query else "").json()
    row = {"weight": number, "age": 3, "coat": "short", "noise": None, "indoor": True}
    expected = toys.post("/v1/models/pet-kind/predictions", json={"rows": [row]}).json()
    assert result["predictions"][0]["probabilities"] == expected["predictions"][0]["probabilities"]
    unclear = ask(toys, "pet-kind", body, "csv", "json").json()
    if cell in {"1,500", "1.500"}:
        assert unclear["errors"][0]["code"] == "unclear_thousands"
        assert "?thousands=" in unclear["detail"]


@pytest.mark.parametrize("cell", ["1,50", "15,00,000", "1500,000", "1,5000", "1 500", ",500"])
def test_digits_in_other_groups_are_no_number(cell: str, toys: TestClient) -> None:
    body = text_of(["weight", "age", "coat", "noise", "indoor"], [[cell, "3", "short", "", "yes"]], ";")
    result = ask(toys, "pet-kind", body, "csv", "json", query="?thousands=comma").json()
    assert [(error["column"], error["code"]) for error in result["errors"]] == [("weight", "wrong_type")]


def test_a_polish_spreadsheet_with_spaces_and_per_cent_signs_is_read_without_an_option(service: TestClient) -> None:
    row = service.get("/v1/models/credit-default").json()["examples"][1]["row"]
    row |= {"share_used_now": 0.625, "share_paid": 0.35, "last_payment": 1500, "credit_limit": 50000}
    cells = {name: str(value).replace(".", ",") for name, value in row.items()}
    cells |= {"share_used_now": "62,5\u00a0%", "share_paid": "35%"}
    cells |= {"last_payment": "1\u00a0500,00", "credit_limit": "50\u202f000"}
    body = text_of(list(cells), [list(cells.values())], ";")
    result = ask(service, "credit-default", body, "csv", "json").json()
    assert result["errors"] == []
    expected = service.post("/v1/models/credit-default/predictions", json={"rows": [row]}).json()
    assert result["predictions"][0]["probabilities"] == expected["predictions"][0]["probabilities"]


def test_a_per_cent_sign_in_another_field_is_refused_with_a_sentence(toys: TestClient) -> None:
    body = text_of(["weight", "age", "coat", "noise", "indoor"], [["62%", "3", "short", "", "yes"]], ";")
    (error,) = ask(toys, "pet-kind", body, "csv", "json").json()["errors"]
    assert (error["column"], error["code"]) == ("weight", "wrong_type")
    assert error["message"] == "Expected a number."


def test_one_sign_cannot_be_both(toys: TestClient) -> None:
    answer = ask(toys, "pet-kind", b"", "csv", query="?thousands=comma&decimal=comma")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_the_header_says_how_the_values_were_read(service: TestClient) -> None:
    body = text_of(NAMES, [CELLS])
    plain = recognised(ask(service, MODEL, body, "csv"))
    assert not {"thousands", "dates", "missing", "prefix"} & plain.keys()
    query = "?thousands=space&dates=day_first&missing=words&prefix=p_"
    chosen = recognised(ask(service, MODEL, body, "csv", query=query))
    assert {name: chosen[name] for name in ("thousands", "dates", "missing", "prefix", "decimal")} == {
        "thousands": "space",
        "dates": "day_first",
        "missing": "words",
        "prefix": "p_",
        "decimal": "point",
    }


INDICES = {
    "a named range": ({"kind": "range", "name": "rid", "start": 5, "stop": 11, "step": 2}, "rid", [5, 7, 9]),
    "a range without a name": (
        {"kind": "range", "name": None, "start": 3, "stop": 0, "step": -1},
        "__index_level_0__",
        [3, 2, 1],
    ),
    "the numbers of the rows": ({"kind": "range", "name": None, "start": 0, "stop": 3, "step": 1}, "", []),
    "another number of rows": ({"kind": "range", "name": "rid", "start": 0, "stop": 4, "step": 1}, "", []),
    "huge numbers": ({"kind": "range", "name": "rid", "start": 2**70, "stop": 2**70 + 3, "step": 1}, "", []),
    "no numbers": ({"kind": "range", "name": "rid", "start": "0", "stop": 3, "step": 0}, "", []),
    "the name of a column": (
        {"kind": "range", "name": "carat", "start": 5, "stop": 8, "step": 1},
        "__index_level_0__",
        [5, 6, 7],
    ),
}


@pytest.mark.parametrize("accept", ["csv", "arrow", "parquet"])
@pytest.mark.parametrize("kind", ["arrow", "parquet"])
@pytest.mark.parametrize(("index", "column", "values"), INDICES.values(), ids=INDICES)
def test_an_index_that_only_the_metadata_has_comes_back_as_a_column(
    index: dict[str, Any], column: str, values: list[int], kind: str, accept: str, service: TestClient
) -> None:
    pandas = {"index_columns": [index], "columns": []}
    table = pa.Table.from_pylist([DIAMOND] * 3).replace_schema_metadata({"pandas": json.dumps(pandas)})
    answer = ask(service, MODEL, written(table, kind), kind, accept)
    result = read(answer)
    assert next(iter(result[0])) == (column or "decision")
    assert [int(row[column]) for row in result if column] == values


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_pandas_finds_its_index_again(kind: str, service: TestClient) -> None:
    rows = pd.DataFrame([DIAMOND | {"note": "x"}] * 3)
    indices: list[Any] = [pd.RangeIndex(5, 8, name="rid"), pd.RangeIndex(10, 40, 10), pd.Index(["a", "b", "c"], name="key")]
    for index in [*indices, pd.Index([3, 1, 2])]:
        table = pa.Table.from_pandas(rows.set_index(index))
        content = ask(service, MODEL, written(table, kind), kind, kind).content
        back: Any = (
            pa.ipc.open_stream(content).read_pandas() if kind == "arrow" else pq.read_table(io.BytesIO(content)).to_pandas()
        )
        assert back.index.tolist() == list(index)
        assert back.index.name == index.name
        assert back["note"].tolist() == ["x"] * 3
