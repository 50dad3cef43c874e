"""The very file that is written opens in the program that it is meant for, as its reader would use it.

Each language has a program of a few lines that uses what the file offers, and nothing of ours. A classification with
decisions, and a regression with an interval; the heavy runtimes are skipped where they are not installed.
"""

import io
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from service.bundles.model import Model
from service.exports.code.program_builder import build_program
from service.exports.made_file import Proof
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.proof_answers import Answer, largest_difference, service_answers
from service.exports.proof.proving import TOLERANCE
from service.exports.workbook.model_workbook import SHOWN_CASES
from service.schemas import Row
from tests.support.databases import new_database

NAMES = ["credit-scorecard", "diamond-price"]
PROOF = Proof(1234, 1000, 1e-16, "a program", date(2026, 11, 30))
USE_PYTHON = """
import json, sys
sys.path.insert(0, sys.argv[1])
import {0}
print(json.dumps([{0}.predict(row) for row in json.load(sys.stdin)]))
"""
USE_JAVASCRIPT = """
import { readFileSync } from "node:fs";
import { predict } from "./%s";
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(predict)));
"""
USE_JAVA = """
public class Use {
  public static void main(String[] arguments) {
%s
  }
}
"""
USE_CSHARP = """
using System.Globalization;

public static class Use
{
    public static void Main()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
%s
    }
}
"""
USE_PMML = """
import json, sys
from jpmml_evaluator import make_evaluator
evaluator = make_evaluator(sys.argv[1]).verify()
print(json.dumps([evaluator.evaluate(row) for row in json.load(sys.stdin)]))
"""


@dataclass(frozen=True)
class WrittenModel:
    model: Model
    folder: Path
    """With a file for each form."""
    rows: list[Row]
    shown: list[Row]
    """The cases of the workbook."""

    def file(self, kind: str) -> Path:
        return self.folder / PROGRAM_FORMS[kind].file_name(self.model.card.name)


