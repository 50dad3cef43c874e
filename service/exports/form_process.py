"""`python -m service.exports.form_process`: makes the file of one form, or asks one, within limits of time and memory.

A service or a command starts it; a row that a file is to answer is on standard input. Its only line has what it found.
"""

import argparse
import errno
import logging
import os
import sys
from pathlib import Path

import msgspec

from model_worker.isolation import limit_memory
from service.bundles.bundle_opening import open_model
from service.errors import BrokenBundle
from service.exports.forms import FORMS
from service.exports.made_file import MadeFile, Proof
from service.exports.proof.proof_answers import CodeFailed, NotInstalled, TimedAnswers
from service.exports.refusals import NotExportable
from service.model_process.child_program import begin
from service.model_process.process_limits import ProcessLimits, set_process_limits
from service.schemas import ExportProof, RefusedExport

_MAX_REASON = 500


class FormMessage(msgspec.Struct, frozen=True):
    """The line of the process. One of `file`, `refused`, `answers`, `broken` and `failure` is given."""

    file: str = ""
    """The name of the file that was written."""
    proof: ExportProof | None = None
    missing_runtime: str | None = None
    """What this machine lacks to run the file."""
    answers: TimedAnswers | None = None
    """The answer of the file to the row."""
    refused: RefusedExport | None = None
    broken: str = ""
    """Why the bundle cannot be opened."""
    failure: str = ""


def main(arguments: list[str]) -> None:
    """Run the process."""
    options = _parser().parse_args(arguments)
    begin(options.parent)
    channel = os.dup(1)
    os.dup2(2, 1)  # what a library prints goes to the log
    logging.basicConfig(level=logging.WARNING, format="%(name)s %(message)s")
    limit_memory(options.max_memory_bytes)
    set_process_limits(ProcessLimits(options.max_memory_bytes, options.environments))
    os.write(channel, msgspec.json.encode(_answer(options)) + b"\n")
    os._exit(0)  # threads of a model may run on


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.exports.form_process")
    parser.add_argument("kind", choices=FORMS)
    parser.add_argument("--file", type=Path, help="a file that was made; it answers the row")
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--folder", type=Path, help="where the file is written")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--max-memory-bytes", type=int, required=True)
    parser.add_argument("--environments", type=Path, required=True)
    return parser


def _answer(options: argparse.Namespace) -> FormMessage:
    """Return what the process finds; whatever fails is part of it."""
    try:
        return _run(options)
    except NotExportable as error:
        return FormMessage(refused=RefusedExport(reason=_plain(error.reason), nearest=error.nearest))
    except NotInstalled as error:
        return FormMessage(missing_runtime=str(error))
    except BrokenBundle as error:
        return FormMessage(broken=_plain(str(error)))
    except (CodeFailed, MemoryError, OSError) as error:
        return FormMessage(failure=_describe_failure(error))


def _run(options: argparse.Namespace) -> FormMessage:
    model, form = open_model(options.bundle), FORMS[options.kind]
    if model.card.version != options.version:
        raise BrokenBundle("its files have changed since the service opened it")
    if options.file:
        row = msgspec.json.decode(sys.stdin.buffer.read())
        return FormMessage(answers=form.answer(model, options.bundle, options.file, row))
    return _describe(form.make(model, options.bundle, options.folder))


def _describe_failure(error: CodeFailed | MemoryError | OSError) -> str:
    """Return a sentence about a failure; empty if there is nothing to say of it to a caller."""
    if isinstance(error, CodeFailed):
        return _plain(f"The file does not run: {error}")
    if isinstance(error, MemoryError):
        return "It needs more memory than a model may have."
    return "The disk has no space for it." if error.errno == errno.ENOSPC else ""


def _describe(made: MadeFile) -> FormMessage:
    proof = _published(made.proof) if made.proof else None
    return FormMessage(file=made.path.name, proof=proof, missing_runtime=made.missing_runtime or None)


def _published(proof: Proof) -> ExportProof:
    return ExportProof(
        rows=proof.rows,
        real_rows=proof.real_rows,
        difference=proof.difference,
        program=proof.program,
        date=proof.day.isoformat(),
    )


def _plain(text: str) -> str:
    """Return a text for people: one line of limited length."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MAX_REASON]


if __name__ == "__main__":
    main(sys.argv[1:])
