"""Promises of files: the same numbers as in JSON, no guesses, each bad row refused alone, each bad file refused as a whole."""

import io
import json
import resource
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.errors import ModelFailed
from service.files.file_request import FileRequest
from service.files.score_file import score_file
from service.rows.columns import Columns
from service.settings import Settings
from tests.support.explained_models import CountingScorer
from tests.support.formula_models import FLAT_ROW, TOYS
from tests.support.row_files import MEDIA, ask, read, recognised, sent, text_of, written
from tests.support.service_app import serve

MODELS = ["credit-default", "credit-scorecard", "diamond-price", "comment-sentiment"]
Matrix = NDArray[np.float64]
KINDS = ["csv", "arrow", "parquet"]
DIAMOND = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57.0}


def numbers(rows: list[dict[str, Any]]) -> list[list[float]]:
    names = [name for name in rows[0] if name.startswith("probability_") or name in {"value", "low", "high"}]
    return [[float(row[name]) for name in names] for row in rows]


def numbers_of_json(answer: dict[str, Any]) -> list[list[float]]:
    return [
        list(each["probabilities"].values())
        if "label" in each
        else [each["value"], each["interval"]["low"], each["interval"]["high"]]
        for each in answer["predictions"]
    ]


@pytest.mark.parametrize("accept", [*KINDS, "json", None])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MODELS)
def test_a_row_gets_the_same_number_from_every_kind_of_file(
    name: str, kind: str, accept: str | None, service: TestClient, cards: dict[str, Any]
) -> None:
    rows = cards[name]["real_rows"]
    expected = service.post(f"/v1/models/{name}/predictions", json={"rows": rows}).json()
    answer = ask(service, name, written(pa.Table.from_pylist(rows), kind), kind, accept)
    assert answer.status_code == 200, answer.text
    if accept == "json":
        found = answer.json()
        without = [each | {"warnings": []} for each in expected["predictions"]]
        assert [each | {"warnings": []} for each in found["predictions"]] == without
        assert (found["errors"], found["version"]) == ([], expected["version"])
        return
    assert answer.headers["content-type"].partition(";")[0] == MEDIA[accept or kind]
    found = read(answer)
    assert numbers(found) == numbers_of_json(expected)
    assert [row["decision"] or None for row in found] == [each["decision"] for each in expected["predictions"]]
    assert [int(row["row"]) for row in found] == list(range(1, len(rows) + 1))
    assert not any(row["error"] for row in found)


