"""Run a wheel or a saved object: unpacked, in a process that has the packages of the service and not its modules."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.exports.proof.called_program import call_program
from service.exports.proof.proof_answers import REFUSED, Answer, TimedAnswers
from service.schemas import Row

_DRIVER = Path(__file__).with_name("package_driver.py")


def run_package(archive: Path, rows: Sequence[Row]) -> TimedAnswers:
    """Return an answer for each row. Raises CodeFailed."""
    with TemporaryDirectory() as scratch:
        shutil.unpack_archive(archive, scratch, "zip")
        package = _find_package(Path(scratch))
        arguments: list[str | Path] = [sys.executable, "-I", "-B", _DRIVER, package.parent, package.name]
        version, answers, seconds = json.loads(call_program(arguments, Path(scratch), json.dumps(rows)))
    return TimedAnswers([_from_prediction(each) for each in answers], f"Python {version}", seconds)


def _find_package(scratch: Path) -> Path:
    """Return the folder of the package: at the top of a wheel, one level deeper in a saved object."""
    found = [*scratch.glob("model_*/__init__.py"), *scratch.glob("*/model_*/__init__.py")]
    return found[0].parent


def _from_prediction(prediction: dict[str, Any] | None) -> Answer:
    if prediction is None:
        return REFUSED
    if "label" in prediction:
        return Answer(tuple(prediction["probabilities"].values()), prediction["label"], prediction.get("decision"))
    interval = prediction.get("interval")
    ends = (interval["low"], interval["high"]) if interval else ()
    return Answer((prediction["value"], *ends), None, prediction.get("decision"))
