"""Call a program of another language, for a bounded time."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from service.exports.proof.proof_answers import CodeFailed, NotInstalled

TIMEOUT_SECONDS = 300


def call_program(arguments: Sequence[str | Path], folder: Path, text: str = "") -> str:
    """Return what a program prints. Raises NotInstalled, CodeFailed."""
    program = shutil.which(str(arguments[0]))
    if program is None:
        raise NotInstalled(str(arguments[0]))
    try:
        done = subprocess.run(  # noqa: S603 - the programs of a language, on files of this module
            [program, *arguments[1:]],
            cwd=folder,
            input=text.encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CodeFailed(f"{Path(program).name} took more than {TIMEOUT_SECONDS} seconds.") from None
    if done.returncode:
        raise CodeFailed(f"{Path(program).name}: {(done.stderr or done.stdout).decode(errors='replace')[:2000]}")
    return done.stdout.decode()