@pytest.mark.parametrize("accept", KINDS)
def test_rows_in_json_may_be_answered_as_a_file(accept: str, service: TestClient, cards: dict[str, Any]) -> None:
    rows = cards["diamond-price"]["real_rows"]
    expected = service.post("/v1/models/diamond-price/predictions", json={"rows": rows}).json()
    answer = service.post("/v1/models/diamond-price/predictions", json={"rows": rows}, headers={"Accept": MEDIA[accept]})
    assert numbers(read(answer)) == numbers_of_json(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_columns_have_any_order_and_other_columns_are_repeated(kind: str, service: TestClient) -> None:
    rows = [DIAMOND | {"id": f"00{index}", "note": 'a "quoted", note\nof two lines'} for index in range(3)]
    table = pa.Table.from_pylist(rows).select(["note", "table", "cut", "id", "carat", "clarity", "depth", "color"])
    answer = ask(service, "diamond-price", written(table, kind), kind)
    found = read(answer)
    assert [row["id"] for row in found] == ["000", "001", "002"]
    assert [row["note"] for row in found] == [row["note"] for row in rows]
    assert list(found[0]) == ["note", "id", "decision", "value", "low", "high", "error_codes", "error", "row"]
    assert recognised(answer)["ignored"] == ["note", "id"]
    assert (recognised(answer)["format"], recognised(answer)["rows"]) == (kind, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_repeats_the_inputs_on_request(kind: str, service: TestClient) -> None:
    rows = [DIAMOND | {"id": "7"}, DIAMOND | {"carat": -1.0, "id": "8"}]
    table = pa.Table.from_pylist(rows).select(["id", *reversed(list(DIAMOND))])
    found = read(ask(service, "diamond-price", written(table, kind), kind, query="?inputs=keep"))
    assert list(found[0])[:7] == table.schema.names
    assert [float(row["carat"]) for row in found] == [0.7, -1.0]


def test_types_of_other_columns_stay_as_they_are(service: TestClient) -> None:
    table = pa.table(
        {name: [value] * 2 for name, value in DIAMOND.items()}
        | {"day": pa.array([1, None], pa.date32()), "parts": [[1, 2], []], "kind": pa.array(["a", "b"]).dictionary_encode()}
    )
    for kind in ("arrow", "parquet"):
        answer = ask(service, "diamond-price", written(table, kind), kind, "arrow")
        found = pa.ipc.open_stream(answer.content).read_all()
        assert found.select(["day", "parts", "kind"]).to_pylist() == table.select(["day", "parts", "kind"]).to_pylist()
        assert found.schema.field("day").type == pa.date32()
    assert ask(service, "diamond-price", written(table, "arrow"), "arrow", "csv").json()["code"] == "not_acceptable"


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_row_is_refused_and_the_good_rows_are_scored_in_order(kind: str, service: TestClient) -> None:
    rows = [DIAMOND, DIAMOND | {"cut": "Shiny"}, DIAMOND | {"carat": -1.0, "depth": None}, DIAMOND]
    found = read(ask(service, "diamond-price", written(pa.Table.from_pylist(rows), kind), kind))
    assert [bool(row["error"]) for row in found] == [False, True, True, False]
    assert found[0]["value"] == found[3]["value"]
    assert (found[1]["value"] or None, found[2]["low"] or None) == (None, None)
    assert "row 2" in found[1]["error"]
    assert "column cut: One of: Fair" in found[1]["error"]
    assert "column carat: Expected a value from 0.2 to 5.5" in found[2]["error"]
    assert "column depth: This field is missing." in found[2]["error"]
    assert [row["error_codes"] or "" for row in found] == [
        "",
        "cut: unknown_category",
        "depth: missing_field; carat: out_of_range",
        "",
    ]
    listed = ask(service, "diamond-price", written(pa.Table.from_pylist(rows), kind), kind, "json").json()
    assert [each is None for each in listed["predictions"]] == [False, True, True, False]
    assert {(each["row"], each["column"], each["code"]) for each in listed["errors"]} == {
        (2, "cut", "unknown_category"),
        (3, "carat", "out_of_range"),
        (3, "depth", "missing_field"),
    }


def test_an_error_names_the_physical_line(service: TestClient) -> None:
    names = [*DIAMOND, "note"]
    good = [*map(str, DIAMOND.values())]
    rows = [[*good, "one\ntwo\nthree"], [*good, ""], ["x", *good[1:], ""], [*good[:3]], [*good, "", ""]]
    text = text_of(names, rows).decode().replace(",57.0,\n", ",57.0,\n\n\n", 1)
    found = read(ask(service, "diamond-price", text.encode(), "csv"))
    lines = text.split("\n")
    assert found[2]["error"] == f"row 3, line {lines.index(','.join(rows[2])) + 1}, column carat: Expected a number."
    assert found[3]["error"] == "row 4, line 9, Expected 7 cells, found 3."
    assert found[4]["error"] == "row 5, line 10, Expected 7 cells, found 8."
    assert [row["note"] for row in found] == ["one\ntwo\nthree", "", "", "", ""]


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_that_is_not_known_is_refused_in_every_kind_of_file(kind: str, service: TestClient) -> None:
    table = pa.table({"id": [1, 2], "comment": ["Great room", None]})
    found = read(ask(service, "comment-sentiment", written(table, kind), kind))
    assert [row["error_codes"] or "" for row in found] == ["", "comment: missing_field"]


def test_a_row_with_empty_extra_cells_is_scored(service: TestClient) -> None:
    good = [*map(str, DIAMOND.values())]
    rows = [["7", *good, "x", "", ""], ["8", *good, "x", "", "y"], ["9", *good]]
    found = read(ask(service, "diamond-price", text_of(["id", *DIAMOND, "note"], rows), "csv"))
    assert [(row["id"], row["note"], row["error_codes"]) for row in found] == [
        ("7", "x", "wrong_cells"),
        ("", "", "wrong_cells"),
        ("", "", "wrong_cells"),
    ]


DIALECTS = [
    ("utf-8", ",", "."),
    ("utf-8", ";", ","),
    ("utf-8-sig", ";", ","),
    ("utf-8", "\t", ","),
    ("utf-16", "\t", "."),
    ("utf-8", "|", "."),
    ("utf-8", ",", ","),
]


@pytest.mark.parametrize(("encoding", "separator", "decimal"), DIALECTS)
def test_the_dialect_of_a_csv_does_not_change_its_numbers(
    encoding: str, separator: str, decimal: str, service: TestClient
) -> None:
    rows = [[str(value).replace(".", decimal) for value in DIAMOND.values()] + ["Łódź; ąę, |\t"]] * 3
    body = text_of([*DIAMOND, "miasto"], rows, separator).decode().replace("\n", "\r\n").encode(encoding)
    answer = ask(service, "diamond-price", body, "csv", "arrow")
    assert answer.status_code == 200, answer.text
    expected = service.post("/v1/models/diamond-price/predictions", json={"rows": [DIAMOND] * 3}).json()
    assert numbers(read(answer)) == numbers_of_json(expected)
    assert {row["miasto"] for row in read(answer)} == {"Łódź; ąę, |\t"}
    description = recognised(answer)
    assert description["separator"] == {"\t": "tab"}.get(separator, separator)
    assert description["decimal"] == {",": "comma", ".": "point"}[decimal]
    back = ask(service, "diamond-price", body, "csv")
    assert (separator in back.text.split("\n")[0], decimal in back.text.split("\n")[1]) == (True, True)


def test_an_encoding_that_is_named_is_used(service: TestClient) -> None:
    body = text_of([*DIAMOND, "miasto"], [[*map(str, DIAMOND.values()), "Łódź"]], ";").decode().encode("cp1250")
    refused = ask(service, "diamond-price", body, "csv")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_file")
    assert "charset=windows-1250" in refused.json()["detail"]
    answer = ask(service, "diamond-price", body, "text/csv; charset=windows-1250", "arrow")
    assert read(answer)[0]["miasto"] == "Łódź"


def test_a_file_of_one_column_may_hold_any_sign(service: TestClient) -> None:
    comments = ["Great room, rude staff", "So; so", 'He said "no"', "tab\there"]
    body = ("comment\n" + "\n".join(comments)).encode()
    expected = service.post(
        "/v1/models/comment-sentiment/predictions", json={"rows": [{"comment": each} for each in comments]}
    )
    assert numbers(read(ask(service, "comment-sentiment", body, "csv"))) == numbers_of_json(expected.json())


def with_cells(**cells: str) -> bytes:
    row = {name: str(value) for name, value in DIAMOND.items()} | cells
    return text_of(list(row), [list(row.values())] * 2, ";")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (with_cells(table="1,234", carat="1", depth="62"), "?decimal="),
        (with_cells(table="57,5"), "decimal comma and some a decimal point"),
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"carat;cut\n1;Ideal\n", "lacks columns: color"),
        (b"0.7;Ideal;G;VS2;61.8;57\n0.7;Ideal;G;VS2;61.8;57\n", "must name the columns"),
        (with_cells().replace(b"carat", b"Carat"), "lacks columns: carat"),
        (text_of([*DIAMOND, "id", "id"], []), "do not work"),
        (text_of([*DIAMOND, "carat"], []), "do not work"),
        (text_of([*DIAMOND, "value"], []), "do not work"),
        (with_cells() + b'"0.7;Ideal;G', "a quote is left open"),
        (with_cells() + b'"0.7"x;Ideal;G;VS2;61.8;57\n', "line 4"),
        (with_cells(cut="x" * 200_000), "longer than"),
        (with_cells() + b"\xff\xfe\xfa", "UTF-8"),
        (with_cells().decode().encode("utf-16-le"), "zero bytes"),
        (b"\xff\xfe" + b"\x00\xd8" * 5, "UTF-16"),
        (b"PK\x03\x04" + bytes(100), "zero bytes"),
    ],
)
def test_an_ambiguous_csv_is_refused_with_a_hint(body: bytes, word: str, service: TestClient) -> None:
    answer = ask(service, "diamond-price", body, "csv")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_file"), answer.text
    assert word in answer.json()["detail"]
    assert "x-file" not in answer.headers


