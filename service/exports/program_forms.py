"""The forms that are a program: code, PMML and the workbook. What makes their files, and what runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from service.bundles.model import Model
from service.exports.code.languages import LANGUAGES, write_code
from service.exports.code.program import Program
from service.exports.code.program_builder import build_program, check_program_card
from service.exports.code.program_steps import MAX_DEPTH
from service.exports.made_file import MadeFile, Proof
from service.exports.pmml.pmml_document import write_pmml
from service.exports.proof.code_runs import run_code
from service.exports.proof.pmml_run import run_pmml
from service.exports.proof.proof_answers import NotInstalled, TimedAnswers
from service.exports.proof.proof_rows import real_rows, special_rows
from service.exports.proof.proving import SINGLE_TOLERANCE, TOLERANCE, prove
from service.exports.proof.workbook_run import run_workbooks
from service.exports.workbook.model_workbook import SHOWN_CASES, max_proof_rows, write_workbook
from service.schemas import Card, Row

MAX_ROWS = 10_000


@dataclass(frozen=True)
class ProgramForm:
    """One form: how its file is written and run."""

    file_name: Callable[[str], str]
    """The name of a model → that of its file."""
    write: Callable[[Program, Sequence[Row], Proof | None], bytes]
    """Takes real rows, which may stand in the file as examples."""
    run: Callable[[Program, Sequence[Row], str], TimedAnswers]
    """Returns an answer for each row. The last argument is the address of a database, or empty."""
    max_depth: int = MAX_DEPTH
    max_rows: Callable[[Program], int] = lambda _: MAX_ROWS
    """How many rows a proof may run."""
    spacing: float = 0.0
    """How near to a threshold the form still tells numbers apart, relative to the threshold; 0: as float64 does."""

    def check_card(self, card: Card) -> None:
        """Raise NotExportable if no model of such a card can be a program."""
        check_program_card(card)

    def make(self, model: Model, bundle: Path, folder: Path, *, database: str = "") -> MadeFile:
        """Write the file of a model into a folder, and prove it. Raises NotExportable."""
        program = build_program(model, bundle, max_depth=self.max_depth)
        rows = real_rows(model, bundle)
        special = special_rows(model, bundle, rows, spacing=self.spacing)
        step = -(-(len(rows) + len(special)) // self.max_rows(program)) or 1
        proof, missing_runtime = None, ""
        try:
            proof = prove(
                model,
                rows[::step],
                special[::step],
                lambda checked: self.run(program, checked, database),
                tolerance=SINGLE_TOLERANCE if program.is_single_precision else TOLERANCE,
            )
        except NotInstalled as error:
            missing_runtime = str(error)
        file = folder / self.file_name(model.card.name)
        file.write_bytes(self.write(program, rows, proof))
        return MadeFile(file, proof, missing_runtime)

    def answer(self, model: Model, bundle: Path, file: Path, row: Row) -> TimedAnswers:  # noqa: ARG002 - as others
        """Return the answer to a row of the same program. Raises NotInstalled, CodeFailed."""
        return self.run(build_program(model, bundle, max_depth=self.max_depth), [row], "")


def _write_code(language: str, program: Program, _: Sequence[Row], proof: Proof | None) -> bytes:
    return write_code(program, language, proof).encode()


def _run_code(language: str, program: Program, rows: Sequence[Row], database: str) -> TimedAnswers:
    return run_code(program, language, write_code(program, language), rows, postgresql=database)


def _alone(
    run: Callable[[Sequence[tuple[Program, Sequence[Row]]]], list[TimedAnswers]],
) -> Callable[[Program, Sequence[Row], str], TimedAnswers]:
    """Return what runs one program, of what runs several at once."""

    def run_one(program: Program, rows: Sequence[Row], _: str) -> TimedAnswers:
        (answers,) = run([(program, rows)])
        return answers

    return run_one


PROGRAM_FORMS: Mapping[str, ProgramForm] = {
    name: ProgramForm(each.file_name, partial(_write_code, name), partial(_run_code, name))
    for name, each in LANGUAGES.items()
} | {
    "workbook": ProgramForm(
        lambda model: f"{model}.xlsx",
        lambda program, rows, proof: write_workbook(program, rows[:: len(rows) // SHOWN_CASES or 1][:SHOWN_CASES], proof),
        _alone(run_workbooks),
        max_depth=4,
        max_rows=max_proof_rows,
        spacing=1e-9,
    ),
    "pmml": ProgramForm(
        lambda model: f"{model}.pmml",
        lambda program, _, proof: write_pmml(program, proof),
        _alone(run_pmml),
    ),
}
