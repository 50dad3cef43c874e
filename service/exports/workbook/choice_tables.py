"""The sheet with lists: the categories of each field with their points, labels, decisions and names of fields."""

from collections.abc import Sequence
from typing import Any

from service.exports.code.program import Listed, Points, Program


class Exact(float):
    """A number with all its digits. XlsxWriter formats numbers with 16 digits, and some need 17."""

    def __format__(self, _format: str, /) -> str:
        return repr(float(self))


class ChoiceTables:
    """Writes a column for each list, and keeps where it is."""

    def __init__(self, program: Program, sheet: Any, heading: Any) -> None:
        self._sheet = sheet
        self._heading = heading
        self._next_column = 0
        self.choices: dict[int, str] = {}
        """Index of a field → the range of its categories."""
        self.numbers: dict[str, str] = {}
        """Name of a step → the range of its numbers."""
        for at, field in enumerate(program.fields):
            if field.kind == "choice":
                self.choices[at] = self._add(field.label or field.name, field.choices)
            for step in program.steps:
                if isinstance(step, Points) and step.field.index == at:
                    self.numbers[step.name] = self._add(step.name, list(map(Exact, step.values)))
        for step in program.steps:
            if isinstance(step, Listed):
                self.numbers[step.name] = self._add(step.name, list(map(Exact, step.values)))
        self.labels = self._add("label", program.labels)
        self.decisions = self._add("decision", [name for name, _ in program.bands])
        self.names = self._add("field", [field.name for field in program.fields])

    def _add(self, title: str, cells: Sequence[Any]) -> str:
        """Write a column; return its range."""
        from xlsxwriter.utility import xl_range_abs

        column = self._next_column
        if cells:
            self._next_column += 1
            self._sheet.write_string(0, column, title, self._heading)
            self._sheet.set_column(column, column, 18)
        for at, cell in enumerate(cells, 1):
            if isinstance(cell, str):
                self._sheet.write_string(at, column, cell)
            else:
                self._sheet.write_number(at, column, cell)
        return f"Choices!{xl_range_abs(1, column, max(len(cells), 1), column)}"
