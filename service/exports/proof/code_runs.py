"""Run code of a model with the programs of its language that this machine has."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.exports.code.languages import LANGUAGES, driver_code
from service.exports.code.program import Program
from service.exports.proof.called_program import call_program
from service.exports.proof.compiled_runs import COMPILED, run_compiled
from service.exports.proof.proof_answers import REFUSED, Answer, NotInstalled, TimedAnswers
from service.exports.proof.sql_runs import run_postgresql, run_sqlite
from service.schemas import Row


def run_code(program: Program, language: str, code: str, rows: Sequence[Row], *, postgresql: str = "") -> TimedAnswers:
    """Return an answer for each row.

    `postgresql` is the address of a database for queries of PostgreSQL. Raises NotInstalled, CodeFailed.
    """
    if language == "sqlite":
        return run_sqlite(program, code, rows)
    if language == "postgresql":
        if not postgresql:
            raise NotInstalled("a server of PostgreSQL")
        return run_postgresql(program, code, rows, postgresql)
    if language in COMPILED:
        (answers,) = run_compiled(language, [(program, code, rows)])
        return answers
    with TemporaryDirectory() as folder:
        file = Path(folder) / LANGUAGES[language].file_name(program.card.name)
        file.write_text(code, encoding="utf-8")
        return _RUNS[language](program, file, rows)


def run_python_file(program: Program, file: Path, rows: Sequence[Row], interpreter: str = sys.executable) -> TimedAnswers:
    """Run a file of Python with any interpreter."""
    (file.parent / "run.py").write_text(driver_code("run.py", program, file.name), encoding="utf-8")
    version, answers, seconds = json.loads(call_program([interpreter, "run.py"], file.parent, json.dumps(rows)))
    return TimedAnswers([_from_json(program, each) for each in answers], f"Python {version}", seconds)


def _run_javascript(program: Program, file: Path, rows: Sequence[Row]) -> TimedAnswers:
    (file.parent / "run.mjs").write_text(driver_code("run.mjs", program, file.name), encoding="utf-8")
    version, answers, seconds = json.loads(call_program(["node", "run.mjs"], file.parent, json.dumps(rows)))
    return TimedAnswers([_from_json(program, each) for each in answers], f"Node.js {version.removeprefix('v')}", seconds)


def _from_json(program: Program, answer: dict[str, Any] | None) -> Answer:
    if answer is None:
        return REFUSED
    if program.labels:
        numbers = tuple(answer["probabilities"][label] for label in program.labels)
    else:
        numbers = tuple(answer[name] for name in ("value", "low", "high") if name in answer)
    return Answer(numbers, answer.get("label"), answer["decision"])


_RUNS: Mapping[str, Callable[[Program, Path, Sequence[Row]], TimedAnswers]] = {
    "python": run_python_file,
    "javascript": _run_javascript,
}
