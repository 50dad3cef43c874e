"""One process that runs `model_worker/`: started, asked, killed. One thread uses it; that thread must outlive it.

Linux ends the process with the thread that started it, so that a killed service leaves none behind.
"""

import contextlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_worker import messages
from model_worker.messages import FAILED, FLOAT_BYTES, HEADER, MAX_JSON_BYTES, OPEN, READY, ROWS, SCORES
from service.model_process.process_log import ProcessLog
from tabular.scratch_folder import ScratchFolder

PROGRAM = Path(messages.__file__).with_name("__main__.py")
_KEPT_VARIABLES = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PATH", "TZ")
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "JOBLIB_MULTIPROCESSING": "0"}
"""The processes of the models and the service share the cores, so each uses one thread."""
_BUFFER_BYTES = 2**20
_log = logging.getLogger("service.model")


class ProcessEnded(Exception):
    """The process has ended, or sent what is no message."""


class TooSlow(Exception):
    """The answer did not come in time. The process may still send it."""


class CannotStart(Exception):
    """The process did not open the model. The message is the reason, for people."""


class ScoringFailed(Exception):
    """The model raised or gave a wrong answer, and goes on. The message is a sentence for people, or empty."""


@dataclass(frozen=True)
class ProcessPlan:
    """What a process is started with: a Python, and the request that opens the model (`model_worker.__main__`)."""

    name: str
    """The model, for the log."""
    python: str
    request: dict[str, Any]
    max_memory_bytes: int


def worker_variables(home: Path) -> dict[str, str]:
    """Return the environment variables of a process that runs a model: none of those of the service, such as its keys."""
    variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return _THREADS | variables | {"HOME": str(home), "TMPDIR": str(home)}


