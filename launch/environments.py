"""Builds the environments under `.venv/` from their pinned requirements. Rebuilds them only if these change."""

import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from launch.console import LaunchError, step
from launch.processes import Program, Supervisor

STAMP = "installed-from"
DISK_FULL = ("No space left on device",)
UNREACHABLE = (
    "name resolution",
    "Failed to resolve",
    "dns error",
    "Failed to establish a new connection",
    "error sending request",
    "Cannot connect to proxy",
    "timed out",
)
"""What pip and uv write if they cannot reach the package index."""


def set_up(supervisor: Supervisor, root: Path, name: str) -> Path:
    """Return the Python of an environment. Builds the environment if it is missing, incomplete or out of date."""
    home = root / ".venv" / name
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    requirements = root / f"requirements-{name}.txt"
    stamp = home / STAMP
    source = describe_source(requirements)
    if python.exists() and stamp.is_file() and stamp.read_text() == source:
        return python
    with step(f"Setting up the environment .venv/{name}") as tick:
        shutil.rmtree(home, ignore_errors=True)
        log = root / ".venv" / "logs" / f"install-{name}.log"
        for command in _commands(home, python, requirements):
            if supervisor.run(Program("the installation", command, log=log), tick):
                raise LaunchError(f"The packages of {requirements.name} were not installed: {_reason(log)}")
        stamp.write_text(source)
    return python


def describe_source(requirements: Path) -> str:
    """Return what an environment is made from. It is written into a complete environment and compared at every start."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{requirements.name} {digest}\n{sys.base_prefix}\nPython {sys.version}\n"


def _commands(home: Path, python: Path, requirements: Path) -> list[list[str | Path]]:
    uv = shutil.which("uv")
    base = getattr(sys, "_base_executable", sys.executable)  # sys.executable may be in the environment that is deleted
    only_wheels = "--only-binary=:all:"
    if uv:
        return [
            [uv, "venv", "--no-project", "--python", base, home],
            [uv, "pip", "sync", "--compile-bytecode", "--require-hashes", only_wheels, "--python", python, requirements],
        ]
    if not importlib.util.find_spec("ensurepip"):
        raise LaunchError("This Python cannot create environments: install python3-venv (on Debian and Ubuntu) or uv.")
    pip: list[str | Path] = [python, "-m", "pip", "--no-input", "--disable-pip-version-check"]
    return [
        [base, "-m", "venv", home],
        [*pip, "install", "--require-hashes", "--no-deps", only_wheels, "-r", requirements],
    ]


def _reason(log: Path) -> str:
    """Return why an installation failed, in words for the user, and the name of its log."""
    text = log.read_text(errors="replace")
    if any(message in text for message in DISK_FULL):
        reason = "the disk is full"
    elif any(message in text for message in UNREACHABLE):
        reason = "the package index cannot be reached; is this computer on the internet?"
    else:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [i for i, line in enumerate(lines) if line.lower().startswith("error")]
        last = errors[-1] if errors else len(lines) - 1
        causes = [line for line in lines[last + 1 : last + 2] if line.startswith("cause:")]
        reason = " ".join([*lines[last : last + 1], *causes])
    return f"{reason} (the whole log: {os.path.relpath(log)})"
