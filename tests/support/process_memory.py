"""The memory of a running program, read from /proc."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support.server_process import Program

T = TypeVar("T")
has_proc = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc")


def megabytes(program: Program, what: str) -> float:
    """Return the program's memory: VmRSS is its memory now, VmHWM the peak."""
    lines = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


def above_idle(program: Program, ask: Callable[[], T]) -> tuple[T, float]:
    """Return an answer, and the peak of the program's memory meanwhile, in megabytes more than before."""
    Path(f"/proc/{program.pid}/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    idle = megabytes(program, "VmRSS")
    answer = ask()
    return answer, megabytes(program, "VmHWM") - idle
