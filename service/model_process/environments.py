"""The Python that runs a model: this one if it has the packages that the model needs, or else an environment made for them.

Environments are kept in a folder, under the hash of their Python and requirements. uv makes them if it is installed, else
venv and pip. Only wheels are installed: what builds a package would run its code. Packages are compiled when they are
installed: a process that runs a model writes nothing, and would compile them at every start. The environment gets a pip of
its own only if the pip of this Python cannot fill it: that takes three seconds.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from service.errors import BrokenBundle

ALWAYS_NEEDED = ("numpy", "pandas")
"""The program in `model_worker/` builds data frames."""
_INSTALL_SECONDS, _LOOK_SECONDS = 1800, 20
_READY = "ready"
_PYTHON_DOWNLOAD = "python-build-standalone"
"""In the address from which uv downloads a Python."""
_PYTHON = re.compile(r"3\.\d{1,2}")
_OPTION = re.compile(r"-|.*(://|@ )", re.DOTALL)
_MISSING = (
    r"because (?:there are|there is) no versions? of ([\w.-]+)",
    r"because ([\w.-]+) was not found",
    r"no matching distribution found for ([\w.-]+)",
    r"because only [^\n]*?([\w.-]+)(?:[<>=!~][^\s]*)? (?:is|are) available",
    r"could not find a version that satisfies the requirement ([\w.-]+)",
    r"because ([\w.-]+)(?:[<>=!~][^\s]*)? has no (?:usable )?wheels",
)
_UNREACHABLE = (
    "dns error",
    "error sending request",
    "Failed to fetch",
    "NewConnectionError",
    "timed out",
    "Connection refused",
)


def python_for(requirements: Sequence[str], python: str, folder: Path) -> str:
    """Return the path of a Python, such as `3.10`, that has packages. An environment is made if none has them yet.

    An empty `python` is the version of this one. Raises BrokenBundle with a sentence that names the package.
    """
    needed = parse_requirements(requirements)
    version = python or this_python()
    if not _PYTHON.fullmatch(version):
        raise BrokenBundle(f"Python {version[:20]} is no version such as 3.11")
    if version == this_python() and all(map(_is_fulfilled, needed)):
        return sys.executable
    names = {_normal(each.name) for each in needed}
    lines = sorted({*map(str, needed), *(name for name in ALWAYS_NEEDED if name not in names)})
    key = hashlib.sha256("\n".join([version, *lines]).encode()).hexdigest()[:24]
    home = folder / key
    if not (home / _READY).is_file():
        with _lock(folder, key):
            if not (home / _READY).is_file():
                _make(home, version, lines)
    return str(home / "bin" / "python")


def this_python() -> str:
    """Return the version of this Python, such as `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def parse_requirements(requirements: Sequence[str]) -> list[Requirement]:
    """Return requirements that count on this machine. Raises BrokenBundle for what is no name with versions."""
    parsed = []
    for line in requirements:
        try:
            if _OPTION.match(line.strip()):
                raise InvalidRequirement
            requirement = Requirement(line)
        except InvalidRequirement:
            raise BrokenBundle(f"it needs a package that is not named as name==version: {line[:80]}") from None
        if requirement.marker is None or requirement.marker.evaluate():
            parsed.append(requirement)
    return parsed


def _is_fulfilled(requirement: Requirement) -> bool:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@contextlib.contextmanager
def _lock(folder: Path, key: str) -> Iterator[None]:
    """Keep other processes from making the same environment. The system ends the lock of a killed process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f".{key}.lock").open("w")
    except OSError as error:
        raise BrokenBundle(f"its packages cannot be installed: {error.strerror}") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(home: Path, version: str, lines: list[str]) -> None:
    """Make an environment; its file `ready` comes last. Raises BrokenBundle."""
    shutil.rmtree(home, ignore_errors=True)  # a killed process may have left a part of it
    with tempfile.TemporaryDirectory(prefix="witryna-environment-") as scratch:
        file = Path(scratch) / "requirements.txt"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            for command in _commands(home, version, file):
                _run(command, version)
            (home / _READY).write_text("\n".join([version, *lines]) + "\n", encoding="utf-8")
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise


def _commands(home: Path, version: str, requirements: Path) -> list[list[str]]:
    python = str(home / "bin" / "python")
    base, uv = _installed_python(version), shutil.which("uv")
    if uv:
        return [
            [uv, "venv", "--no-project", "--python", base or version, str(home)],
            [uv, "pip", "install", "--compile-bytecode", "--only-binary=:all:", "--python", python, "-r", str(requirements)],
        ]
    if base is None:
        raise BrokenBundle(f"it needs Python {version}, which is not installed here; uv would install it")
    options = ["--no-input", "--disable-pip-version-check"]
    install = ["install", "--no-warn-conflicts", "--only-binary=:all:", "-r", str(requirements)]
    if _pip_runs_on(version):
        pip = [sys.executable, "-m", "pip", "--python", python]
        return [[base, "-m", "venv", "--without-pip", str(home)], [*pip, *options, *install]]
    return [[base, "-m", "venv", str(home)], [python, "-m", "pip", *options, *install]]


def _pip_runs_on(version: str) -> bool:
    """Return whether this Python has a pip that runs on a version of Python."""
    try:
        needed = importlib.metadata.metadata("pip")["Requires-Python"]
    except importlib.metadata.PackageNotFoundError:
        return False
    return version == this_python() or SpecifierSet(needed).contains(version)


def _installed_python(version: str) -> str | None:
    """Return a Python of a version: this one, or one on the path or of pyenv; None if uv has to find or install one."""
    if version == this_python():
        return str(getattr(sys, "_base_executable", sys.executable))
    pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{version}.*/bin/python"))
    on_path = shutil.which(f"python{version}")
    for python in [*([on_path] if on_path else []), *map(str, reversed(pyenv))]:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            command = [python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            done = subprocess.run(command, capture_output=True, timeout=_LOOK_SECONDS, check=False)  # noqa: S603
            if done.stdout.decode("ascii", "replace").strip() == version:
                return python
    return None


def _run(command: list[str], version: str) -> None:
    """Run a step of the installation. Raises BrokenBundle with the reason."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SERVICE_", "PG"))}
    try:
        done = subprocess.run(  # noqa: S603 - uv, venv or pip
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_INSTALL_SECONDS, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrokenBundle(f"its packages cannot be installed: {type(error).__name__}") from None
    if done.returncode:
        output = (done.stderr + done.stdout).decode("utf-8", "replace")
        raise BrokenBundle(f"its packages cannot be installed: {_reason(output, version)}")


def _reason(output: str, version: str) -> str:
    """Return why an installation failed, with the package that cannot be installed."""
    flat = " ".join(output.split())
    if "No interpreter found" in flat or "No download found" in flat or _PYTHON_DOWNLOAD in flat:
        return f"Python {version} is not installed here"
    if "No space left on device" in flat:
        return "the disk is full"
    for pattern in _MISSING:
        if match := re.search(pattern, flat, re.IGNORECASE):
            return f"there is no wheel of {match[1][:80]} for Python {version} with this version"
    if any(words in flat for words in _UNREACHABLE):
        return "the package index cannot be reached"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "without a word"
