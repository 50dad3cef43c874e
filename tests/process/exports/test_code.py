"""Source code of models: older Pythons run it, and it is as the formatter of its language leaves it."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.exports.code.languages import LANGUAGES, write_code
from service.exports.proof.code_runs import run_python_file
from service.exports.proof.proof_answers import largest_difference
from service.exports.proof.proving import TOLERANCE
from tests.support.exported_models import ExportCase

PYTHONS = ["python2.7", "python3.6", "python3.13"]


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