@pytest.mark.parametrize("before", ["\n", "\r\n\r\n", "  \n", "sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\nsep=;\n"])
def test_lines_before_the_header_are_skipped(before: str, service: TestClient) -> None:
    body = before.encode() + with_cells() + b"0.7;Ideal\n"
    answer = ask(service, "diamond-price", body, "csv")
    assert (answer.status_code, recognised(answer)["rows"]) == (200, 3), answer.text
    found = read(answer)
    assert [row["error_codes"] for row in found] == ["", "", "wrong_cells"]
    assert f"row 3, line {before.count(chr(10)) + 4}," in found[2]["error"]


def test_a_first_line_may_be_long(service: TestClient) -> None:
    more = {f"{index:03} {'ż' * 900}": "x" for index in range(200)}
    found = read(ask(service, "diamond-price", with_cells(**more), "csv"))
    assert [list(row)[:200] for row in found] == [list(more)] * 2
    assert not found[0]["error"]


def test_a_row_too_long_is_refused_and_named_by_its_line(service: TestClient) -> None:
    long = ";".join(["x" * 100_000] * 11)
    for body, line in ((with_cells() + long.encode(), 4), (long.encode() + b"\n" + with_cells(), 1)):
        problem = ask(service, "diamond-price", body, "csv").json()
        assert (problem["errors"][0]["code"], problem["errors"][0]["line"]) == ("long_cell", line)
        assert "longer than 1,048,576 characters" in problem["detail"]


