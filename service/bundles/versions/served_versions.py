"""Chooses what is served from the bundles that are open: one copy of each version, and the default version of each model."""

from collections.abc import Collection, Iterable, Mapping

from service.bundles.model import Model
from service.bundles.registry import Served
from service.bundles.versions.bundle_folder import choose_default, describe_missing_default, version_folder_name
from service.bundles.versions.folder_states import FolderState
from service.rows.strict_json import safe_text


def choose_served(
    folders: Mapping[str, FolderState],
    defaults: Mapping[str, tuple[str, ...]],
    broken_pointers: Mapping[str, str],
    unopened: Collection[str] = (),
) -> Served:
    """Return what is served.

    `folders` is the name of a folder → its state. `defaults` is a model → the versions that its file names.
    `broken_pointers` is the name of a file that names no versions → the reason. `unopened` are folders that are being
    loaded: until the default version of a model is open, no other version answers in its place.
    """
    broken = dict(broken_pointers)
    default_folders = {version_folder_name(name, listed[0]): name for name, listed in defaults.items()}
    waiting = {default_folders.get(folder, folder) for folder in unopened}
    places = {name: versions for name, versions in _places(folders, broken).items() if name not in waiting}
    versions = {name: _default_first(name, places[name], folders, defaults.get(name, ())) for name in places}
    for folder, state in folders.items():
        if state.reason:
            broken[safe_text(default_folders.get(folder, folder))] = state.reason
    if not unopened and not any(state.is_opening for state in folders.values()):
        for name, listed in defaults.items():
            if listed[0] not in versions.get(name, {}):
                broken.setdefault(name, describe_missing_default(listed[0]))
    return Served(versions, broken, frozenset(_changed(folders.values())))


def _places(folders: Mapping[str, FolderState], broken: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return name → version → the folder that it is served from. Other copies of a version are listed as broken."""
    copies: dict[tuple[str, str], list[str]] = {}
    for folder, state in folders.items():
        if state.model is not None:
            copies.setdefault((state.model.card.name, state.model.card.version), []).append(folder)
    places: dict[str, dict[str, str]] = {}
    for (name, version), folder_names in copies.items():
        own = version_folder_name(name, version)
        first, *others = sorted(folder_names, key=lambda folder: (folder != own, folder != name, folder))
        places.setdefault(name, {})[version] = first
        broken |= {safe_text(other): f"there is another copy of this version of {name}" for other in others}
    return places


def _default_first(
    name: str, places: Mapping[str, str], folders: Mapping[str, FolderState], listed: tuple[str, ...]
) -> dict[str, Model]:
    """Return version → model: the default version, then the defaults before it, then the others."""
    default = choose_default(name, places, listed)
    order = [default, *(version for version in listed if version in places), *sorted(places)]
    models = ((version, folders[places[version]].model) for version in dict.fromkeys(order))
    return {version: model for version, model in models if model is not None}


def _changed(states: Iterable[FolderState]) -> list[str]:
    """Return the versions that were opened, and whose files are others now."""
    return [state.model.card.version for state in states if state.model is not None and state.reason]
