"""Run a wheel, a saved object or a folder of MLflow: unpacked, in a process that cannot import the service's modules."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.exports.proof.called_program import call_program
from service.exports.proof.proof_answers import REFUSED, Answer, NotInstalled, TimedAnswers, answer_of_json
from service.schemas import Row
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, is_probability_column

_DRIVERS = Path(__file__).parent / "drivers"


def run_package(archive: Path, rows: Sequence[Row]) -> TimedAnswers:
    """Return an answer of a wheel or a saved object for each row. Raises CodeFailed."""
    with TemporaryDirectory() as scratch:
        shutil.unpack_archive(archive, scratch, "zip")
        package = _find_package(Path(scratch))
        version, answers, seconds = _run("package_driver.py", [package.parent, package.name], rows, sys.executable)
    return TimedAnswers([answer_of_json(each) for each in answers], f"Python {version}", seconds)


def run_mlflow(archive: Path, rows: Sequence[Row], python: str = "") -> TimedAnswers:
    """Return an answer of a folder of MLflow for each row. Raises NotInstalled, CodeFailed.

    `python`: the interpreter that has MLflow; without it, that of this program.
    """
    if not python and find_spec("mlflow") is None:
        raise NotInstalled("MLflow")
    with TemporaryDirectory() as scratch:
        shutil.unpack_archive(archive, scratch, "zip")
        (folder,) = Path(scratch).iterdir()
        version, answers, seconds = _run("mlflow_driver.py", [folder], rows, python or sys.executable)
    return TimedAnswers([_from_columns(each) for each in answers], f"MLflow {version}", seconds)


def _run(driver: str, arguments: Sequence[str | Path], rows: Sequence[Row], python: str) -> tuple[str, list[Any], float]:
    """Return what a driver prints as its last line: a version, the answers, and the seconds."""
    command = [python, "-I", "-B", _DRIVERS / driver, *arguments]
    version, answers, seconds = json.loads(call_program(command, _DRIVERS, json.dumps(rows)).splitlines()[-1])
    return version, answers, seconds


def _find_package(scratch: Path) -> Path:
    """Return the folder of the package: at the top of a wheel, one level deeper in a saved object."""
    modules = [*scratch.glob("model_*/__init__.py"), *scratch.glob("*/model_*/__init__.py")]
    return modules[0].parent


def _from_columns(columns: Mapping[str, Any] | None) -> Answer:
    """Return the columns that an answer to a file has as an answer."""
    if columns is None:
        return REFUSED
    if LABEL in columns:
        numbers = tuple(number for name, number in columns.items() if is_probability_column(name))
        return Answer(numbers, columns[LABEL], columns[DECISION])
    return Answer(tuple(columns[name] for name in (VALUE, LOW, HIGH) if name in columns), None, columns[DECISION])
