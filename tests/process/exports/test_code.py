"""Models as source code: the code is run, and answers what the service answers.

The heavy runtimes (Java, Mono, Node.js, Python 2.7) are skipped where they are not installed.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.exports.code.languages import LANGUAGES, write_code
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.code_runs import run_python_file
from service.exports.proof.proof_answers import NotInstalled, largest_difference
from service.exports.proof.proving import TOLERANCE
from tests.support.databases import new_database
from tests.support.exported_models import BUNDLED, MODELS, REAL_ROWS, ExportCase

PYTHONS = ["python2.7", "python3.6", "python3.13"]
NAMES = [*BUNDLED, *MODELS, *(f"{name}-hostile" for name in MODELS)]
# A compiler takes two seconds a file: Java gets the trees, and the toys whose cards are hostile.
SLOW = {"java": ["credit-default", "toy-scorecard-hostile", "toy-line-hostile", "toy-trees-hostile"]}


@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in LANGUAGES for name in SLOW.get(language, NAMES)]
)
def test_code_answers_what_the_service_answers(
    language: str, name: str, cases: Mapping[str, ExportCase], request: pytest.FixtureRequest
) -> None:
    """At least 1,000 rows; labels, decisions and refusals are the same, numbers differ by 1e-9 at most."""
    case = cases[name]
    assert sum(not answer.is_refused for answer in case.expected) >= REAL_ROWS
    address = request.getfixturevalue("exports_database") if language == "postgresql" else ""
    try:
        answers = PROGRAM_FORMS[language].run(case.program, case.rows, address).answers
    except NotInstalled as missing:
        pytest.skip(f"{missing} is not installed")
    assert largest_difference(case.expected, answers) <= TOLERANCE


@pytest.fixture(scope="module")
def exports_database(postgres: Any) -> str:
    return new_database(postgres).replace("+psycopg", "")


def test_refusals_and_missing_values_are_among_the_rows(cases: Mapping[str, ExportCase]) -> None:
    for case in cases.values():
        assert sum(answer.is_refused for answer in case.expected) >= len(case.program.fields)
    toy = cases["toy-trees"]
    accepted = [row for row, answer in zip(toy.rows, toy.expected, strict=True) if not answer.is_refused]
    assert {name for row in accepted for name, value in row.items() if value is None} == {"rooms", "income", "kind"}


@pytest.mark.parametrize("interpreter", PYTHONS)
def test_one_file_of_python_runs_from_2_7_on(interpreter: str, cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    program = find_python(interpreter)
    if program is None:
        pytest.skip(f"{interpreter} is not installed")
    for name in ("toy-scorecard-hostile", "credit-default"):
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
    prettier = shutil.which("prettier")
    if prettier is None:
        pytest.skip("prettier is not installed")
    for name, case in cases.items():
        (tmp_path / f"{name}.mjs").write_text(write_code(case.program, "javascript"), encoding="utf-8")
    done = subprocess.run([prettier, "--check", "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
