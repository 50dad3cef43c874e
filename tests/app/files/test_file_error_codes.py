"""Promises of error messages for files: one code for each fault, one list of codes, two languages."""

import ast
import io
import re
import zipfile
from functools import partial
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.testclient import TestClient

from client import Card, Refused
from demo.files import refusal_text, row_fault_text, scored_file
from demo.text.translation import Translation
from tests.support.in_process_client import client_of
from tests.support.repository import ROOT
from tests.support.row_files import MEDIA, ask, text_of, written
from tests.support.workbooks import workbook
from wire.error_codes import MODEL_FAILED

MODEL = "diamond-price"
DIAMOND: dict[str, Any] = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57}
LISTED = dict(
    re.findall(
        r"^\| `(\w+)` \| (file|column|row|column, value|value) \|", (ROOT / "docs/files.md").read_text(), re.MULTILINE
    )
)
ENGLISH, POLISH = Translation("en"), Translation("pl")


def csv_of(**cells: Any) -> bytes:
    row = {name: str(value) for name, value in DIAMOND.items()} | cells
    return text_of(list(row), [list(row.values())] * 2, ";")


def without_values(names: list[str]) -> bytes:
    """Return a workbook whose formulas no program has computed."""
    book = openpyxl.Workbook()
    book.active.append(names)
    book.active.append(["=1+1"] * len(names))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.csv", csv_of())
        packed.writestr("b.csv", csv_of())
    return out.getvalue()


ARCHIVE = archive()
PACKED = [ROOT / "tabular" / name for name in ("compression.py", "workbook_archive.py", "workbook_reader.py")]
PICTURES = [ROOT / "tabular/picture_zip/picture_archive.py", *(ROOT / "service/pictures").rglob("*.py")]


def compressed() -> bytes:
    table = pa.table({name: [value] * 1000 for name, value in DIAMOND.items()})
    return written(table, "arrow", options=pa.ipc.IpcWriteOptions(compression="zstd"))


NAMES, CELLS = list(DIAMOND), list(DIAMOND.values())
FAULTS = {
    "several_files": (ARCHIVE, "application/zip", None),
    "not_workbook": (csv_of(), "xlsx", None),
    "unknown_sheet": (workbook([NAMES, CELLS]), "xlsx", None),
    "formula_without_value": (without_values(NAMES), "xlsx", 2),
    "empty_file": (b"", "csv", None),
    "no_header": (b"0.7;Ideal;G;VS2;61.8;57\n0.7;Ideal;G;VS2;61.8;57\n", "csv", None),
    "zero_bytes": (csv_of().decode().encode("utf-16-le"), "csv", None),
    "wrong_encoding": (csv_of() + b"\xff\xfe\xfa", "csv", 4),
    "unknown_charset": (csv_of(), "text/csv; charset=klingon", None),
    "mixed_decimals": (csv_of(table="57,5"), "csv", None),
    "unclear_thousands": (csv_of(table="1,234", carat="1", depth="62"), "csv", None),
    "long_cell": (csv_of(cut="x" * 200_000), "csv", 2),
    "open_quote": (csv_of() + b'"0.7;Ideal;G', "csv", 4),
    "text_after_quote": (csv_of() + b'"0.7"x;Ideal;G;VS2;61.8;57\n', "csv", 4),
    "damaged_file": (b"PAR1 and no more", "parquet", None),
    "compressed_batches": (compressed(), "arrow", None),
    "missing_column": (csv_of().replace(b"carat", b"how_heavy"), "csv", None),
    "ambiguous_column": (csv_of().replace(b"carat", b"Carat;CARAT").replace(b"\n0.7;", b"\n0.7;0.8;"), "csv", None),
    "duplicate_column": (text_of([*DIAMOND, "id", "id"], []), "csv", None),
    "taken_column": (text_of([*DIAMOND, "my_error_codes"], []), "csv", None),
    "wrong_type": (written(pa.table({name: ["0.7"] for name in DIAMOND}), "arrow"), "arrow", None),
}


OPTIONS = {"taken_column": {"prefix": "my_"}, "unknown_sheet": {"sheet": "No"}}
"""Code → the parameters of the request."""


def refused(code: str, service: TestClient) -> Refused:
    """Return what the client raises for the file with this fault."""
    body, kind, _ = FAULTS[code]
    with (
        pytest.raises(Refused) as raised,
        client_of(service).score_file(MODEL, pa.BufferReader(body), MEDIA.get(kind, kind), **OPTIONS.get(code, {})),
    ):
        pass
    return raised.value


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_of_a_file_has_its_code(code: str, service: TestClient) -> None:
    body, kind, line = FAULTS[code]
    query = "?" + urlencode(OPTIONS.get(code, {}))
    problem = ask(service, MODEL, body, kind, query=query).json()
    assert (problem["code"], problem["errors"][0]["code"]) == ("invalid_file", code)
    assert problem["errors"][0].get("line") == line
    assert ("column" in problem["errors"][0]) == (LISTED[code] != "file")


