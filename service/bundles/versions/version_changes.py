"""Changes to the versions of a model in the folder of bundles. Each is one step for every service that reads the folder."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from service.bundles.bundle_files import is_readable_bundle, read_card
from service.bundles.versions.bundle_folder import (
    claimed_version,
    find_folder,
    list_folders,
    read_defaults,
    sync_folder,
    version_folder_name,
    write_defaults,
)
from service.errors import BrokenBundle

MAX_VERSIONS = 3
"""The versions that a new one leaves in place: itself, the default before it, and the one before that."""


def add_version(bundles: Path, folder: Path) -> Path:
    """Move a finished bundle into the folder of bundles and make it the default; return its folder there.

    A version that is there already is kept as it is. The oldest defaults are removed, so that MAX_VERSIONS stay; versions
    that were never the default stay too. Raises BrokenBundle if the bundle is not complete.
    """
    card = read_card(folder)
    place = find_folder(bundles, card.version)
    if place is None or not is_readable_bundle(place):
        place = bundles / version_folder_name(card.name, card.version)
        if place.exists():
            _remove(place)
        for file in folder.iterdir():
            _sync_file(file)
        sync_folder(folder)
        folder.replace(place)
    make_default(bundles, card.name, card.version)
    _remove_oldest(bundles, card.name)
    return place


def make_default(bundles: Path, name: str, version: str) -> None:
    """Let requests without a version be answered by this version from now on."""
    write_defaults(bundles, name, [version, *(each for each in default_history(bundles, name) if each != version)])


def default_history(bundles: Path, name: str) -> list[str]:
    """Return the versions that were the default of a model, the present one first.

    Without a file that names them: the version in the folder NAME, then the one in NAME.before.
    """
    with suppress(BrokenBundle):
        if listed := read_defaults(bundles, name):
            return list(listed)
    versions = [claimed_version(bundles / folder) for folder in (name, f"{name}.before")]
    return list(dict.fromkeys(filter(None, versions)))


def remove_version(bundles: Path, name: str, version: str) -> None:
    """Remove every copy of a version that is not the default one."""
    history = default_history(bundles, name)
    if version in history:
        write_defaults(bundles, name, [each for each in history if each != version])
    while folder := find_folder(bundles, version):
        _remove(folder)


def remove_model(bundles: Path, name: str) -> None:
    """Remove all versions of a model."""
    for folder in list_folders(bundles):
        if folder.name.partition(".")[0] == name or _name_in_card(folder) == name:
            _remove(folder)
    (bundles / f"{name}.default").unlink(missing_ok=True)


def _name_in_card(folder: Path) -> str:
    try:
        return read_card(folder).name
    except (BrokenBundle, OSError):
        return ""


def _remove_oldest(bundles: Path, name: str) -> None:
    for version in default_history(bundles, name)[MAX_VERSIONS:]:
        remove_version(bundles, name, version)


def _remove(folder: Path) -> None:
    """Remove a folder. It disappears in one step: no service sees a part of it."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".removed-", ignore_cleanup_errors=True) as scratch:
        folder.replace(Path(scratch) / folder.name)


def _sync_file(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
