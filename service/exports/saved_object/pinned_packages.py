"""The packages that a saved object was proved with: exact versions, and the hashes of their files where they are known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_LOCK = Path(__file__).parents[3] / "requirements-service.txt"
"""The versions and hashes with which the service is installed."""
_PINNED = re.compile(r"^([\w.-]+)==(\S+)(?: ; [^\\\n]*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class PinnedPackage:
    name: str
    version: str
    licence: str
    """As the package says it; empty if it does not."""
    hashes: tuple[str, ...]
    """Of its files in the index, such as `sha256:1f…`; empty if they are not known."""


def pinned_packages(requirements: Iterable[str]) -> list[PinnedPackage]:
    """Return the installed packages that fulfil requirements, and all that they need, by name.

    Raises PackageNotFoundError if one is not installed.
    """
    lock = _read_lock()
    names: dict[str, PinnedPackage] = {}
    needed = [Requirement(line) for line in requirements]
    while needed:
        requirement = needed.pop()
        name = canonicalize_name(requirement.name)
        if name in names or not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        installed = metadata.distribution(name)
        licence = _field(installed.metadata, "License-Expression")
        names[name] = PinnedPackage(name, installed.version, licence, lock.get((name, installed.version), ()))
        needed += [Requirement(line) for line in installed.requires or []]
    return [names[name] for name in sorted(names)]


def _field(fields: metadata.PackageMetadata, name: str) -> str:
    return fields[name] if name in fields else ""  # noqa: SIM401 - the type has no `get`


def requirements_text(packages: list[PinnedPackage]) -> str:
    """Return the file requirements.txt. It has hashes only if all are known: pip takes all or none."""
    has_hashes = all(package.hashes for package in packages)
    lines = []
    for package in packages:
        hashes = "".join(f" \\\n    --hash={digest}" for digest in package.hashes) if has_hashes else ""
        lines.append(f"{package.name}=={package.version}{hashes}\n")
    return "".join(lines)


def _read_lock() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return name and version → hashes; empty if the file is not there."""
    if not _LOCK.is_file():
        return {}
    pinned = _PINNED.findall(_LOCK.read_text(encoding="utf-8"))
    return {(canonicalize_name(name), version): tuple(_HASH.findall(hashes)) for name, version, hashes in pinned}
