"""Environments with nothing but the packages that a test names, made by uv if it is installed, else by pip."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


def make_environment(folder: Path, packages: Sequence[str | Path]) -> Path:
    """Install packages into an environment of this version of Python; return the path of its Python. It has no pip."""
    uv = shutil.which("uv")
    if uv:
        _run([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)])
    else:
        _run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    python = folder / "bin" / "python"
    if packages:
        install(python, "--only-binary=:all:", *packages)
    return python


def install(python: Path, *packages: str | Path) -> None:
    """Install packages, or what options name, into the environment of this Python."""
    names, uv = list(map(str, packages)), shutil.which("uv")
    if uv:
        _run([uv, "pip", "install", "--quiet", "--python", str(python), *names])
        return
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    # Compiling all that is installed takes five times the processor time of the rest; a test imports a part of it.
    # Nor does pip look for conflicts once more: its resolver has found none.
    _run([*pip, "install", "--quiet", "--no-compile", "--no-warn-conflicts", *names])


@contextmanager
def installed_without_compiling() -> Iterator[None]:
    """Let pip compile nothing in the environments that the service makes meanwhile: what a test imports is compiled then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_COMPILE", "0")
        yield


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
