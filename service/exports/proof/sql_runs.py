"""Run a query of a model on a table of rows, in SQLite and in PostgreSQL."""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

from service.exports.code.languages import table_name
from service.exports.code.program import Program
from service.exports.code.text_safety import sql_name
from service.exports.proof.proof_answers import REFUSED, Answer, CodeFailed, TimedAnswers
from service.schemas import Row

_KEY = "row_number"
_POSTGRESQL_TYPES = {"number": "double precision", "flag": "boolean", "choice": "text", "day": "date"}


def run_sqlite(program: Program, query: str, rows: Sequence[Row]) -> TimedAnswers:
    """Return an answer for each row. Raises CodeFailed."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(_create(program, {}))
            connection.executemany(_insert(program, "?"), _values(program, rows))
            start = time.perf_counter()
            cursor = connection.execute(query)
            lines = cursor.fetchall()
            seconds = time.perf_counter() - start
            answers = _answers([column[0] for column in cursor.description], lines)
            return TimedAnswers(answers, f"SQLite {sqlite3.sqlite_version}", seconds)
        except sqlite3.Error as error:
            raise CodeFailed(f"SQLite: {error}") from None


def run_postgresql(program: Program, query: str, rows: Sequence[Row], address: str) -> TimedAnswers:
    """Return an answer for each row. The table is a temporary one. Raises CodeFailed."""
    import psycopg

    with psycopg.connect(address) as connection:
        try:
            connection.execute(_create(program, _POSTGRESQL_TYPES).encode())
            with connection.cursor() as inserting:
                inserting.executemany(_insert(program, "%s").encode(), _values(program, rows))
            start = time.perf_counter()
            cursor = connection.execute(query.encode())
            lines = cursor.fetchall()
            seconds = time.perf_counter() - start
            names = [column.name for column in cursor.description or []]
            version = connection.info.parameter_status("server_version") or ""
            return TimedAnswers(_answers(names, lines), f"PostgreSQL {version.split()[0]}", seconds)
        except psycopg.Error as error:
            raise CodeFailed(f"PostgreSQL: {error}") from None
        finally:
            connection.rollback()


def _create(program: Program, types: dict[str, str]) -> str:
    columns = "".join(f", {sql_name(field.name)} {types.get(field.kind, '')}" for field in program.fields)
    return f"CREATE TEMPORARY TABLE {sql_name(table_name(program))} ({_KEY} integer{columns})"


def _insert(program: Program, place: str) -> str:
    places = ", ".join([place] * (len(program.fields) + 1))
    return f"INSERT INTO {sql_name(table_name(program))} VALUES ({places})"  # noqa: S608 - the name of a model


def _values(program: Program, rows: Sequence[Row]) -> list[list[Any]]:
    return [[index, *(row.get(field.name) for field in program.fields)] for index, row in enumerate(rows)]


def _answers(names: Sequence[str], lines: Iterable[Sequence[Any]]) -> list[Answer]:
    """Return the answers of the lines of a query, in the order of the rows."""
    by_row = sorted((dict(zip(names, line, strict=True)) for line in lines), key=lambda cells: cells[_KEY])
    numbers = [name for name in names if name.startswith("model_answer_")]
    numbers += [name for name in ("model_low", "model_high") if name in names]
    return [
        Answer(tuple(cells[name] for name in numbers), cells.get("model_label"), cells["model_decision"])
        if cells["model_fault"] is None
        else REFUSED
        for cells in by_row
    ]
