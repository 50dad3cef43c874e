"""Starts programs: runs one to its end, or keeps several running until the user stops them."""

import http.client
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from launch.console import LaunchError, say_error

TICK = 0.05
MAX_RESTARTS = 5
"""So often a program that ended by itself is started again. Then something is wrong with it, or with the machine."""
LAST_LINES = 15
REMOVED_VARIABLES = ("PYTHONPATH", "PYTHONHOME")
"""Variables that would mix packages of another Python into the environments."""

OPENMP_SETTINGS = {"GOMP_SPINCOUNT": "10000"}
"""Makes waiting OpenMP threads sleep soon: on a busy computer training takes 18 s with it and over 100 s without."""


class Stopped(Exception):
    """The user stops the launcher: Ctrl-C, SIGTERM, or the terminal is closed."""


@dataclass(frozen=True, eq=False)
class Program:
    name: str
    """The name as a sentence uses it: "the service"."""
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    """The file for all output; without it, the output goes to the terminal."""
    ready_url: str = ""
    """The URL that answers 200 as soon as the program is ready."""
    stop_signal: signal.Signals = signal.SIGTERM
    """The signal with which the program ends in order."""
    grace_seconds: float = 5.0
    """The time from the signal until the program is killed."""


@dataclass(frozen=True)
class Child:
    program: Program
    process: subprocess.Popen[bytes]


class Supervisor:
    """Holds every started program, and ends all of them at the end of the `with` block."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._children: list[Child] = []
        self._stop_requested = False
        self._exit_stack = ExitStack()

    def __enter__(self) -> "Supervisor":
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):  # nohup
                continue
            self._exit_stack.callback(signal.signal, number, signal.signal(number, self._request_stop))
        self._exit_stack.callback(self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._exit_stack.close()

    def run(self, program: Program, tick: Callable[[], None] = lambda: None) -> int:
        """Run the program to its end and return its exit code."""
        child = self.start(program)
        while child.process.poll() is None:
            self._wait_a_tick()
            tick()
        self._children.remove(child)
        return child.process.returncode

    def start(self, program: Program, *, keeps_log: bool = False) -> Child:
        """Start the program in a new session: Ctrl-C reaches the launcher alone, which stops all programs in order."""
        with ExitStack() as stack:
            output = None
            if program.log:
                program.log.parent.mkdir(parents=True, exist_ok=True)
                output = stack.enter_context(program.log.open("ab" if keeps_log else "wb"))
            try:
                process = subprocess.Popen(
                    [*_parent_death_prefix(), *program.command],
                    cwd=self._root,
                    env=_environment(program),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except OSError as error:
                raise LaunchError(f"{_subject(program)} could not be started: {error.strerror}.") from error
        child = Child(program, process)
        self._children.append(child)
        return child

    def wait_until_ready(self, seconds: float) -> None:
        """Wait for every running program that has a `ready_url`."""
        waiting = [child.program for child in self._children if child.program.ready_url]
        deadline = time.monotonic() + seconds
        while waiting:
            self._raise_if_one_ended()
            waiting = [program for program in waiting if not _answers(program.ready_url)]
            if waiting and time.monotonic() > deadline:
                _raise_not_ready(waiting[0], seconds)
            self._wait_a_tick()

    def watch(self, seconds: float) -> None:
        """Wait, and start a program again that ends by itself; the others stay. Raises Stopped if the user stops it.

        Raises LaunchError if a program ends more than `MAX_RESTARTS` times, or is not ready after `seconds`.
        """
        restarts: Counter[Program] = Counter()
        deadlines: dict[Program, float] = {}
        while True:
            for child in self._list_ended():
                program, report = child.program, _report_end(child)
                if restarts[program] == MAX_RESTARTS:
                    raise LaunchError(report)
                restarts[program] += 1
                say_error(f"{report} It is started again ({restarts[program]} of {MAX_RESTARTS}).")
                self._children.remove(child)
                self.start(program, keeps_log=True)
                deadlines[program] = time.monotonic() + seconds
            for program, deadline in list(deadlines.items()):
                if _answers(program.ready_url):
                    del deadlines[program]
                    say_error(f"{_subject(program)} is ready again ({restarts[program]} of {MAX_RESTARTS}).")
                elif time.monotonic() > deadline:
                    _raise_not_ready(program, seconds)
            self._wait_a_tick()

    def _list_ended(self) -> list[Child]:
        return [child for child in self._children if child.process.poll() is not None]

    def _raise_if_one_ended(self) -> None:
        for child in self._list_ended():
            raise LaunchError(_report_end(child))

    def _wait_a_tick(self) -> None:
        time.sleep(TICK)
        if self._stop_requested:
            raise Stopped

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requested = True

    def _stop(self) -> None:
        for child in self._children:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal if os.name == "posix" else signal.SIGTERM)
        stop_began = time.monotonic()
        for child in self._children:
            try:
                child.process.wait(max(0.0, stop_began + child.program.grace_seconds - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill(child.process)
        self._children.clear()


def _environment(program: Program) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in REMOVED_VARIABLES}
    return {**OPENMP_SETTINGS, **inherited, "PYTHONUNBUFFERED": "1", **program.environment}


def _parent_death_prefix() -> list[str]:
    """Return the start of a command with which Linux ends the program if the launcher is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the program, and on POSIX everything that it started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _answers(url: str) -> bool:
    """Return whether the URL answers 200. The request uses no proxy, because the programs listen on this computer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=1)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _report_end(child: Child) -> str:
    """Show the last lines of a program that ended by itself; return the sentence that says so."""
    code = child.process.poll() or 0
    how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
    _show_last_lines(child.program)
    return f"{_subject(child.program)} stopped by itself ({how}){_see_log(child.program)}."


def _raise_not_ready(program: Program, seconds: float) -> NoReturn:
    _show_last_lines(program)
    raise LaunchError(f"{_subject(program)} was not ready after {seconds:.0f} s{_see_log(program)}.")


def _show_last_lines(program: Program) -> None:
    if program.log:
        for line in program.log.read_text(errors="replace").splitlines()[-LAST_LINES:]:
            say_error(f"  | {line}")


def _see_log(program: Program) -> str:
    return f"; its output is in {os.path.relpath(program.log)}" if program.log else ""


def _subject(program: Program) -> str:
    return program.name[:1].upper() + program.name[1:]
