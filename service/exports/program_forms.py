"""The forms that are a program: code and the workbook. What makes their files, and what runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from service.bundles.model import Model
from service.exports.code.file_header import Proof
from service.exports.code.languages import LANGUAGES, write_code
from service.exports.code.program import Program
from service.exports.code.program_builder import build_program
from service.exports.code.program_steps import MAX_DEPTH
from service.exports.proof.code_runs import run_code
from service.exports.proof.proof_answers import (
    Answer,
    CodeFailed,
    DifferentAnswers,
    NotInstalled,
    largest_difference,
    service_answers,
)
from service.exports.proof.proof_rows import real_rows, special_rows
from service.exports.proof.workbook_run import run_workbook
from service.exports.refusals import NotExportable
from service.exports.workbook.model_workbook import SHOWN_CASES, max_proof_rows, write_workbook
from service.schemas import Row

MAX_ROWS = 10_000
TOLERANCE = 1e-9
"""The largest difference between the numbers of the service and those of a form, relative to numbers above 1."""


@dataclass(frozen=True)
class ExportedFile:
    """A model in another form, and how it was proved."""

    name: str
    content: bytes
    proof: Proof | None
    missing_runtime: str = ""
    """What this machine would need to prove it."""


@dataclass(frozen=True)
class ProgramForm:
    """One form: how its file is written and run."""

    title: str
    needs: str
    file_name: Callable[[Program], str]
    write: Callable[[Program, Sequence[Row], Proof | None], bytes]
    """Takes real rows, which may stand in the file as examples."""
    run: Callable[[Program, Sequence[Row], str], tuple[list[Answer], str]]
    """Returns an answer for each row, and what gave them. The last argument is the address of a database, or empty."""
    max_depth: int = MAX_DEPTH
    max_rows: Callable[[Program], int] = lambda _: MAX_ROWS
    """How many rows a proof may run."""
    spacing: float = 0.0
    """How near to a threshold the form still tells numbers apart, relative to the threshold; 0: as float64 does."""


def export(model: Model, folder: Path, form: ProgramForm, *, database: str = "") -> ExportedFile:
    """Return a model, whose bundle is in a folder, in a form. Raises NotExportable with the reason."""
    program = build_program(model, folder, max_depth=form.max_depth)
    rows = real_rows(model, folder)
    checked = [*rows, *special_rows(model, folder, rows, spacing=form.spacing)]
    checked = checked[:: -(-len(checked) // form.max_rows(program))]
    try:
        proof = prove(model, program, form, checked, database)
    except NotInstalled as error:
        return ExportedFile(form.file_name(program), form.write(program, rows, None), None, str(error))
    return ExportedFile(form.file_name(program), form.write(program, rows, proof), proof)


def prove(model: Model, program: Program, form: ProgramForm, rows: Sequence[Row], database: str = "") -> Proof:
    """Run a form on rows and compare it with the service. Raises NotInstalled, NotExportable."""
    try:
        answers, runtime = form.run(program, rows, database)
        difference = largest_difference(service_answers(model, rows), answers)
    except CodeFailed as error:
        raise NotExportable(f"the file does not run ({error})") from None
    except DifferentAnswers as error:
        raise NotExportable(f"the file answers otherwise than the service ({str(error).rstrip('.')})") from None
    if difference > TOLERANCE:
        raise NotExportable(f"a number of the file differs by {difference:.1e} from that of the service")
    return Proof(len(rows), difference, runtime, datetime.now(UTC).date())


def _write_code(language: str, program: Program, _: Sequence[Row], proof: Proof | None) -> bytes:
    return write_code(program, language, proof).encode()


def _run_code(language: str, program: Program, rows: Sequence[Row], database: str) -> tuple[list[Answer], str]:
    return run_code(program, language, write_code(program, language), rows, postgresql=database)


PROGRAM_FORMS: Mapping[str, ProgramForm] = {
    name: ProgramForm(each.title, each.needs, each.file_name, partial(_write_code, name), partial(_run_code, name))
    for name, each in LANGUAGES.items()
} | {
    "workbook": ProgramForm(
        "an Excel workbook",
        "Excel 2010 or LibreOffice",
        lambda program: f"{program.card.name}.xlsx",
        lambda program, rows, proof: write_workbook(program, rows[:: len(rows) // SHOWN_CASES or 1][:SHOWN_CASES], proof),
        lambda program, rows, _: run_workbook(program, rows),
        max_depth=4,
        max_rows=max_proof_rows,
        spacing=1e-9,
    )
}
