"""The cells of a sheet: their texts in a CSV, and the kind of all cells of a column."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from wire.cells.time_values import duration_text

ColumnKind = Literal["int64", "float64", "bool", "date32", "timestamp[us]", "string"]
"""The name of the Arrow type that holds all cells of a column."""

MAX_ROWS, MAX_COLUMNS = 2**20, 1000
"""The rows of a sheet in Excel, and the columns that are read. Excel has 16,384."""
_MICROSECOND = timedelta(microseconds=1)
_TRUTHS = {True: "true", False: "false"}
_MAX_EXACT_INTEGER = 2**53
_WIDER: dict[frozenset[ColumnKind], ColumnKind] = {
    frozenset({"int64", "float64"}): "float64",
    frozenset({"date32", "timestamp[us]"}): "timestamp[us]",
}


class ColumnKinds:
    """The kinds of the columns of a sheet, from all their cells."""

    def __init__(self, width: int) -> None:
        self._kinds: list[ColumnKind | None] = [None] * width

    def add(self, cells: list[Any]) -> None:
        """Add the cells of a row. Cells beyond the columns do not count."""
        for index, value in enumerate(cells[: len(self._kinds)]):
            before = self._kinds[index]
            if value is None or before == "string":
                continue
            kind = _kind(value)
            if before is None:
                self._kinds[index] = kind
            elif before != kind:
                self._kinds[index] = _WIDER.get(frozenset({before, kind}), "string")

    def decide(self) -> list[ColumnKind]:
        """Return the kind of each column: `string` if its cells differ, or if it has none."""
        return [kind or "string" for kind in self._kinds]


def _kind(value: Any) -> ColumnKind:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64" if abs(value) <= _MAX_EXACT_INTEGER else "float64"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, datetime):
        return "date32" if value.time() == time() else "timestamp[us]"
    return "date32" if isinstance(value, date) else "string"


def cell_text(value: Any) -> str:
    """Return a value as the cell of a CSV: 0.7, true, 2026-11-29, 2026-11-29T14:30:00, 26:30:00."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return _TRUTHS[value]
    if isinstance(value, timedelta):
        return duration_text(value // _MICROSECOND, "us")
    if isinstance(value, date | time):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value) if isinstance(value, int) and abs(value) <= _MAX_EXACT_INTEGER else repr(float(value))


def is_empty(value: Any) -> bool:
    """Return whether a cell has no value."""
    return value is None or value == ""
