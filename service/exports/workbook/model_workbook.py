"""Write the workbook of a program: a sheet of cases, one with the calculation, one with categories and points.

Texts of the card stand in cells alone, never in a formula, and no text is taken for a formula.
"""

import io
import unicodedata
from collections.abc import Sequence
from typing import Any

from service.exports.code.file_header import field_comment, header_lines
from service.exports.code.program import Program, refuse_fields
from service.exports.made_file import Proof
from service.exports.refusals import NotExportable
from service.exports.workbook.case_formulas import CaseFormulas
from service.exports.workbook.choice_tables import ChoiceTables, Exact
from service.exports.workbook.excel_syntax import ROW
from service.schemas import Row

CASES, CALCULATION, CHOICES = "Cases", "Calculation", "Choices"
SHOWN_CASES = 5
"""So many cases are in the file that people get; Excel fills the formulas down for more."""
_NOT_CALCULATED = ""
"""The stored result of a formula: LibreOffice calculates a formula without one when it opens the file, Excel every one."""
_COMMENT_HEIGHT = 60
"""The height of the line with the allowed values, in points."""
_PROOF_CHARACTERS = 30_000_000
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def check_texts(program: Program) -> None:
    """Raise NotExportable if a text that is compared or answered has a character that a cell does not keep."""
    refuse_fields(program, {"day", "moment"}, "Excel counts the days before March 1900 in its own way")
    texts = [
        *program.labels,
        *(name for name, _ in program.bands),
        *(each for field in program.fields for each in field.choices),
    ]
    for text in texts:
        if any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in text):
            raise NotExportable("a category, a label or a decision has a control character, which a workbook does not keep")


def write_workbook(program: Program, rows: Sequence[Row], proof: Proof | None = None) -> bytes:
    """Return the file with some rows as cases.

    Raises NotExportable if a formula is too long for Excel, or a text does not fit a cell.
    """
    import xlsxwriter

    check_texts(program)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, _OPTIONS)
    _Workbook(program, book).write(rows, proof)
    book.close()
    return content.getvalue()


def max_proof_rows(program: Program) -> int:
    """Return how many cases LibreOffice calculates in half a minute: it reads a million characters of formulas a second.

    Raises NotExportable as `write_workbook` does.
    """
    import xlsxwriter

    check_texts(program)
    book = xlsxwriter.Workbook(io.BytesIO(), _OPTIONS)
    formulas = CaseFormulas(program, ChoiceTables(program, book.add_worksheet(), None))
    book.close()
    return max(1, _PROOF_CHARACTERS // sum(len(formula) for _, formula in [*formulas.steps, *formulas.answers]))


class _Workbook:
    """The sheet of cases has its header lines on top, then a line with names, one with allowed values, and the cases."""

    def __init__(self, program: Program, book: Any) -> None:
        from service.exports.workbook.plain_sheet import PlainSheet

        self._program = program
        self._cases, self._calculation, self._choices = (
            book.add_worksheet(name, PlainSheet) for name in (CASES, CALCULATION, CHOICES)
        )
        self._bold = book.add_format({"bold": True})
        self._input = book.add_format({"bg_color": "#FFF7D6", "border": 1})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._tables = ChoiceTables(program, self._choices, self._bold)

    def write(self, rows: Sequence[Row], proof: Proof | None) -> None:
        program = self._program
        header = header_lines(program, needs="Excel 2010 or LibreOffice", proof=proof, ascii_only=False)
        for at, line in enumerate([*header, "Change a yellow cell, and the answer of its row moves."]):
            self._cases.write_string(at, 0, line, self._bold if at == 0 else None)
        self._names_row = len(header) + 2
        formulas = CaseFormulas(program, self._tables)
        self._write_names(formulas)
        for at, row in enumerate(rows, self._names_row + 2):
            self._write_case(at, row, formulas)
        if rows:
            self._validate(formulas, self._names_row + 2, self._names_row + 1 + len(rows))
        self._cases.set_column(0, len(formulas.answers) + len(program.fields), 18)
        self._cases.set_row(self._names_row + 1, _COMMENT_HEIGHT)
        self._cases.freeze_panes(self._names_row + 2, 0)

    def _write_names(self, formulas: CaseFormulas) -> None:
        """Write the names of columns."""
        first = len(formulas.answers)
        for at, (name, _) in enumerate(formulas.answers):
            self._cases.write_string(self._names_row, at, name, self._bold)
        for at, field in enumerate(self._program.fields):
            self._cases.write_string(self._names_row, first + at, field.name, self._bold)
            self._cases.write_string(self._names_row + 1, first + at, field_comment(field, ascii_only=False), self._wrapped)
        for at, (name, _) in enumerate(formulas.steps):
            self._calculation.write_string(self._names_row, at, name, self._bold)

    def _write_case(self, place: int, row: Row, formulas: CaseFormulas) -> None:
        number = str(place + 1)
        for at, (_, formula) in enumerate(formulas.steps):
            self._calculation.write_formula(place, at, formula.replace(ROW, number), None, _NOT_CALCULATED)
        for at, (_, formula) in enumerate(formulas.answers):
            self._cases.write_formula(place, at, formula.replace(ROW, number), None, _NOT_CALCULATED)
        for at, field in enumerate(self._program.fields, len(formulas.answers)):
            value = row.get(field.name)
            if value is None:
                self._cases.write_blank(place, at, None, self._input)
            elif isinstance(value, bool):
                self._cases.write_boolean(place, at, value, self._input)
            elif isinstance(value, str):
                self._cases.write_string(place, at, value, self._input)
            else:
                self._cases.write_number(place, at, Exact(value), self._input)

    def _validate(self, formulas: CaseFormulas, first: int, last: int) -> None:
        """Let Excel offer the choices of each field, and refuse numbers outside of its limits."""
        for index, field in enumerate(self._program.fields):
            column = len(formulas.answers) + index
            rule: dict[str, Any] = {}
            if field.kind == "choice":
                rule = {"validate": "list", "source": f"={self._tables.choices[index]}"}
            elif field.kind == "flag":
                rule = {"validate": "list", "source": ["TRUE", "FALSE"]}
            elif field.has_minimum and field.has_maximum:
                kind = "integer" if field.is_whole else "decimal"
                rule = {"validate": kind, "criteria": "between", "minimum": field.low, "maximum": field.high}
            if rule:
                self._cases.data_validation(first, column, last, column, rule)
