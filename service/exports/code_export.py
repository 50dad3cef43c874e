"""Write a model as code, and prove on this machine that it answers as the service does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.bundles.model import Model
from service.exports.code.file_header import Proof
from service.exports.code.languages import LANGUAGES, write_code
from service.exports.code.program import Program
from service.exports.code.program_builder import build_program
from service.exports.proof.code_runs import run_code
from service.exports.proof.proof_answers import (
    CodeFailed,
    DifferentAnswers,
    NotInstalled,
    largest_difference,
    service_answers,
)
from service.exports.proof.proof_rows import real_rows, special_rows
from service.exports.refusals import NotExportable
from service.schemas import Row

TOLERANCE = 1e-9
"""The largest difference between the numbers of the service and those of code, relative to numbers above 1."""


@dataclass(frozen=True)
class CodeFile:
    """A file of source code, and how it was proved."""

    name: str
    text: str
    proof: Proof | None
    not_run: str = ""
    """What was not there to run the code."""


def export_code(model: Model, folder: Path, language: str, *, postgresql: str = "") -> CodeFile:
    """Return a model, whose bundle is in a folder, as code. Raises NotExportable with the reason.

    `postgresql` is the address of a database that can run a query of PostgreSQL.
    """
    program = build_program(model, folder)
    rows = real_rows(model, folder)
    rows += special_rows(model, folder, rows)
    name = LANGUAGES[language].file_name(program)
    try:
        proof = prove(model, program, language, rows, postgresql=postgresql)
    except NotInstalled as error:
        return CodeFile(name, write_code(program, language), None, str(error))
    return CodeFile(name, write_code(program, language, proof), proof)


def prove(model: Model, program: Program, language: str, rows: Sequence[Row], *, postgresql: str = "") -> Proof:
    """Run a program on rows and compare it with the service. Raises NotInstalled, NotExportable."""
    try:
        answers, runtime = run_code(program, language, write_code(program, language), rows, postgresql=postgresql)
        difference = largest_difference(service_answers(model, rows), answers)
    except CodeFailed as error:
        raise NotExportable(f"the code does not run ({error})") from None
    except DifferentAnswers as error:
        raise NotExportable(f"the code answers otherwise than the service ({str(error).rstrip('.')})") from None
    if difference > TOLERANCE:
        raise NotExportable(f"a number of the code differs by {difference:.1e} from that of the service")
    return Proof(len(rows), difference, runtime, datetime.now(UTC).date())
