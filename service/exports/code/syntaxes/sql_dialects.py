"""SQLite and PostgreSQL."""

import sqlite3
from contextlib import closing

from service.exports.code.program import ProgramField
from service.exports.code.syntaxes.sql_syntax import SqlSyntax
from service.exports.code.text_safety import postgresql_quoted, sql_name, sqlite_quoted
from service.exports.expressions.nodes import FunctionName
from service.exports.refusals import NotExportable


class SqliteSyntax(SqlSyntax):
    real = "REAL"

    def number(self, value: float) -> str:
        """Return a number that SQLite reads without an error: it takes the last digit of some for another."""
        texts = [super().number(value), *(f"{value:.{digits}e}" for digits in range(16, 24))]
        with closing(sqlite3.connect(":memory:")) as database:
            exact = (text for text in texts if database.execute(f"SELECT {text}").fetchone()[0] == value)
            return next(exact, texts[0])

    def quote(self, text: str) -> str:
        return sqlite_quoted(text)

    def function(self, name: FunctionName, arguments: list[str]) -> str:
        names = {"log": "LN", "power": "POW", "smallest": "MIN", "largest": "MAX"}
        return f"{names.get(name, name.upper())}({', '.join(arguments)})"

    def boolean(self, name: str) -> str:
        return name

    def days(self, name: str) -> str:
        return f"JULIANDAY({name}) - 2440587.5"

    def type_faults(self, field: ProgramField) -> list[tuple[str, str]]:
        """A column of SQLite holds values of any type: CAST makes 0 of a text, and 'True' is neither true nor false.

        As dates it also takes `now` and 2026-02-30.
        """
        if field.kind == "choice":
            return []
        name = sql_name(field.name)
        if field.kind == "day":
            return [(f"DATE({name}) IS NOT {name}", f"{field.name}: Expected a date such as 2026-11-29.")]
        is_other_type = f"TYPEOF({name}) NOT IN ('integer', 'real', 'null')"
        if field.kind != "flag":
            return [(is_other_type, f"{field.name}: Expected a number.")]
        message = f"{field.name}: Expected true or false."
        return [(is_other_type, message), (f"{name} NOT IN (0, 1)", message)]


class PostgresqlSyntax(SqlSyntax):
    real = "DOUBLE PRECISION"

    def quote(self, text: str) -> str:
        if "\0" in text:
            raise NotExportable("a text of the card holds the character 0, which PostgreSQL does not store", "python")
        return postgresql_quoted(text)

    def function(self, name: FunctionName, arguments: list[str]) -> str:
        first = arguments[0]
        match name:
            case "exp":  # the server refuses results that are no float64
                return f"EXP(LEAST(GREATEST({first}, -700.0), 709.0))"
            case "log":
                return f"LN(CASE WHEN {first} > 0.0 THEN {first} END)"
            case "sqrt":
                return f"SQRT(CASE WHEN {first} >= 0.0 THEN {first} END)"
            case "smallest" | "largest":
                return f"{'LEAST' if name == 'smallest' else 'GREATEST'}({', '.join(arguments)})"
        return f"{name.upper()}({', '.join(arguments)})"

    def boolean(self, name: str) -> str:
        return f"CAST({name} AS BOOLEAN)"

    def days(self, name: str) -> str:
        return f"CAST({name} AS DATE) - DATE '1970-01-01'"