class WorkerProcess:
    """A running process. `open` waits until it has opened its model."""

    def __init__(self, plan: ProcessPlan) -> None:
        self._plan = plan
        self._scratch = ScratchFolder()
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        self._socket = ours
        self._readable = select.poll()
        self._readable.register(ours, select.POLLIN)
        home = self._scratch.path
        try:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - our program
                [plan.python, "-I", "-S", "-B", "-u", str(PROGRAM), str(os.getpid())],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=home,
                env=worker_variables(home),
                process_group=0,  # Ctrl-C in a terminal is for the service, which answers its requests first
            )
        except OSError as error:
            ours.close()
            self._scratch.remove()
            raise CannotStart(f"its Python cannot be started: {type(error).__name__}") from None
        finally:
            theirs.close()
        log = ProcessLog(self._process.stderr, _log, plan.name)
        threading.Thread(target=log.copy, name=f"log of {plan.name}", daemon=True).start()

    def open(self, deadline: float, max_bytes: int = MAX_JSON_BYTES) -> dict[str, Any]:
        """Return what the process says of itself, in up to `max_bytes`. Raises CannotStart, TooSlow, ProcessEnded."""
        request = self._plan.request | {
            "scratch": str(self._scratch.path),
            "max_memory_bytes": self._plan.max_memory_bytes,
        }
        self._send(messages.encode_json(OPEN, request), deadline)
        kind, _, _, content = self._receive(deadline, max_bytes)
        answer = _read_json(content)
        if kind == FAILED:
            raise CannotStart(_start_failure(answer))
        if kind != READY:
            raise ProcessEnded
        return answer | {"pid": self._process.pid}

    def send_rows(self, numbers: NDArray[np.float64], texts: dict[str, list[str]], deadline: float) -> None:
        """Ask for the scores of some rows; `is_answering` and `receive_scores` follow. Raises TooSlow, ProcessEnded."""
        rows, columns = numbers.shape
        content = numbers.astype("<f8", copy=False).tobytes() + (json.dumps(texts).encode() if texts else b"")
        self._send(messages.encode(ROWS, content, rows, columns), deadline)

    def is_answering(self, seconds: float) -> bool:
        """Wait for the beginning of an answer, or the end of the process; return whether one of them came."""
        return bool(self._readable.poll(max(0.0, seconds * 1000)))

    def receive_scores(self, rows: int, columns: int, deadline: float) -> NDArray[np.float64]:
        """Return the answer (rows, columns). Raises ScoringFailed, TooSlow, ProcessEnded (another shape too)."""
        kind, answered_rows, answered_columns, content = self._receive(
            deadline, max(MAX_JSON_BYTES, rows * columns * FLOAT_BYTES)
        )
        if kind == FAILED:
            raise ScoringFailed(_scoring_failure(_read_json(content)))
        expected = (SCORES, rows, columns, rows * columns * FLOAT_BYTES)
        if (kind, answered_rows, answered_columns, len(content)) != expected:
            raise ProcessEnded
        return np.frombuffer(content, "<f8").reshape(rows, columns).astype(np.float64, copy=False)

    def kill(self) -> int:
        """End the process and those that it started; return its exit code, negative for a signal."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # a process that limited itself sends no signals
            os.killpg(self._process.pid, signal.SIGKILL)
        self._socket.close()  # the process ends by itself when it reads this end
        code = self._process.wait()
        self._scratch.remove()
        return code

    def _send(self, content: bytes, deadline: float) -> None:
        try:
            self._socket.settimeout(_seconds_until(deadline))
            self._socket.sendall(content)
        except TimeoutError:
            raise TooSlow from None
        except OSError:
            raise ProcessEnded from None

    def _receive(self, deadline: float, max_bytes: int) -> tuple[bytes, int, int, bytearray]:
        kind, rows, columns, length = HEADER.unpack(self._receive_bytes(HEADER.size, deadline))
        if length > max_bytes:
            raise ProcessEnded
        return kind, rows, columns, self._receive_bytes(length, deadline)

    def _receive_bytes(self, count: int, deadline: float) -> bytearray:
        content = bytearray(count)
        rest = memoryview(content)
        try:
            while rest:
                self._socket.settimeout(_seconds_until(deadline))
                received = self._socket.recv_into(rest)
                if not received:
                    raise ProcessEnded
                rest = rest[received:]
        except TimeoutError:
            raise TooSlow from None
        except OSError:
            raise ProcessEnded from None
        return content


def _seconds_until(deadline: float) -> float | None:
    """Return the seconds until a moment of time.monotonic(). Raises TooSlow if it has passed."""
    if deadline == float("inf"):
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TooSlow
    return seconds


def _read_json(content: bytearray) -> dict[str, Any]:
    """Return an object that the process sent. Raises ProcessEnded: the process may send anything."""
    try:
        answer = json.loads(bytes(content))
    except (ValueError, RecursionError):
        raise ProcessEnded from None
    if not isinstance(answer, dict):
        raise ProcessEnded
    return answer


def _names(answer: dict[str, Any]) -> Sequence[str]:
    """Return the names of a failure as short texts that every log and answer can hold."""
    names = answer.get("names")
    texts = [str(name)[:100] for name in names[:5]] if isinstance(names, list) else []
    return ["".join(letter if letter.isprintable() else "?" for letter in text) for text in texts]


def _start_failure(answer: dict[str, Any]) -> str:
    names = ", ".join(_names(answer))
    return {
        "missing_package": f"its environment lacks the package {names}",
        "not_trusted": "its file can run any code when it is opened, and nobody has said to trust it",
        "unknown_types": f"its file holds types that are not known to be safe, and nobody has said to trust it: {names}",
        "too_large": "its file is too large when unpacked",
        "changed": "its file has changed",
    }.get(str(answer.get("code")), f"its file cannot be opened: {names}")


def _scoring_failure(answer: dict[str, Any]) -> str:
    """Return the sentence of a wrong answer. What a model raises is for the log alone."""
    return next(iter(_names(answer)), "") if answer.get("code") == "wrong_answer" else ""