@pytest.fixture(scope="module")
def written(models: dict[str, Model], bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, WrittenModel]:
    found = {}
    for name in NAMES:
        model, folder = models[name], tmp_path_factory.mktemp(name)
        rows = [*model.card.real_rows]
        depths = {form.max_depth for form in PROGRAM_FORMS.values()}
        programs = {depth: build_program(model, bundles / name, max_depth=depth) for depth in depths}
        for form in PROGRAM_FORMS.values():
            (folder / form.file_name(name)).write_bytes(form.write(programs[form.max_depth], rows, PROOF))
        shown = rows[:: len(rows) // SHOWN_CASES or 1][:SHOWN_CASES]
        found[name] = WrittenModel(model, folder, rows[:20], shown)
    return found


def run(command: list[str | Path], folder: Path, text: str = "") -> str:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def of_objects(answers: list[dict[str, Any]]) -> list[Answer]:
    """Return answers as an object of Python or JavaScript gives them."""
    return [
        Answer(
            tuple(each["probabilities"].values())
            if "label" in each
            else tuple(each[name] for name in ("value", "low", "high")),
            each.get("label"),
            each["decision"],
        )
        for each in answers
    ]


def use_python(written: WrittenModel) -> list[Answer]:
    use = USE_PYTHON.format(written.file("python").stem)
    command: list[str | Path] = [sys.executable, "-I", "-c", use, written.folder]
    return of_objects(json.loads(run(command, written.folder, json.dumps(written.rows))))


def use_javascript(written: WrittenModel) -> list[Answer]:
    (written.folder / "use.mjs").write_text(USE_JAVASCRIPT % written.file("javascript").name)
    return of_objects(json.loads(run(["node", "use.mjs"], written.folder, json.dumps(written.rows))))


def of_lines(written: WrittenModel, text: str) -> list[Answer]:
    """Return answers as lines: the numbers, then label and decision, or neither."""
    lines = [line.split(";") for line in text.splitlines()]
    if written.model.card.output.bands:
        return [Answer(tuple(map(float, line[:-2])), line[-2], line[-1]) for line in lines]
    return [Answer(tuple(map(float, line)), None, None) for line in lines]


def statements(written: WrittenModel, kind: str, print_line: str, change_name: Callable[[str], str]) -> str:
    """Return source that sets the fields of each row, and prints its answer."""
    lines = []
    case = change_name("predict x").partition("X")[0].strip()
    for index, row in enumerate(written.rows):
        lines.append(f"{kind}.Row row{index} = new {kind}.Row();")
        lines += [f"row{index}.{change_name(name)} = {json.dumps(value)};" for name, value in row.items()]
        lines += [f"{kind}.Prediction p{index} = {kind}.{case}(row{index});", print_line.replace("p.", f"p{index}.")]
    return "\n".join(lines)


def camel(name: str) -> str:
    first, *others = name.replace(" ", "_").split("_")
    return first + "".join(each.capitalize() for each in others)


def pascal(name: str) -> str:
    return "".join(each.capitalize() for each in name.replace(" ", "_").split("_"))


def use_java(written: WrittenModel) -> list[Answer]:
    file = written.file("java")
    if written.model.card.output.bands:
        line = 'System.out.println(p.probabilities[0] + ";" + p.probabilities[1] + ";" + p.label + ";" + p.decision);'
    else:
        line = 'System.out.println(p.value + ";" + p.low + ";" + p.high);'
    (written.folder / "Use.java").write_text(USE_JAVA % statements(written, file.stem, line, camel))
    run(["javac", file.name, "Use.java"], written.folder)
    return of_lines(written, run(["java", "Use"], written.folder))


def use_csharp(written: WrittenModel) -> list[Answer]:
    file = written.file("csharp")
    numbers = "p.Value, p.Low, p.High"
    line = f'System.Console.WriteLine("{{0:R}};{{1:R}};{{2:R}}", {numbers});'
    if written.model.card.output.bands:
        numbers = "p.Probabilities[0], p.Probabilities[1], p.Label, p.Decision"
        line = f'System.Console.WriteLine("{{0:R}};{{1:R}};{{2}};{{3}}", {numbers});'
    (written.folder / "Use.cs").write_text(USE_CSHARP % statements(written, file.stem, line, pascal))
    run(["mcs", "-out:use.exe", file.name, "Use.cs"], written.folder)
    return of_lines(written, run(["mono", "use.exe"], written.folder))


def of_columns(lines: list[dict[str, Any]]) -> list[Answer]:
    """Return answers as columns of a table give them."""
    names = ("model_answer_1", "model_answer_2", "model_low", "model_high")
    return [
        Answer(tuple(line[name] for name in names if name in line), line.get("model_label"), line.get("model_decision"))
        for line in lines
    ]


def table_of(written: WrittenModel) -> str:
    return f"{written.model.card.name.replace('-', '_')}_rows"


def columns_of(written: WrittenModel) -> str:
    """Return the columns of a table of rows, as SQL."""
    types = {float: "double precision", int: "double precision", str: "text"}
    return ", ".join(f'"{name}" {types[type(value)]}' for name, value in written.rows[0].items())


def insertion(written: WrittenModel, mark: str) -> str:
    """Return the statement that adds a row to the table."""
    names = ", ".join(f'"{name}"' for name in written.rows[0])
    return f"INSERT INTO {table_of(written)} ({names}) VALUES ({', '.join([mark] * len(written.rows[0]))})"  # noqa: S608


def use_sqlite(written: WrittenModel) -> list[Answer]:
    with closing(sqlite3.connect(":memory:")) as database:
        database.row_factory = sqlite3.Row
        database.execute(f"CREATE TABLE {table_of(written)} (id INTEGER PRIMARY KEY, {columns_of(written)})")
        database.executemany(insertion(written, "?"), [[*row.values()] for row in written.rows])
        lines = database.execute(written.file("sqlite").read_text("utf-8")).fetchall()
    return of_columns(sorted(map(dict, lines), key=lambda line: line["id"]))


def use_pmml(written: WrittenModel) -> list[Answer]:
    if find_spec("jpmml_evaluator") is None:
        pytest.skip("jpmml-evaluator is not installed")
    command: list[str | Path] = [sys.executable, "-I", "-c", USE_PMML, written.file("pmml")]
    answers = json.loads(run(command, written.folder, json.dumps(written.rows)))
    output = written.model.card.output
    if output.bands:
        labels = [label.value for label in output.labels]  # type: ignore[union-attr]
        return [
            Answer(tuple(each[f"probability({label})"] for label in labels), each["label"], each["decision"])
            for each in answers
        ]
    return [Answer((each["value"], each["low"], each["high"]), None, None) for each in answers]


def use_workbook(written: WrittenModel) -> list[Answer]:
    profile = f"-env:UserInstallation={(written.folder / 'profile').as_uri()}"
    file = written.file("workbook")
    run(["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", "calculated", file.name], written.folder)
    sheet = load_workbook(io.BytesIO((written.folder / "calculated" / file.name).read_bytes()), data_only=True)["Cases"]
    lines = list(sheet.iter_rows(values_only=True))
    (header,) = (at for at, line in enumerate(lines) if line[0] == "Wrong input")
    cases = lines[header + 2 : header + 2 + len(written.shown)]
    if written.model.card.output.bands:
        return [Answer(tuple(map(float, line[3:5])), str(line[1]), str(line[2])) for line in cases]
    return [Answer(tuple(map(float, line[1:4])), None, None) for line in cases]


USES = {
    "python": use_python,
    "javascript": use_javascript,
    "java": use_java,
    "csharp": use_csharp,
    "sqlite": use_sqlite,
    "pmml": use_pmml,
    "workbook": use_workbook,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", USES)
def test_a_written_file_opens_in_its_program(kind: str, name: str, written: Mapping[str, WrittenModel]) -> None:
    case = written[name]
    assert "1,234 rows" in case.file(kind).read_bytes().decode("latin-1") or kind == "workbook", "the proof is in the file"
    rows = case.shown if kind == "workbook" else case.rows
    assert largest_difference(service_answers(case.model, rows), USES[kind](case)) <= TOLERANCE


@pytest.mark.parametrize("name", NAMES)
def test_a_written_query_runs_in_postgresql(name: str, written: Mapping[str, WrittenModel], postgres: Any) -> None:
    import psycopg

    case = written[name]
    with psycopg.connect(new_database(postgres).replace("+psycopg", "")) as database, database.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table_of(case)} (id serial PRIMARY KEY, {columns_of(case)})".encode())
        cursor.executemany(insertion(case, "%s").encode(), [[*row.values()] for row in case.rows])
        cursor.execute(case.file("postgresql").read_bytes())
        found = [dict(zip([each.name for each in cursor.description or []], line, strict=True)) for line in cursor]
    answers = of_columns(sorted(found, key=lambda line: line["id"]))
    assert largest_difference(service_answers(case.model, case.rows), answers) <= TOLERANCE