AREAS = [
    (";", ["20.000", "3.913"], None),
    ("\t", ["20.000", "1.234.567"], None),
    ("|", ["+20.000", "24"], None),
    (";", ["20.000", "0.5"], "point"),
    (";", ["20.000", "12.75"], "point"),
    (";", ["20.000", "1234.567"], "point"),
    (";", ["20.000", "1.234e2"], "point"),
    (";", ["0.123", "0.456"], "point"),
    (";", ["24", "31"], "point"),
    (",", ["20.125", "31.250"], "point"),
    (",", ["20,125", "31,250"], None),
    (";", ["20,125", "31,250"], None),
    (";", ["20,125", "31,25"], "comma"),
    (";", ["20.000", "31,25"], None),
    (";", ["20.000", "31,250"], None),
]


@pytest.mark.parametrize(("separator", "areas", "sign"), AREAS)
def test_a_possible_thousands_separator_is_a_decimal_sign_only_with_evidence(
    separator: str, areas: list[str], sign: str | None, toys: TestClient
) -> None:
    rows = [[area, "2", "good", "true", "3"] for area in areas]
    body = text_of(list(FLAT_ROW), rows, separator)
    answer = ask(toys, "flat-price", body, "csv", "json")
    if sign is None:
        assert answer.json()["errors"][0]["code"] in {"unclear_thousands", "mixed_decimals"}
        assert ask(toys, "flat-price", body, "csv", "json", query="?decimal=point").status_code == 200
    else:
        assert answer.json()["file"]["decimal"] == sign


def test_the_caller_may_give_the_decimal_sign(service: TestClient) -> None:
    body = with_cells(table="1,234", carat="0,7", depth="61,8")
    for sign, error in (("comma", "column table: Expected a value"), ("point", "column carat: Expected a number")):
        found = read(ask(service, "diamond-price", body, "csv", query=f"?decimal={sign}"))
        assert error in found[0]["error"]
    assert ask(service, "diamond-price", body, "csv", query="?decimal=x").status_code == 400
    assert ask(service, "diamond-price", body, "csv", query="?colour=x").json()["code"] == "invalid_request"


def test_a_name_that_is_nearly_right_is_pointed_out(service: TestClient) -> None:
    answer = ask(service, "diamond-price", with_cells().replace(b"carat", b"Carat"), "csv").json()
    assert answer["errors"] == [
        {
            "column": "carat",
            "code": "missing_column",
            "message": "The file has no column of this name. There is “Carat”: names are matched letter by letter.",
        }
    ]


