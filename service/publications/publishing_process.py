"""The process that publishes a model which a caller sent: started, listened to, ended with all that it started."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from service.errors import CannotPublish
from service.model_process.child_program import child_program
from service.model_process.process_limits import process_limits
from wire.model_folder.publication_steps import Step

MAX_SECONDS = 1800.0
"""The time for packages, conversion and evaluation together."""
_log = logging.getLogger("service.publications")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the process. After `refusal`, or after `version` with `summary`, nothing more comes."""

    step: Step | None = None
    name: str = ""
    """The name of the model, with the first step: no code of the model has run before."""
    refusal: str = ""
    version: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    summary: str = ""


@dataclass(frozen=True)
class PublishingProcess:
    """A running process. The code of a model may run in it, so nothing that it says is believed."""

    _process: asyncio.subprocess.Process

    async def next_message(self) -> Message:
        """Wait for the next line. Raises CannotPublish if the process ended, or sent what is no message."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            line = await self._process.stdout.readline()
            if line:
                return msgspec.json.decode(line, type=Message)
        except (ValueError, msgspec.MsgspecError) as error:
            raise CannotPublish("The process that published the model sent what is no message.") from error
        code = await self._process.wait()
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise CannotPublish(f"The process that published the model ended before its time ({reason}).")


@contextlib.asynccontextmanager
async def publishing_process(archive: Path, scratch: Path, max_unpacked_bytes: int) -> AsyncIterator[PublishingProcess]:
    """Publish the folder in an archive into the folder `scratch`, in a process that ends with the block."""
    limits = process_limits()
    options = {
        "--scratch": scratch,
        "--parent": os.getpid(),
        "--max-unpacked-bytes": max_unpacked_bytes,
        "--max-memory-bytes": limits.max_memory_bytes,
        "--environments": limits.environments,
    }
    arguments: list[object] = [part for pair in options.items() for part in pair]
    with archive.open("rb") as file:
        arguments = ["unpack", *arguments]
        program = child_program("service.models.receive", arguments, file, log=_log, name="a model that was sent")
        async with program as process:
            yield PublishingProcess(process)
