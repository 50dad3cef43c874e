"""Models as source code: the code is run, and answers what the service answers.

The heavy runtimes (Java, Mono, Node.js, Python 2.7) are skipped where they are not installed.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.bundles.model import Model
from service.exports.code.languages import LANGUAGES, write_code
from service.exports.code.program import Program
from service.exports.code.program_builder import build_program
from service.exports.code_export import TOLERANCE
from service.exports.proof.code_runs import run_code, run_python_file
from service.exports.proof.proof_answers import Answer, NotInstalled, largest_difference, service_answers
from service.exports.proof.proof_rows import real_rows, special_rows
from service.publishing.plain_rows import plain_rows
from service.schemas import Row
from service.training.recipes import RECIPES
from tests.support.databases import new_database
from tests.support.exported_models import MODELS, write_bundle, write_hostile_bundle

BUNDLED = ["credit-scorecard", "credit-default", "diamond-price"]
REAL_ROWS = 1000
PYTHONS = ["python2.7", "python3.6", "python3.13"]


@dataclass(frozen=True)
class Case:
    program: Program
    rows: list[Row]
    expected: list[Answer]


def case_of(model: Model, folder: Path, rows: list[Row]) -> Case:
    rows = rows + special_rows(model, folder, rows)
    return Case(build_program(model, folder), rows, service_answers(model, rows))


@pytest.fixture(scope="module")
def cases(bundles: Path, models: dict[str, Model], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Case]:
    """Real rows, rows at thresholds, missing, unknown and refused values of bundled models, and of toys with hostile cards."""
    found = {}
    for name in BUNDLED:
        model = models[name]
        rows = plain_rows(model.card, RECIPES[name].split().test.fields.head(REAL_ROWS))
        found[name] = case_of(model, bundles / name, rows)
    for name in MODELS:
        folder, hostile = tmp_path_factory.mktemp(name), tmp_path_factory.mktemp(f"{name}-hostile")
        model = write_bundle(folder, name)
        found[name] = case_of(model, folder, real_rows(model, folder))
        hostile_model = write_hostile_bundle(hostile, folder, model.card)
        found[f"{name}-hostile"] = case_of(hostile_model, hostile, real_rows(hostile_model, hostile))
    return found


NAMES = [*BUNDLED, *MODELS, *(f"{name}-hostile" for name in MODELS)]
# A compiler takes two seconds a file: Java gets the trees, and the toys whose cards are hostile.
SLOW = {"java": ["credit-default", "toy-scorecard-hostile", "toy-line-hostile", "toy-trees-hostile"]}


@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in LANGUAGES for name in SLOW.get(language, NAMES)]
)
def test_code_answers_what_the_service_answers(
    language: str, name: str, cases: Mapping[str, Case], request: pytest.FixtureRequest
) -> None:
    """At least 1,000 rows; labels, decisions and refusals are the same, numbers differ by 1e-9 at most."""
    case = cases[name]
    assert sum(not answer.is_refused for answer in case.expected) >= REAL_ROWS
    address = request.getfixturevalue("exports_database") if language == "postgresql" else ""
    try:
        answers, _ = run_code(case.program, language, write_code(case.program, language), case.rows, postgresql=address)
    except NotInstalled as missing:
        pytest.skip(f"{missing} is not installed")
    assert largest_difference(case.expected, answers) <= TOLERANCE


@pytest.fixture(scope="module")
def exports_database(postgres: Any) -> str:
    return new_database(postgres).replace("+psycopg", "")


def test_refusals_and_missing_values_are_among_the_rows(cases: Mapping[str, Case]) -> None:
    for case in cases.values():
        assert sum(answer.is_refused for answer in case.expected) >= len(case.program.fields)
    toy = cases["toy-trees"]
    accepted = [row for row, answer in zip(toy.rows, toy.expected, strict=True) if not answer.is_refused]
    assert {name for row in accepted for name, value in row.items() if value is None} == {"rooms", "income", "kind"}


@pytest.mark.parametrize("interpreter", PYTHONS)
def test_one_file_of_python_runs_from_2_7_on(interpreter: str, cases: Mapping[str, Case], tmp_path: Path) -> None:
    program = find_python(interpreter)
    if program is None:
        pytest.skip(f"{interpreter} is not installed")
    for name in ("toy-scorecard-hostile", "credit-default"):
        case = cases[name]
        file = tmp_path / LANGUAGES["python"].file_name(case.program)
        file.write_text(write_code(case.program, "python"), encoding="utf-8")
        answers, version = run_python_file(case.program, file, case.rows, program)
        assert largest_difference(case.expected, answers) <= TOLERANCE
        assert version.startswith(f"Python {interpreter.removeprefix('python')}.")


def find_python(name: str) -> str | None:
    """Return the program of a Python: of pyenv or of the system."""
    version = name.removeprefix("python")
    installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}"))
    return str(installed[-1]) if installed else shutil.which(name)