def test_the_list_of_codes_is_complete() -> None:
    assert {code for code, of in LISTED.items() if of not in {"row", "value"}} == FAULTS.keys()
    words = {
        node.value
        for file in (*(ROOT / "service/files").rglob("*.py"), ROOT / "wire/cells/decimal_sign.py", *PACKED, *PICTURES)
        if file.name != "pandas_index.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {word for word in words if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)}
    by_type = {
        node.args[1].value
        for file in (ROOT / "service/fields").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Fault" and isinstance(node.args[1], ast.Constant)
    }
    assert LISTED.keys() <= named | by_type | {MODEL_FAILED}
    assert by_type - LISTED.keys() == {"invalid_text", "out_of_range", "unknown_category"}  # as in JSON
    assert named - LISTED.keys() == {"zero_copy_only", "error_codes", "computed_at", "is_animated"} & named


@pytest.mark.parametrize("code", FAULTS)
def test_the_page_says_each_fault_in_both_languages_and_never_falls_back(code: str, service: TestClient) -> None:
    error = refused(code, service)
    english, polish = refusal_text.describe_file_errors(error, ENGLISH), refusal_text.describe_file_errors(error, POLISH)
    assert english
    assert len(polish) == len(english)
    assert not set(english) & set(polish)
    assert not {error.detail, *(each["message"] for each in error.errors)} & set(polish)
    assert "{" not in "".join([*english, *polish])


def test_what_is_missing_is_named_once(service: TestClient) -> None:
    assert refusal_text.describe_file_errors(refused("missing_column", service), POLISH) == ["Brakuje 1 kolumny: carat."]


def test_a_row_of_a_broken_quote_is_named_by_its_line(service: TestClient) -> None:
    (polish,) = refusal_text.describe_file_errors(refused("open_quote", service), POLISH)
    assert "linii 4" in polish


@given(some.sampled_from(["a_new_code", "", "unknown_model"]), some.text(max_size=20))
def test_a_code_that_is_not_known_keeps_the_services_sentence(code: str, sentence: str) -> None:
    refusal = Refused(sentence or "?", "", status=422, code=code, errors=[])
    assert refusal_text.describe_file_errors(refusal, POLISH) == [sentence or "?"]
    column: Any = {"pointer": "", "column": "depth", "line": "", "code": code, "message": "Odd."}
    assert refusal_text.describe_file_errors(Refused("?", "", status=422, code=code, errors=[column]), POLISH) == [
        "depth: Odd."
    ]
    card: Any = {"inputs": [{"name": "depth", "type": "number"}]}
    assert row_fault_text.describe_row_errors(card, f"depth: {code}", sentence, {}, POLISH) == sentence
    assert row_fault_text.describe_row_errors(card, f"wrong_cells; width: {code}", sentence, {}, POLISH) == sentence


ROWS = {
    "depth: missing_field": ({"depth": ""}, "depth: brak wartości"),
    "depth: wrong_type": ({"depth": "n/a"}, "depth „n/a” to nie liczba"),
    "depth: not_finite": ({"depth": "1e999"}, "depth „1e999” to liczba nieskończona"),
    "cut: unknown_category": (
        {"cut": "Poor"},
        "cut „Poor” nie jest żadną z wartości: Fair, Good, Very Good, Premium, Ideal",
    ),
    "carat: out_of_range": ({"carat": "9"}, "carat „9” jest poza zakresem od 0,2 do 5,5\N{NO-BREAK SPACE}ct"),
    "wrong_cells": ({"more": ""}, "inna liczba komórek niż kolumn"),
}


def test_a_row_that_was_refused_says_why_in_the_readers_language(service: TestClient, cards: dict[str, Card]) -> None:
    rows = [[*({name: str(value) for name, value in DIAMOND.items()} | cells).values()] for cells, _ in ROWS.values()]
    content = io.BytesIO(text_of(list(DIAMOND), rows, ";"))
    with client_of(service).score_file(MODEL, content, MEDIA["csv"]) as (recognised, parts):
        answer = scored_file.read_answer(parts, lambda _: None)
    assert answer["error_codes"].to_pylist() == list(ROWS)
    file = scored_file.ScoredFile.of_answer("rows.csv", recognised, cards[MODEL], answer)
    table = scored_file.select_rows(cards[MODEL], file.table, scored_file.REFUSED, "file")
    for tr, expected in ((POLISH, [messages for _, messages in ROWS.values()]), (ENGLISH, None)):
        describe = partial(row_fault_text.describe_row_errors, cards[MODEL], tr=tr)
        translated = scored_file.replace_error_codes(file, table, describe)
        assert translated.schema.names[:2] == ["row", "error"]
        messages = translated["error"].to_pylist()
        assert messages == expected if expected else not set(messages) & set(table["error"].to_pylist())


def test_several_faults_of_a_row_are_all_named(cards: dict[str, Card]) -> None:
    messages = row_fault_text.describe_row_errors(
        cards[MODEL], "depth: missing_field; carat: wrong_type", "?", {"carat": "big"}, ENGLISH
    )
    assert messages == "depth: no value; carat “big” is not a number"


def test_a_row_that_the_model_cannot_score_says_so_in_the_readers_language(cards: dict[str, Card]) -> None:
    describe = partial(row_fault_text.describe_row_errors, cards[MODEL], "model_failed", "?", {})
    assert describe(ENGLISH) == "the model gave no valid answer"
    assert describe(POLISH) == "model nie dał poprawnej odpowiedzi"
