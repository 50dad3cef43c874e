"""Check this archive: its files, then the versions of Python and of the packages, and then the answers of the model.

Nothing of the model is loaded before the versions are known. This file needs the standard library alone.

    python -m pip install -r requirements.txt
    python verify.py

Exit codes: 0 the answers are those that were recorded; 1 an answer differs; 2 packages are missing; 3 files are damaged.
"""

import hashlib
import importlib
import pathlib
import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata

FOLDER = pathlib.Path(__file__).resolve().parent
MISSING, DAMAGED = 2, 3


def main() -> int:
    damaged = sorted(damaged_files())
    if damaged:
        say("These files are not those that were saved: " + ", ".join(damaged))
        return DAMAGED
    say("All files are those that were saved.")
    missing = False
    for name, saved, present in versions():
        if saved != present:
            say(f"{name}: {saved} was saved, {present or 'nothing'} is here")
            missing = missing or not present
    if missing:
        say("Packages are missing: python -m pip install -r requirements.txt")
        return MISSING
    sys.path.insert(0, str(FOLDER))
    (package,) = (file.parent.name for file in FOLDER.glob("model_*/__init__.py"))
    return int(importlib.import_module(package).main(["check"]))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def damaged_files() -> Iterator[str]:
    """Yield the files that are missing, or whose bytes are not those of SHA256SUMS."""
    for line in (FOLDER / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        file = FOLDER / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield name


def versions() -> Iterator[tuple[str, str, str]]:
    """Yield each name, the version that was saved, and the version that is here; empty if there is none."""
    yield "Python", (FOLDER / ".python-version").read_text(encoding="ascii").strip(), platform.python_version()
    for name, saved in re.findall(r"^([\w.-]+)==([^\s;]+)", (FOLDER / "requirements.txt").read_text(encoding="utf-8"), re.M):
        try:
            present = metadata.version(name)
        except metadata.PackageNotFoundError:
            present = ""
        yield name, saved, present


if __name__ == "__main__":
    sys.exit(main())
