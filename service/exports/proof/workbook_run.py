"""Recalculate the workbook of a model with LibreOffice."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.exports.code.program import Program
from service.exports.proof.proof_answers import REFUSED, Answer, CodeFailed, NotInstalled, TimedAnswers
from service.exports.workbook.model_workbook import CASES, write_workbook
from service.schemas import Row

TIMEOUT_SECONDS = 300


def run_workbooks(cases: Sequence[tuple[Program, Sequence[Row]]]) -> list[TimedAnswers]:
    """Return the answers to the rows of each program, which are rows of its workbook. One LibreOffice opens all.

    The time is that of LibreOffice as a whole. Raises NotInstalled, CodeFailed, NotExportable.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise NotInstalled("LibreOffice")
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = [f"model-{at}.xlsx" for at in range(len(cases))]
        for file, (program, rows) in zip(files, cases, strict=True):
            (folder / file).write_bytes(write_workbook(program, rows))
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        start = time.perf_counter()
        _call([office, profile, "--headless", "--convert-to", "xlsx", "--outdir", "calculated", *files], folder)
        seconds = time.perf_counter() - start
        version = " ".join(_call([office, profile, "--version"], folder).split()[:2])
        return [
            TimedAnswers(_read(program, folder / "calculated" / file, len(rows)), version, seconds, includes_start=True)
            for file, (program, rows) in zip(files, cases, strict=True)
        ]


def _call(arguments: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - LibreOffice on a file of this module
            arguments, cwd=folder, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise CodeFailed(f"LibreOffice took more than {TIMEOUT_SECONDS} seconds.") from None
    if done.returncode:
        raise CodeFailed(f"LibreOffice: {done.stderr.decode(errors='replace')[:2000]}")
    return done.stdout.decode(errors="replace")


def _read(program: Program, file: Path, rows: int) -> list[Answer]:
    from openpyxl import load_workbook

    if not file.is_file():
        raise CodeFailed("LibreOffice has written no workbook.")
    lines = iter(
        load_workbook(BytesIO(file.read_bytes()), data_only=True, read_only=True)[CASES].iter_rows(values_only=True)
    )
    next(line for line in lines if line[0] == "Wrong input")
    next(lines)  # the allowed values
    return [_answer(program, line) for line in islice(lines, rows)]


def _answer(program: Program, line: tuple[Any, ...]) -> Answer:
    """Return the answer of a line: the wrong input, label and decision if the model has them, and its numbers."""
    if line[0]:
        return REFUSED
    first = 1 + bool(program.labels)
    label = line[1] if program.labels else None
    decision = line[first] or None if program.labels or program.bands else None
    first += bool(program.labels or program.bands)
    numbers = len(program.scores) + 2 * (program.margin is not None)
    values = line[first : first + numbers]
    if not all(isinstance(value, int | float) for value in values):
        raise CodeFailed(f"LibreOffice calculates {', '.join(map(str, values))}, which are not only numbers.")
    return Answer(tuple(map(float, values)), label, decision)
