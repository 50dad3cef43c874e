"""Run code of a model with the programs of its language that this machine has."""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.exports.code.languages import LANGUAGES, driver_code
from service.exports.code.program import Program
from service.exports.proof.proof_answers import REFUSED, Answer, CodeFailed, NotInstalled, TimedAnswers
from service.exports.proof.sql_runs import run_postgresql, run_sqlite
from service.schemas import Row

TIMEOUT_SECONDS = 300
_SHORT_RUN = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g")
"""Options with which the virtual machine of Java starts sooner, and reserves less than a quarter of the machine's memory."""


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
    with TemporaryDirectory() as folder:
        file = Path(folder) / LANGUAGES[language].file_name(program.card.name)
        file.write_text(code, encoding="utf-8")
        return _RUNS[language](program, file, rows)


def call_program(arguments: Sequence[str | Path], folder: Path, text: str = "") -> str:
    """Return what a program prints. Raises NotInstalled, CodeFailed."""
    program = shutil.which(str(arguments[0]))
    if program is None:
        raise NotInstalled(str(arguments[0]))
    try:
        done = subprocess.run(  # noqa: S603 - the programs of a language, on files of this module
            [program, *arguments[1:]],
            cwd=folder,
            input=text.encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CodeFailed(f"{Path(program).name} took more than {TIMEOUT_SECONDS} seconds.") from None
    if done.returncode:
        raise CodeFailed(f"{Path(program).name}: {(done.stderr or done.stdout).decode(errors='replace')[:2000]}")
    return done.stdout.decode()


def run_python_file(program: Program, file: Path, rows: Sequence[Row], interpreter: str = sys.executable) -> TimedAnswers:
    """Run a file of Python with any interpreter."""
    (file.parent / "run.py").write_text(driver_code("run.py", program, file.name), encoding="utf-8")
    version, answers, seconds = json.loads(call_program([interpreter, "run.py"], file.parent, json.dumps(rows)))
    return TimedAnswers([_from_json(program, each) for each in answers], f"Python {version}", seconds)


def _run_javascript(program: Program, file: Path, rows: Sequence[Row]) -> TimedAnswers:
    (file.parent / "run.mjs").write_text(driver_code("run.mjs", program, file.name), encoding="utf-8")
    version, answers, seconds = json.loads(call_program(["node", "run.mjs"], file.parent, json.dumps(rows)))
    return TimedAnswers([_from_json(program, each) for each in answers], f"Node.js {version.removeprefix('v')}", seconds)


def _run_java(program: Program, file: Path, rows: Sequence[Row]) -> TimedAnswers:
    (file.parent / "Run.java").write_text(driver_code("Run.java", program, file.name), encoding="utf-8")
    call_program(
        [
            "javac",
            *(f"-J{each}" for each in _SHORT_RUN),
            "-encoding",
            "US-ASCII",
            "-Xlint:all",
            "-Werror",
            file.name,
            "Run.java",
        ],
        file.parent,
    )
    return _from_lines("Java", call_program(["java", *_SHORT_RUN, "Run"], file.parent, _as_lines(program, rows)))


def _run_csharp(program: Program, file: Path, rows: Sequence[Row]) -> TimedAnswers:
    (file.parent / "Run.cs").write_text(driver_code("Run.cs", program, file.name), encoding="utf-8")
    call_program(["mcs", "-warnaserror", "-langversion:5", "-out:Run.exe", file.name, "Run.cs"], file.parent)
    return _from_lines("Mono", call_program(["mono", "Run.exe"], file.parent, _as_lines(program, rows)))


def _from_lines(title: str, output: str) -> TimedAnswers:
    """Read the version of a program, a line for each row, and the seconds."""
    version, *lines, seconds = output.splitlines()
    return TimedAnswers([_from_line(line) for line in lines], f"{title} {version}", _number(seconds))


def _from_json(program: Program, answer: dict[str, Any] | None) -> Answer:
    if answer is None:
        return REFUSED
    if program.labels:
        numbers = tuple(answer["probabilities"][label] for label in program.labels)
    else:
        numbers = tuple(answer[name] for name in ("value", "low", "high") if name in answer)
    return Answer(numbers, answer.get("label"), answer["decision"])


def _as_lines(program: Program, rows: Sequence[Row]) -> str:
    """Return rows as lines of cells without a character that a line could not hold: numbers and texts are hexadecimal."""
    return "".join("\t".join(_cell(row.get(field.name)) for field in program.fields) + "\n" for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.encode("utf-16-be").hex() + "." if isinstance(value, str) else struct.pack(">d", value).hex()


def _from_line(line: str) -> Answer:
    if line == "refused":
        return REFUSED
    label, decision, *numbers = line.split("\t")
    return Answer(tuple(_number(each) for each in numbers), _text(label), _text(decision))


def _number(cell: str) -> float:
    number: float = struct.unpack(">d", bytes.fromhex(cell))[0]
    return number


def _text(cell: str) -> str | None:
    return bytes.fromhex(cell[:-1]).decode("utf-16-be") if cell else None


_RUNS: Mapping[str, Callable[[Program, Path, Sequence[Row]], TimedAnswers]] = {
    "python": run_python_file,
    "javascript": _run_javascript,
    "java": _run_java,
    "csharp": _run_csharp,
}
