"""One call of the process that makes the file of a form: within a time, a memory and a folder."""

import asyncio
import logging
import os
from pathlib import Path

import msgspec

from service.bundles.model import Model
from service.errors import ModelUnavailable
from service.export_errors import ExportFailed, ExportTimeout
from service.exports.form_process import FormMessage
from service.model_process.child_program import child_program
from service.model_process.process_limits import process_limits
from service.model_process.worker_process import worker_variables

_log = logging.getLogger("service.exports")


async def make_form(model: Model, kind: str, folder: Path, scratch: Path, max_seconds: float) -> FormMessage:
    """Make a file in a folder. All temporary files are in the folder `scratch`.

    Raises ExportTimeout, ExportFailed, ModelUnavailable if the bundle is not any more what the service opened.
    """
    limits = process_limits()
    options = {
        "--bundle": model.folder.absolute(),
        "--version": model.card.version,
        "--folder": folder,
        "--parent": os.getpid(),
        "--max-memory-bytes": limits.max_memory_bytes,
        "--environments": limits.environments,
    }
    arguments = [kind, *(part for pair in options.items() for part in pair)]
    variables = worker_variables(scratch)
    with Path(os.devnull).open("rb") as nothing:
        program = child_program(
            "service.exports.form_process",
            arguments,
            nothing,
            log=_log,
            name=f"{model.card.name} as {kind}",
            variables=variables,
        )
        try:
            async with asyncio.timeout(max_seconds), program as process:
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                line = await process.stdout.readline()
        except TimeoutError:
            raise ExportTimeout from None
    try:
        message = msgspec.json.decode(line, type=FormMessage)
    except msgspec.DecodeError as error:
        raise ExportFailed from error
    if message.broken:
        raise ModelUnavailable(f"This version cannot be exported: {message.broken}.")
    if not message.file and not message.refused:
        raise ExportFailed(message.failure)
    return message