CELLS = ["n/a", "NaN", "inf", "-inf", "1_000", "0x1", "1e999", "61.8 mm", "٣", "--1", "1.2.3", "1 234", "TRUE"]


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_is_not_a_number_is_never_read_as_one(cell: str, service: TestClient) -> None:
    (found, _) = read(ask(service, "diamond-price", with_cells(depth=cell), "csv"))
    assert "column depth: Expected a" in found["error"]


@pytest.mark.parametrize("cell", [" 61.8 ", "+61.8", "6.18e1", "61.80"])
def test_a_number_may_be_written_in_more_ways_than_one(cell: str, service: TestClient) -> None:
    (found, _) = read(ask(service, "diamond-price", with_cells(depth=cell), "csv"))
    expected = service.post("/v1/models/diamond-price/predictions", json={"rows": [DIAMOND]}).json()
    assert float(found["value"].replace(",", ".")) == expected["predictions"][0]["value"]


FLAT_CELLS = st.fixed_dictionaries(
    {
        "area": st.floats(10, 1e6) | st.integers(10, 90),
        "rooms": st.none() | st.integers(0, 9),
        "state": st.none() | st.sampled_from(["poor", "good", "new", "odd"]),
        "lift": st.booleans(),
        "floor": st.integers(0, 40),
    }
)
FLAT_TYPES = pa.schema(
    [("area", pa.float64()), ("rooms", pa.int8()), ("state", pa.string()), ("lift", pa.bool_()), ("floor", pa.uint16())]
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(FLAT_CELLS, min_size=1, max_size=8))
def test_every_type_of_field_is_read_from_every_kind_of_file(
    kind: str, rows: list[dict[str, Any]], toys: TestClient
) -> None:
    expected = toys.post("/v1/models/flat-price/predictions", json={"rows": rows}).json()
    answer = ask(toys, "flat-price", written(pa.Table.from_pylist(rows, FLAT_TYPES), kind), kind, "json").json()
    assert [each | {"warnings": []} for each in expected["predictions"]] == [
        each | {"warnings": []} for each in answer["predictions"]
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(max_size=12), min_size=5, max_size=5))
def test_a_row_of_csv_is_scored_only_if_its_cells_spell_values_of_the_model(cells: list[str], toys: TestClient) -> None:
    """The oracle is Python's own reading of each cell, and then the row in JSON."""
    try:
        body = text_of(list(FLAT_ROW), [cells])
    except UnicodeEncodeError:
        return
    answer = ask(toys, "flat-price", body, "csv", "json")
    if answer.status_code != 200:
        assert answer.json()["code"] == "invalid_file"
        return
    found = answer.json()["predictions"]
    if found and found[0]:
        area, rooms, _, lift, floor = (cell.strip().replace(",", ".") for cell in cells)
        truths = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        row = {
            "area": float(area),
            "rooms": float(rooms) if rooms else None,
            "state": cells[2] or None,
            "lift": truths[lift.lower()],
            "floor": float(floor),
        }
        expected = toys.post("/v1/models/flat-price/predictions", json={"rows": [row]}).json()
        assert expected["predictions"][0]["value"] == found[0]["value"]


