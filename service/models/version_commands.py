"""promote, rollback and remove: which version of a model answers, and which versions there are."""

import argparse
import sys
from pathlib import Path
from typing import Any

from service.bundles.bundle_opening import open_model
from service.bundles.versions.version_changes import make_default, remove_model, remove_version
from service.errors import BrokenBundle
from service.models.stored_versions import StoredVersion, WrongCommand, choose_version, version_before, versions_of


def add_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    promote = commands.add_parser("promote", help="let a version answer requests that name none")
    promote.add_argument("name")
    promote.add_argument("version", help="its first characters, six or more")
    promote.set_defaults(act=_promote)
    rollback = commands.add_parser("rollback", help="let the version before answer again")
    rollback.add_argument("name")
    rollback.set_defaults(act=_roll_back)
    remove = commands.add_parser("remove", help="remove a version that is not the default, or a whole model")
    remove.add_argument("name")
    remove.add_argument("version", nargs="?", help="its first characters, six or more; without it, all versions")
    remove.set_defaults(act=_remove)


def _promote(options: argparse.Namespace, bundles: Path) -> int:
    return _make_default(bundles, choose_version(versions_of(bundles, options.name), options.version))


def _roll_back(options: argparse.Namespace, bundles: Path) -> int:
    return _make_default(bundles, version_before(versions_of(bundles, options.name), bundles))


def _make_default(bundles: Path, version: StoredVersion) -> int:
    """Let a version be the default if it can score the rows of its card."""
    name = version.card.name
    if version.is_default:
        sys.stdout.write(f"{name}: version {version.label} is the default already.\n")
        return 0
    try:
        open_model(version.folder)
    except BrokenBundle as error:
        raise WrongCommand(f"Version {version.label} of {name} cannot be served: {error}.") from None
    make_default(bundles, name, version.card.version)
    sys.stdout.write(f"{name}: version {version.label} is the default now.\n")
    return 0


def _remove(options: argparse.Namespace, bundles: Path) -> int:
    versions = versions_of(bundles, options.name)
    if options.version is None:
        remove_model(bundles, options.name)
        sys.stdout.write(f"{options.name}: all versions are removed ({len(versions)}).\n")
        return 0
    version = choose_version(versions, options.version)
    if version.is_default:
        raise WrongCommand(
            f"Version {version.label} of {options.name} is the default: promote another one first, or remove the model."
        )
    remove_version(bundles, options.name, version.card.version)
    sys.stdout.write(f"{options.name}: version {version.label} is removed.\n")
    return 0
