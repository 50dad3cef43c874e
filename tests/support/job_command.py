"""The real job in another process, killed at a chosen point."""

import signal
import subprocess
import sys

from tests.support.repository import ROOT

KILLED_BEFORE_COMMIT = """
import os, signal, sys
from service.jobs.__main__ import main
from service.store import run_history

left = int(sys.argv[1])
point = sys.argv[2]
whole = getattr(run_history, point)

def cut(store, *arguments):
    global left
    left -= 1
    if left == 0:
        writing = store.writing
        from contextlib import contextmanager

        @contextmanager
        def dying():
            with writing() as connection:
                yield connection
                os.kill(os.getpid(), signal.SIGKILL)  # everything is written, nothing is committed

        store.writing = dying
    whole(store, *arguments)

setattr(run_history, point, cut)
main(sys.argv[3:])
"""
"""The real job in another process, killed in the middle of a transaction."""


KILLED_BEFORE_CALL = """
import importlib, os, signal, sys
from service.jobs.__main__ import main

module, name = sys.argv[1].split(":")
left = int(sys.argv[2])
whole = getattr(importlib.import_module(module), name)

def cut(*arguments, **named):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*arguments, **named)

setattr(importlib.import_module(module), name, cut)
main(sys.argv[3:])
"""
"""The real job in another process, killed before it calls a function for the nth time."""


def killed_before(function: str, call: int, arguments: list[str]) -> None:
    """Run the job and kill it before its `call`-th call of `function` ("module:name")."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_CALL, function, str(call), *arguments],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
