"""A program of ours in a process of its own: started, listened to, ended with all that it started."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from model_worker.isolation import end_with_parent
from service.model_process.process_log import ProcessLog

_ROOT = Path(__file__).parents[2]
_MAX_LINE_BYTES = 2**16


_NICENESS = 10
"""The requests to the service come first."""


def begin(parent: int) -> None:
    """Make this process one that `child_program` of the process `parent` can end, and give way to that."""
    end_with_parent(parent)
    os.setpgid(0, 0)  # no session of its own: Linux would give that a share of the processor, whatever its niceness
    os.nice(_NICENESS)


@contextlib.asynccontextmanager
async def child_program(
    module: str,
    arguments: Sequence[object],
    stdin: IO[bytes],
    *,
    log: logging.Logger,
    name: str,
    variables: Mapping[str, str] | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Give a process that runs a module of ours, which calls `begin`; its output is a pipe. It ends with the block.

    What it prints as errors goes to `log` as lines of `name`. `variables`: its environment; None: that of this program.
    """
    log_end, process_end = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-B", "-m", module, *map(str, arguments)),
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=process_end,
            cwd=_ROOT,
            env=variables,
            limit=_MAX_LINE_BYTES,
        )
    finally:
        os.close(process_end)
        copied = ProcessLog(os.fdopen(log_end, "rb", 0), log, name)
        threading.Thread(target=copied.copy, name=f"log of {name}", daemon=True).start()
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await _reap(process)


async def _reap(process: asyncio.subprocess.Process) -> None:
    """Wait for the end of a killed process, also if this task is cancelled meanwhile."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        await asyncio.shield(waiting)
    except asyncio.CancelledError:
        await waiting
        raise
