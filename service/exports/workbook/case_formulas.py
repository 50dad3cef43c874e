"""The formulas of a case: its checks, the numbers of its choices, the steps of the model, and its answers."""

import math

from service.exports.code.program import MemberSet, Program
from service.exports.workbook.choice_tables import ChoiceTables
from service.exports.workbook.excel_syntax import ROW, ExcelSyntax


class CaseFormulas:
    """`steps` are the name and the formula of each column of the calculation, `answers` those of the answers of a case."""

    def __init__(self, program: Program, tables: ChoiceTables) -> None:
        from xlsxwriter.utility import xl_col_to_name

        self._program = program
        self._tables = tables
        fields = range(len(program.fields))
        names = [f"check of {at}" for at in fields]
        names += [f"choice of {at}" for at in fields if program.fields[at].kind != "number"]
        names += [step.name for step in program.steps if not isinstance(step, MemberSet)]
        columns = {name: xl_col_to_name(at) for at, name in enumerate(names)}
        answers = 1 + 2 * bool(program.labels) + len(program.scores) + (not program.labels and bool(program.bands))
        answers += 2 * (program.margin is not None)
        inputs = {at: f"Cases!${xl_col_to_name(answers + at)}{ROW}" for at in fields}
        self._syntax = ExcelSyntax(program, inputs, columns, tables.numbers)
        self._checks = f"Calculation!$A{ROW}:${columns[names[len(fields) - 1]]}{ROW}"
        self.steps = [(self._title(at, "wrong"), self._check(at)) for at in fields]
        self.steps += [(self._title(at, "number"), self._choice(at)) for at in fields if program.fields[at].kind != "number"]
        self.steps += [
            (step.name, self._syntax.step_formula(step)) for step in program.steps if not isinstance(step, MemberSet)
        ]
        self.answers = self._answers()
        if len(self.answers) != answers:
            raise AssertionError("the inputs stand behind the answers")

    def _title(self, index: int, what: str) -> str:
        return f"{what}: {self._program.fields[index].name}"

    def _check(self, index: int) -> str:
        """Return whether the value of a field is not allowed. An empty cell is a missing value."""
        field, cell, syntax = self._program.fields[index], self._syntax.field(index), self._syntax
        missing = "FALSE" if field.nullable else "TRUE"
        if field.kind != "number":
            return f'=IF({cell}="",{missing},{syntax.chosen(index)}=0)'
        wrong = [f"{cell}<{syntax.number(field.low)}", f"{cell}>{syntax.number(field.high)}"]
        wrong += [f"{cell}<>INT({cell})"] if field.is_whole else []
        return f'=IF({cell}="",{missing},IF(ISNUMBER({cell}),OR({",".join(wrong)}),TRUE))'

    def _choice(self, index: int) -> str:
        """Return the number of the choice of a field from 1, 0 for one that is not known."""
        field, cell = self._program.fields[index], self._syntax.field(index)
        if field.kind == "flag":
            number, missing = f"IF(ISLOGICAL({cell}),IF({cell},2,1),0)", 3
        else:
            choices = self._tables.choices[index]
            number, missing = f"SUMPRODUCT(EXACT({choices},{cell})*(ROW({choices})-1))", len(field.choices) + 1
        return f'=IF({cell}="",{missing},{number})' if field.nullable else f"={number}"

    def _answers(self) -> list[tuple[str, str]]:
        """Return the answers. A case with a wrong input has the name of its field, and nothing else."""
        program, tables = self._program, self._tables
        wrong = f'IF(OR({self._checks}),INDEX({tables.names},MATCH(TRUE,{self._checks},0)),"")'
        found: list[tuple[str, str]] = []
        if program.labels:
            first, last = (self._probability_column(at) for at in (0, len(program.labels) - 1))
            range_ = f"${first}{ROW}:${last}{ROW}"
            found.append(("Label", f"INDEX({tables.labels},MATCH(MAX({range_}),{range_},0))"))
        if program.labels or program.bands:
            found.append(("Decision", self._decision() if program.bands else '""'))
        if program.labels:
            titles = [f"Probability of {label}" for label in program.labels]
            found += list(zip(titles, map(self._there, program.scores), strict=True))
        else:
            found += self._value()
        return [("Wrong input", f"={wrong}"), *((name, f'=IF($A{ROW}<>"","",{text})') for name, text in found)]

    def _probability_column(self, at: int) -> str:
        from xlsxwriter.utility import xl_col_to_name

        return str(xl_col_to_name(3 + at))

    def _there(self, name: str) -> str:
        return f"Calculation!{self._syntax.variable(name)}"

    def _value(self) -> list[tuple[str, str]]:
        value = self._there(self._program.answer)
        if self._program.margin is None:
            return [("Value", value)]
        factor = self._syntax.number(math.exp(self._program.margin))
        ends = f"{value}/{factor},{value}*{factor}"
        return [("Value", value), ("Low", f"MIN({ends})"), ("High", f"MAX({ends})")]

    def _decision(self) -> str:
        bands, answer = self._program.bands, self._there(self._program.answer)
        formula = f"INDEX({self._tables.decisions},{len(bands)})"
        for at in range(len(bands) - 1, 0, -1):
            below = f"INDEX({self._tables.decisions},{at})"
            formula = f"IF({answer}<{self._syntax.number(bands[at][1])},{below},{formula})"
        return formula
