"""Environments with nothing but the packages that a test names, made by uv if it is installed, else by pip."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def make_environment(folder: Path, packages: Sequence[str | Path]) -> Path:
    """Install packages into an environment of this version of Python; return the path of its Python."""
    python = folder / "bin" / "python"
    uv = shutil.which("uv")
    names = list(map(str, packages))
    if uv:
        _run([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(python), *names])
    else:
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--only-binary=:all:", *names])
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
