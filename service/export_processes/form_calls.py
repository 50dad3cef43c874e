"""Calls of the process that makes the file of a form, or asks one: within a time, a memory and a folder."""

import asyncio
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from service.bundles.model import Model
from service.errors import ModelUnavailable
from service.export_errors import ExportFailed, ExportTimeout
from service.exports.form_process import FormMessage
from service.model_process.child_program import child_program
from service.model_process.process_limits import process_limits
from service.model_process.worker_process import worker_variables
from service.schemas import Row

_log = logging.getLogger("service.exports")


@dataclass(frozen=True)
class FormCall:
    """What a process is about, and its limits. All its temporary files are in the folder `scratch`."""

    model: Model
    kind: str
    scratch: Path
    max_seconds: float


async def make_form(call: FormCall, folder: Path) -> FormMessage:
    """Make a file in a folder. The message has the file or a refusal.

    Raises ExportTimeout, ExportFailed, ModelUnavailable if the bundle is not any more what the service opened.
    """
    message = await _run(call, ["--folder", folder], None)
    if not message.file and not message.refused:
        raise ExportFailed(message.failure)
    return message


async def ask_form(call: FormCall, file: Path, row: Row) -> FormMessage:
    """Let a file answer a row with all fields. The message has its answer, or what this machine lacks to run it.

    Raises as `make_form` does.
    """
    message = await _run(call, ["--file", file], row)
    if not message.answers and not message.missing_runtime:
        raise ExportFailed(message.failure)
    return message


async def _run(call: FormCall, arguments: list[object], row: Row | None) -> FormMessage:
    model, kind, scratch = call.model, call.kind, call.scratch
    limits = process_limits()
    options = {
        "--bundle": model.folder.absolute(),
        "--version": model.card.version,
        "--parent": os.getpid(),
        "--max-memory-bytes": limits.max_memory_bytes,
        "--environments": limits.environments,
    }
    arguments = [kind, *arguments, *(part for pair in options.items() for part in pair)]
    given = scratch / "row.json"
    given.write_bytes(msgspec.json.encode(row))
    name, variables = f"{model.card.name} as {kind}", worker_variables(scratch)
    with given.open("rb") as stdin:
        program = child_program("service.exports.form_process", arguments, stdin, log=_log, name=name, variables=variables)
        try:
            async with asyncio.timeout(call.max_seconds), program as process:
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                message = msgspec.json.decode(await process.stdout.readline(), type=FormMessage)
        except TimeoutError:
            raise ExportTimeout from None
        except (msgspec.DecodeError, ValueError) as error:  # it ended before its time, or its line is too long
            raise ExportFailed from error
    if message.broken:
        raise ModelUnavailable(f"This version cannot be exported: {message.broken}.")
    return message