def damaged(kind: str, body: bytes) -> list[bytes]:
    """Return the file cut and changed at many positions."""
    random = np.random.default_rng(0)
    cut = [body[: int(len(body) * part)] for part in (0.0, 0.1, 0.5, 0.9, 0.99)]
    bent = []
    for index in random.integers(0, len(body), 60):
        harmed = bytearray(body)
        harmed[index] ^= int(random.integers(1, 256))
        bent.append(bytes(harmed))
    return [*cut, *bent, b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff\xff\xff\xff\x7f", kind.encode() * 1000]


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_a_damaged_file_is_refused_or_scored_and_never_brings_the_service_down(kind: str, service: TestClient) -> None:
    rows = [DIAMOND | {"id": f"{index}", "carat": 0.3 + index / 100} for index in range(40)]
    for body in damaged(kind, written(pa.Table.from_pylist(rows), kind)):
        answer = ask(service, "diamond-price", body, kind, "json")
        assert answer.status_code in {200, 413, 422}, answer.text
    for body in damaged(kind, written(pa.Table.from_pylist(rows), kind))[1:5]:
        assert ask(service, "diamond-price", body, kind).json()["code"] == "invalid_file"


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_compressed_arrow_is_refused_before_it_is_unpacked(compression: str, service: TestClient) -> None:
    table = pa.table({name: [value] * 1000 for name, value in DIAMOND.items()})
    body = written(table, "arrow", options=pa.ipc.IpcWriteOptions(compression=compression))
    assert "compressed" in ask(service, "diamond-price", body, "arrow").json()["detail"]


def test_a_column_of_another_type_refuses_the_file(service: TestClient) -> None:
    for name, column in (("carat", ["0.7"]), ("cut", [1]), ("depth", [True]), ("table", [[1.0]])):
        table = pa.table({field: [value] for field, value in DIAMOND.items()} | {name: column})
        answer = ask(service, "diamond-price", written(table, "arrow"), "arrow").json()
        assert (answer["code"], answer["errors"][0]["column"]) == ("invalid_file", name)


def test_the_layout_of_arrow_columns_does_not_change_the_predictions(service: TestClient) -> None:
    plain = pa.table({name: [value, value] for name, value in DIAMOND.items()})
    other = pa.table(
        {
            "carat": pa.array([0.7, 0.7]).cast(pa.decimal128(5, 2)),
            "cut": pa.array(["Ideal", "Ideal"]).dictionary_encode(),
            "color": pa.array(["G", "G"], pa.large_string()),
            "clarity": pa.array(["VS2", "VS2"], pa.string_view()),
            "depth": [61.8, 61.8],
            "table": pa.array([57, 57], pa.int8()),
        }
    )
    assert numbers(read(ask(service, "diamond-price", written(other, "arrow"), "arrow"))) == numbers(
        read(ask(service, "diamond-price", written(plain, "arrow"), "arrow"))
    )


def test_not_a_number_is_refused_by_name(service: TestClient) -> None:
    table = pa.table({name: [value] * 3 for name, value in DIAMOND.items()} | {"carat": [0.7, float("nan"), float("inf")]})
    found = read(ask(service, "diamond-price", written(table, "arrow"), "arrow"))
    assert [row["error"] and "finite" in row["error"] for row in found] == [None, True, True]


@pytest.fixture(scope="module")
def narrow(bundles: Path) -> Iterator[TestClient]:
    yield from serve(Settings(bundles=str(bundles), max_file_bytes=20_000, max_file_rows=100, max_rows=50))


@pytest.mark.parametrize("kind", KINDS)
def test_limits_are_kept_before_anything_is_scored(kind: str, narrow: TestClient) -> None:
    def table(rows: int, **more: Any) -> bytes:
        return written(pa.table({name: [value] * rows for name, value in (DIAMOND | more).items()}), kind)

    assert ask(narrow, "diamond-price", table(100), kind, kind).status_code == 200
    for body, accept in ((table(101), kind), (table(60), "json"), (table(2, **{f"c{n}": 1 for n in range(1001)}), kind)):
        assert ask(narrow, "diamond-price", body, kind, accept).json()["code"] == "too_large"
    noise = np.random.default_rng(0).bytes(30_000).hex()
    assert ask(narrow, "diamond-price", table(1, note=noise), kind).json()["code"] == "too_large"


def test_a_parquet_row_group_that_unpacks_to_more_than_a_gigabyte_is_refused(service: TestClient) -> None:
    zeros = pa.array(np.zeros(1_000_000))
    texts = pa.array([""] * len(zeros))
    columns = {name: texts if isinstance(value, str) else zeros for name, value in DIAMOND.items()}
    table = pa.table(columns | {f"c{index}": zeros for index in range(135)})
    body = written(table, "parquet", use_dictionary=False, compression="zstd", row_group_size=len(zeros))
    assert len(body) < 2**21
    answer = ask(service, "diamond-price", body, "parquet").json()
    assert (answer["code"], "more than 1 GB" in answer["detail"]) == ("too_large", True), answer


@pytest.mark.parametrize("size", [1000, 2**22])
def test_a_full_disk_asks_the_caller_to_try_later(size: int, service: TestClient) -> None:
    body = with_cells(note="x" * 100_000) * 20
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limit[1]))
    try:
        status, headers, answer = sent(service, "diamond-price", pieces, "csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert (status, json.loads(answer)["code"]) == (503, "overloaded"), answer
    assert int(headers["retry-after"]) >= 1
    assert ask(service, "diamond-price", with_cells(), "csv").status_code == 200


def test_an_unsupported_media_type_is_named(service: TestClient) -> None:
    assert ask(service, "diamond-price", b"x", "application/vnd.ms-excel").status_code == 415
    answer = ask(service, "diamond-price", with_cells(), "csv", "image/png")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    answer = ask(service, "diamond-price", with_cells(), "csv", "image/png, text/*;q=0.5, application/json;q=0.4")
    assert answer.headers["content-type"].startswith("text/csv")
    gzip = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    assert service.post("/v1/models/diamond-price/predictions", content=b"x", headers=gzip).status_code == 415


def test_a_file_may_be_scored_by_a_named_version(service: TestClient, cards: dict[str, Any]) -> None:
    version = cards["diamond-price"]["version"]
    assert ask(service, "diamond-price", with_cells(), "csv", query=f"?version={version}").status_code == 200
    assert ask(service, "diamond-price", with_cells(), "csv", query="?version=no").json()["code"] == "unknown_version"


def test_a_file_without_rows_is_answered(service: TestClient) -> None:
    for kind in KINDS:
        table = pa.Table.from_pylist([DIAMOND]).slice(0, 0)
        for accept in (*KINDS, "json"):
            answer = ask(service, "diamond-price", written(table, kind), kind, accept)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["predictions"] if accept == "json" else read(answer)) == []


