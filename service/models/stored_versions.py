"""The versions in the folder of bundles, read and checked, and the one that a command names."""

from dataclasses import dataclass
from pathlib import Path

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import (
    SHORT_VERSION,
    choose_default,
    describe_missing_default,
    list_folders,
    read_all_defaults,
)
from service.bundles.versions.version_changes import default_history
from service.errors import BrokenBundle
from service.rows.strict_json import safe_text
from service.schemas import Card

MIN_PREFIX = 6
"""The characters of a version that a command needs at least."""


class WrongCommand(Exception):
    """A command that cannot be run. The message is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class StoredVersion:
    """A complete bundle."""

    folder: Path
    card: Card
    is_default: bool

    @property
    def label(self) -> str:
        """The version as people read it."""
        return self.card.version[:SHORT_VERSION]

    def size_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.folder.iterdir())


def read_versions(bundles: Path) -> tuple[list[StoredVersion], dict[str, str]]:
    """Return the complete bundles by name, the default version first, and what is broken, with the reason."""
    by_name: dict[str, dict[str, tuple[Path, Card]]] = {}
    broken: dict[str, str] = {}
    for folder in list_folders(bundles):
        try:
            card = read_card(folder)
        except BrokenBundle as error:
            broken[safe_text(folder.name)] = str(error)
        except OSError:
            broken[safe_text(folder.name)] = "its files cannot be read"
        else:
            by_name.setdefault(card.name, {}).setdefault(card.version, (folder, card))
    defaults, broken_files = read_all_defaults(bundles)
    for name, listed in defaults.items():
        if listed[0] not in by_name.get(name, {}):
            broken.setdefault(name, describe_missing_default(listed[0]))
    versions = [each for name in sorted(by_name) for each in _of_model(bundles, name, by_name[name], defaults.get(name, ()))]
    return versions, broken | broken_files


def _of_model(
    bundles: Path, name: str, versions: dict[str, tuple[Path, Card]], listed: tuple[str, ...]
) -> list[StoredVersion]:
    default = choose_default(name, {version: folder.name for version, (folder, _) in versions.items()}, listed)
    history = [version for version in default_history(bundles, name) if version in versions]
    order = dict.fromkeys([default, *history, *sorted(versions)])
    return [StoredVersion(*versions[version], is_default=version == default) for version in order]


def versions_of(bundles: Path, name: str) -> list[StoredVersion]:
    """Return the complete versions of a model, the default first. Raises WrongCommand if there is none."""
    versions, broken = read_versions(bundles)
    chosen = [version for version in versions if version.card.name == name]
    if not chosen:
        reasons = [reason for folder, reason in broken.items() if folder.partition(".")[0] == name]
        known = ", ".join(dict.fromkeys(version.card.name for version in versions)) or "none"
        raise WrongCommand(
            f"The model {name} cannot be used: {reasons[0]}."
            if reasons
            else f"There is no model {safe_text(name)}. The models: {known}."
        )
    return chosen


def choose_version(versions: list[StoredVersion], prefix: str) -> StoredVersion:
    """Return the version whose hash begins like this. Raises WrongCommand if it is none, or not one alone."""
    name = versions[0].card.name
    if len(prefix) < MIN_PREFIX:
        raise WrongCommand(f"A version needs {MIN_PREFIX} characters or more: {safe_text(prefix)} is too short.")
    matches = [version for version in versions if version.card.version.startswith(prefix.lower())]
    if not matches:
        labels = ", ".join(version.label for version in versions)
        raise WrongCommand(f"There is no version {safe_text(prefix)} of {name}. The versions: {labels}.")
    if len(matches) > 1:
        raise WrongCommand(f"Several versions of {name} begin with {safe_text(prefix)}: give more characters.")
    return matches[0]


def version_before(versions: list[StoredVersion], bundles: Path) -> StoredVersion:
    """Return the version that was the default before the present one. Raises WrongCommand if there is none."""
    name = versions[0].card.name
    by_version = {version.card.version: version for version in versions}
    before = [each for each in default_history(bundles, name) if each in by_version and not by_version[each].is_default]
    if not before:
        raise WrongCommand(f"{name} has no version before the one that is the default now.")
    return by_version[before[0]]
