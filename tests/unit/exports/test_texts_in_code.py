"""Texts of a card in source code: the oracles are the readers of the languages themselves."""

import ast
import json
import re
import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from service.exports.code.identifiers import Identifiers, camel_case, pascal_case
from service.exports.code.text_safety import (
    MAX_COMMENT_CHARACTERS,
    comment_text,
    java_quoted,
    postgresql_quoted,
    python_quoted,
    quoted,
    sql_name,
    sqlite_quoted,
)
from tests.support.exported_models import HOSTILE

TEXTS = (
    st.text()
    | st.sampled_from(HOSTILE)
    | st.lists(st.sampled_from([*HOSTILE, '"', "'", "\\", "\n", "*/", "\0"])).map("".join)
)
_ENDS = ["*/", "/*", "]]>", "<!--", "-->", "--", "?>", "${", "{{", "{%"]


@given(TEXTS)
def test_python_reads_a_text_back(text: str) -> None:
    literal = python_quoted(text)
    assert ast.literal_eval(literal) == text
    assert literal.isprintable()


@given(TEXTS)
def test_json_which_shares_the_escapes_of_javascript_and_csharp_reads_a_text_back(text: str) -> None:
    for ascii_only in (True, False):
        literal = quoted(text, ascii_only=ascii_only)
        assert json.loads(literal) == text
        assert literal.isprintable()
        assert literal.isascii() or not ascii_only


@given(TEXTS)
def test_java_reads_no_line_break_and_no_quote_from_an_escape(text: str) -> None:
    """The compiler replaces `\\uXXXX` first, then reads the literal with its octal escapes."""
    literal = java_quoted(text)
    assert literal.isascii()
    first = re.sub(r"(?<!\\)((?:\\\\)*)\\u([0-9a-f]{4})", lambda match: match[1] + chr(int(match[2], 16)), literal)
    assert not set(first) & {"\n", "\r"}
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', first, re.DOTALL)
    units = re.sub(
        r"\\([0-7]{3}|.)",
        lambda match: chr(int(match[1], 8)) if len(match[1]) > 1 else match[1],
        first[1:-1],
        flags=re.DOTALL,
    )
    assert units.encode("utf-16", "surrogatepass").decode("utf-16") == text


@given(TEXTS)
def test_sqlite_reads_a_text_back(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    found = connection.execute(f"SELECT hex(CAST({sqlite_quoted(text)} AS BLOB))").fetchone()[0]
    connection.close()
    assert bytes.fromhex(found).decode() == text


@given(TEXTS)
def test_a_text_of_postgresql_is_one_literal(text: str) -> None:
    literal = postgresql_quoted(text)
    assert literal.isprintable()
    body = literal.removeprefix("E")
    assert re.fullmatch(r"'(?:[^'\\]|''|\\\\|\\U[0-9a-f]{8})*'", body)
    assert literal.startswith("E") or "\\" not in text


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_the_name_of_a_column_is_read_back(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    name = connection.execute(f"SELECT 1 AS {sql_name(text)}").description[0][0]
    connection.close()
    assert name == text


@given(TEXTS)
def test_nothing_ends_a_comment(text: str) -> None:
    for ascii_only in (True, False):
        comment = comment_text(text, ascii_only=ascii_only)
        assert len(comment) <= MAX_COMMENT_CHARACTERS
        assert comment.isprintable()
        assert "\\" not in comment
        assert comment.isascii() or not ascii_only
        assert [mark for mark in _ENDS if mark in comment] == []


@given(st.lists(TEXTS, max_size=12))
def test_every_name_is_one_of_its_kind_in_every_way_of_writing(texts: list[str]) -> None:
    identifiers = Identifiers()
    names = [*(identifiers.new(text) for text in texts), identifiers.numbered("tree"), identifiers.numbered("tree")]
    for write in (camel_case, pascal_case, str.upper, str):
        written = [write(name) for name in names]
        assert len(set(written)) == len(written)
        assert all(name.isidentifier() and name.isascii() for name in written)
