"""Source code of models: older Pythons run it, and it is as the formatter of its language leaves it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.exports.code.languages import LANGUAGES, write_code
from service.exports.code.program import MemberSet, Program, Tree
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.code_runs import run_python_file
from service.exports.proof.proof_answers import largest_difference
from service.exports.proof.proving import TOLERANCE
from service.exports.refusals import NotExportable
from tests.support.exported_models import TEXTED, ExportCase
from tests.support.repository import ROOT

NODE = ROOT / ".venv" / "node" / "node_modules"
PARTS_OF_THE_COMPILER = ("api", "code", "file", "parser", "tree", "util")
"""Of javac, which google-java-format reads Java with."""
PYTHONS = ["python2.7", "python3.6", "python3.13"]


@pytest.mark.parametrize("value", ["True", "true", "1", 2, 0.5, b"1"])
def test_a_column_of_sqlite_that_holds_no_truth_values_is_a_fault(value: Any, cases: Mapping[str, ExportCase]) -> None:
    """A CSV that is imported as text has True and False: neither is true or false in SQLite."""
    case = cases["toy-trees"]
    rows = [case.real[0], case.real[0] | {"lift": value}]
    answers = PROGRAM_FORMS["sqlite"].run(case.program, rows, "").answers
    assert [answer.is_refused for answer in answers] == [False, True]


@pytest.mark.parametrize("interpreter", PYTHONS)
def test_one_file_of_python_runs_from_2_7_on(interpreter: str, cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    program = find_python(interpreter)
    if program is None:
        pytest.skip(f"{interpreter} is not installed")
    for name in ("toy-scorecard-hostile", "credit-default", TEXTED):
        case = cases[name]
        file = tmp_path / LANGUAGES["python"].file_name(case.program.card.name)
        file.write_text(write_code(case.program, "python"), encoding="utf-8")
        run = run_python_file(case.program, file, case.rows, program)
        assert largest_difference(case.expected, run.answers) <= TOLERANCE
        assert run.program.startswith(f"Python {interpreter.removeprefix('python')}.")


def find_python(name: str) -> str | None:
    """Return the program of a Python: of pyenv or of the system."""
    version = name.removeprefix("python")
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"))
    return str(installed[-1]) if installed else shutil.which(name)


def test_python_is_as_its_formatter_leaves_it(cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.py" for name in cases]
    for file, case in zip(files, cases.values(), strict=True):
        file.write_text(write_code(case.program, "python"), encoding="utf-8")
    formatter = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "--diff", *map(str, files)]
    assert subprocess.run(formatter, capture_output=True, text=True, check=False).stdout == ""


def test_javascript_is_as_prettier_leaves_it(cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    prettier = shutil.which("prettier", path=f"{NODE / '.bin'}{os.pathsep}{os.environ['PATH']}")
    if prettier is None:
        pytest.skip("prettier is not installed")
    for name, case in cases.items():
        (tmp_path / f"{name}.mjs").write_text(write_code(case.program, "javascript"), encoding="utf-8")
    done = subprocess.run([prettier, "--check", "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_java_is_as_google_java_format_leaves_it(cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    archives, java = list(NODE.glob("google-java-format/lib/*.jar")), shutil.which("java")
    if not archives or java is None:
        pytest.skip("google-java-format or java is not installed")
    for name, case in cases.items():
        (tmp_path / f"{name}.java").write_text(write_code(case.program, "java"), encoding="utf-8")
    compiler = [f"--add-exports=jdk.compiler/com.sun.tools.javac.{name}=ALL-UNNAMED" for name in PARTS_OF_THE_COMPILER]
    command: list[str | Path] = [
        java,
        "-XX:TieredStopAtLevel=1",
        *compiler,
        "-jar",
        archives[0],
        "--dry-run",
        *tmp_path.iterdir(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")  # it prints the names of files that it would change


@pytest.mark.parametrize("name", ["credit-scorecard", "toy-line", "toy-line-hostile", "some trees"])
@pytest.mark.parametrize("language", ["sqlite", "postgresql"])
def test_sql_is_as_sqlfluff_leaves_it(language: str, name: str, cases: Mapping[str, ExportCase]) -> None:
    """With an indent of two spaces, and lines of any length: a decision or a category may have one."""
    from sqlfluff.core import FluffConfig, Linter

    dialect = {"postgresql": "postgres"}.get(language, language)
    settings: Any = {"dialect": dialect, "templater": "raw", "rules": "layout,capitalisation", "max_line_length": 0}
    settings["large_file_skip_byte_limit"] = 0
    program = some_trees(cases["toy-trees"].program) if name == "some trees" else cases[name].program
    code = write_code(program, language)
    checked = Linter(config=FluffConfig({"core": settings, "indentation": {"tab_space_size": 2}})).lint_string(code)
    assert [(each.line_no, each.desc()) for each in checked.get_violations()] == []


@pytest.mark.parametrize(
    ("form", "name"),
    [("pmml", "toy-dates"), ("workbook", "toy-dates"), ("sqlite", "toy-moments"), ("postgresql", "toy-moments")],
)
def test_a_form_that_reads_no_dates_or_no_times_says_so(
    form: str, name: str, cases: Mapping[str, ExportCase], tmp_path: Path
) -> None:
    case = cases[name]
    with pytest.raises(NotExportable, match="is a date, and") as refusal:
        PROGRAM_FORMS[form].make(case.model, case.folder, tmp_path)
    assert refusal.value.nearest == "python"


def some_trees(program: Program) -> Program:
    """Return a program with two trees and their groups of categories, which a formatter reads sooner than all."""
    trees = [step for step in program.steps if isinstance(step, Tree)][:2]
    groups = [step for step in program.steps if isinstance(step, MemberSet)]
    return replace(program, steps=(*groups, *trees), scores=tuple(tree.name for tree in trees))
