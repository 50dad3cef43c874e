"""Promises of the code that asks for a case: whatever a value holds, it stays a value, and the code reads as it runs."""

import ast
import json
import re
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.snippets.request_snippets import KEY, LANGUAGES, write_snippet
from tests.support.hostile_rows import HOSTILE_ROW
from tests.support.power_query import read_literals

URL = "https://models.example.com/api"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(list("\"'\\#()${}\n\r\x00`-")))
ROWS = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS, min_size=1
)


def snippet(language: str, row: dict[str, Any], *, with_key: bool = True) -> str:
    return write_snippet(language, URL, "credit-default", row, with_key=with_key)


@given(row=ROWS)
def test_a_shell_reads_one_request_with_the_row(row: dict[str, Any]) -> None:
    words = shlex.split(snippet("curl", row).replace(" \\\n  -", " -"))  # shlex knows no continued lines
    assert words[:3] == ["curl", "-sS", f"{URL}/v1/models/credit-default/predictions"]
    assert words[3:8:2] == ["-H", "-H", "-d"]
    assert json.loads(words[8]) == {"rows": [row]}
    assert len(words) == 9


@given(row=ROWS)
def test_python_reads_one_request_with_the_row(row: dict[str, Any]) -> None:
    request, check, show = ast.parse(snippet("python", row)).body[1:]
    assert isinstance(request, ast.Assign)
    assert isinstance(request.value, ast.Call)
    named = {each.arg: ast.literal_eval(each.value) for each in request.value.keywords}
    assert named["json"] == {"rows": [row]}
    assert {type(check), type(show)} == {ast.Expr}


@given(row=ROWS)
def test_power_query_reads_the_texts_of_the_row(row: dict[str, Any]) -> None:
    plain = {f"field_{index}": value for index, value in enumerate(row.values())}
    literals = read_literals(snippet("power-query", plain).partition("Json.FromValue(")[2])
    assert literals == [value for value in plain.values() if isinstance(value, str)]


@given(name=TEXTS)
def test_power_query_reads_the_name_of_any_field(name: str) -> None:
    code = snippet("power-query", {name: 1}).partition("Json.FromValue(")[2]
    assert read_literals(code) == ([] if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) else [name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_has_no_character_that_changes_how_it_is_read(language: str) -> None:
    hidden = [letter for letter in snippet(language, HOSTILE_ROW) if not letter.isprintable() and letter != "\n"]
    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_service_without_keys_gets_code_without_a_key_and_another_one_a_place_for_it(language: str) -> None:
    row = {"comment": f"my {KEY}\nis {KEY}"}
    assert snippet(language, row).count("Bearer") + snippet(language, row).count("bearer") == 1
    without = snippet(language, row, with_key=False)
    assert "earer" not in without
    assert without.count(KEY) == 2, "the values of the row stay as they are"
