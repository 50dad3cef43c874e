"""Promises of CSV files: every dialect gives the same numbers, and an ambiguous file is refused."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.support.formula_models import FLAT_ROW
from tests.support.row_files import DIAMOND, ask, numbers, numbers_of_json, read, recognised, text_of, with_cells


def test_an_error_names_the_physical_line(service: TestClient) -> None:
    names = [*DIAMOND, "note"]
    good = [*map(str, DIAMOND.values())]
    rows = [[*good, "one\ntwo\nthree"], [*good, ""], ["x", *good[1:], ""], [*good[:3]], [*good, "", ""]]
    text = text_of(names, rows).decode().replace(",57.0,\n", ",57.0,\n\n\n", 1)
    result = read(ask(service, "diamond-price", text.encode(), "csv"))
    lines = text.split("\n")
    assert result[2]["error"] == f"row 3, line {lines.index(','.join(rows[2])) + 1}, column carat: Expected a number."
    assert result[3]["error"] == "row 4, line 9, Expected 7 cells, found 3."
    assert result[4]["error"] == "row 5, line 10, Expected 7 cells, found 8."
    assert [row["note"] for row in result] == ["one\ntwo\nthree", "", "", "", ""]


def test_a_row_with_extra_cells_is_refused_and_keeps_its_cells_if_the_extra_ones_are_empty(service: TestClient) -> None:
    good = [*map(str, DIAMOND.values())]
    rows = [["7", *good, "x", "", ""], ["8", *good, "x", "", "y"]]
    result = read(ask(service, "diamond-price", text_of(["id", *DIAMOND, "note"], rows), "csv"))
    assert [(row["id"], row["note"], row["error_codes"]) for row in result] == [
        ("7", "x", "wrong_cells"),
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


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (with_cells(table="1,234", carat="1", depth="62"), "?decimal="),
        (with_cells(table="57,5"), "decimal comma and some a decimal point"),
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"carat;cut\n1;Ideal\n", "lacks columns: color"),
        (b"0.7;Ideal;G;VS2;61.8;57\n0.7;Ideal;G;VS2;61.8;57\n", "must name the columns"),
        (with_cells().replace(b"carat", b"heaviness"), "lacks columns: carat"),
        (text_of([*DIAMOND, "id", "id"], []), "do not work"),
        (text_of([*DIAMOND, "carat"], []), "do not work"),
        (with_cells() + b'"0.7;Ideal;G', "a quote is left open"),
        (with_cells() + b'"0.7"x;Ideal;G;VS2;61.8;57\n', "line 4"),
        (with_cells(cut="x" * 200_000), "longer than"),
        (with_cells() + b"\xff\xfe\xfa", "UTF-8"),
        (with_cells().decode().encode("utf-16-le"), "UTF-16 without its byte order mark"),
        (b"\xff\xfe" + b"\x00\xd8" * 5, "UTF-16"),
        (b"PK\x03\x04" + bytes(100), "it is a zip archive or an Excel workbook"),
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
    result = read(answer)
    assert [row["error_codes"] for row in result] == ["", "", "wrong_cells"]
    assert f"row 3, line {before.count(chr(10)) + 4}," in result[2]["error"]


def test_a_first_line_may_be_long(service: TestClient) -> None:
    more = {f"{index:03} {'ż' * 900}": "x" for index in range(200)}
    result = read(ask(service, "diamond-price", with_cells(**more), "csv"))
    assert [list(row)[:200] for row in result] == [list(more)] * 2
    assert not result[0]["error"]


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
        result = read(ask(service, "diamond-price", body, "csv", query=f"?decimal={sign}"))
        assert error in result[0]["error"]
    assert ask(service, "diamond-price", body, "csv", query="?decimal=x").status_code == 400
    assert ask(service, "diamond-price", body, "csv", query="?colour=x").json()["code"] == "invalid_request"


CELLS = ["n/a", "NaN", "inf", "-inf", "1_000", "0x1", "1e999", "61.8 mm", "٣", "--1", "1.2.3", "1 234", "TRUE"]


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_that_is_not_a_number_is_never_read_as_one(cell: str, service: TestClient) -> None:
    (result, _) = read(ask(service, "diamond-price", with_cells(depth=cell), "csv"))
    assert "column depth: Expected a" in result["error"]


@pytest.mark.parametrize("cell", [" 61.8 ", "+61.8", "6.18e1", "61.80"])
def test_a_number_may_be_written_in_more_ways_than_one(cell: str, service: TestClient) -> None:
    (result, _) = read(ask(service, "diamond-price", with_cells(depth=cell), "csv"))
    expected = service.post("/v1/models/diamond-price/predictions", json={"rows": [DIAMOND]}).json()
    assert float(result["value"].replace(",", ".")) == expected["predictions"][0]["value"]


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
    result = answer.json()["predictions"]
    if result and result[0]:
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
        assert expected["predictions"][0]["value"] == result[0]["value"]
