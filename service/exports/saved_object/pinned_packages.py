"""The packages that a saved object was proved with: exact versions, and the hashes of their files where they are known."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from service.exports.refusals import NotExportable

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


def pinned_packages(requirements: Iterable[str], folders: Sequence[str]) -> list[PinnedPackage]:
    """Return the packages in folders that fulfil requirements, and all that they need, by name; the first folder counts.

    Raises NotExportable if one is not installed, or in another version than is needed.
    """
    lock = _read_lock()
    names: dict[str, PinnedPackage] = {}
    needed = [Requirement(line) for line in requirements]
    while needed:
        requirement = needed.pop()
        name = canonicalize_name(requirement.name)
        if not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        if name not in names:
            installed = next(iter(metadata.distributions(name=name, path=list(folders))), None)
            if installed is None:
                raise NotExportable(f"{name} is not installed here, so that its exact version is not known")
            licence = _field(installed.metadata, "License-Expression")
            names[name] = PinnedPackage(name, installed.version, licence, lock.get((name, installed.version), ()))
            needed += [Requirement(line) for line in installed.requires or []]
        if not requirement.specifier.contains(names[name].version, prereleases=True):
            raise NotExportable(f"{requirement} is needed, and {names[name].version} is installed here")
    return [names[name] for name in sorted(names)]


def _field(fields: metadata.PackageMetadata, name: str) -> str:
    return fields[name] if name in fields else ""  # noqa: SIM401 - the type has no `get`


def requirements_text(packages: list[PinnedPackage]) -> str:
    """Return the file requirements.txt. It has hashes only if all are known, because pip takes all or none."""
    unknown = [package.name for package in packages if not package.hashes]
    has_hashes = not unknown
    lines = [] if has_hashes else [f"# Without hashes, because they are not known for: {', '.join(unknown)}.\n"]
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