def test_long_lists_of_other_columns_are_shortened_in_the_header(service: TestClient) -> None:
    more = {f"column {index} " + "ż" * 60: "x" for index in range(900)}
    answer = ask(service, "diamond-price", with_cells(**more), "csv")
    assert answer.status_code == 200
    assert len(answer.headers["x-file"]) < 20_000
    assert recognised(answer)["ignored"][-1] == "…"


def test_a_model_that_fails_later_closes_the_connection(toys: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pa.Table.from_pylist([FLAT_ROW] * 40_000, FLAT_TYPES)
    scorer, asked = TOYS["flat-price"].scorer, []
    score = scorer.score

    def tired(columns: Columns) -> Any:
        asked.append(len(columns))
        if len(asked) > 1:
            raise RuntimeError("tired")
        return score(columns)

    monkeypatch.setattr(scorer, "score", tired)
    # What reaches the server from the app breaks the connection: no caller sees the end of an answer.
    with pytest.raises(ModelFailed):
        ask(TestClient(toys.app, base_url="http://localhost"), "flat-price", written(rows, "arrow"), "arrow")


def test_each_row_of_a_file_is_scored_once_in_large_batches(models: dict[str, Model], tmp_path: Path) -> None:
    counting = CountingScorer(models["credit-default"].scorer)
    model = replace(models["credit-default"], scorer=counting)
    rows = list(model.card.real_rows) * (100_000 // len(model.card.real_rows))
    (tmp_path / "rows.arrow").write_bytes(written(pa.Table.from_pylist(rows), "arrow"))
    answer = b"".join(map(bytes, score_file(model, tmp_path / "rows.arrow", FileRequest("arrow", "arrow")).pieces))
    assert pa.ipc.open_stream(answer).read_all().num_rows == len(rows)
    assert counting.rows == len(rows)
    assert counting.calls <= len(rows) / 1000


def test_every_kind_has_its_answer_in_parquet_that_others_read(service: TestClient) -> None:
    answer = ask(service, "diamond-price", with_cells(), "csv", "parquet")
    assert pq.read_schema(io.BytesIO(answer.content)).names[-2:] == ["error", "row"]
    assert json.loads(answer.headers["x-file"])["columns"] == list(DIAMOND)
