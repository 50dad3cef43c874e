"""The folder of bundles: the folders of the versions of each model, and the files that name the default versions.

    bundles/credit-default.89ceed0b1c2d/   a version, in a folder that is named after it
    bundles/credit-default.default         the default version; the lines below it name the defaults before it
    bundles/credit-default/                a version in a folder of the model's name; without a file, it is the default

Publishing writes the first two. The third is what a person copies by hand.
"""

import errno
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from service.errors import BrokenBundle, UnknownModel
from wire.model_folder.model_names import MODEL_NAME

SHORT_VERSION = 12
"""Characters of a version in the name of its folder, and wherever people read it."""
_POINTER = re.compile(rf"({MODEL_NAME.pattern})\.default")
_VERSION = re.compile(r"[0-9a-f]{64}")
_MAX_POINTER_BYTES = 8 * 1024
_VERSION_BYTES = 64
_READABLE_BY_ALL = 0o644


def version_folder_name(name: str, version: str) -> str:
    """Return the name of the folder in which publishing puts a version."""
    return f"{name}.{version[:SHORT_VERSION]}"


def list_folders(bundles: Path) -> list[Path]:
    """Return the folders that hold bundles, by name. Raises OSError if the folder of bundles cannot be read."""
    return sorted(Path(entry.path) for entry in _entries(bundles, os.DirEntry.is_dir) if not entry.name.startswith("."))


def _entries(folder: Path, test: Callable[[os.DirEntry[str]], bool]) -> list[os.DirEntry[str]]:
    """Return the entries of a folder that pass a test, without links that lead to themselves. Raises OSError."""
    matching = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if test(entry):
                    matching.append(entry)
            except OSError as error:
                if error.errno != errno.ELOOP:
                    raise
    return matching


def find_folder(bundles: Path, version: str) -> Path | None:
    """Return the folder of a version by what its file `version` says; None if there is none. Raises OSError."""
    return next((folder for folder in list_folders(bundles) if claimed_version(folder) == version), None)


def default_folder(bundles: Path, name: str) -> Path:
    """Return the folder of the default version of a model; nothing in it is checked. Raises UnknownModel, OSError."""
    folders = {folder.name: folder for folder in list_folders(bundles) if folder.name.partition(".")[0] == name}
    versions = {version: each for each, folder in folders.items() if (version := claimed_version(folder))}
    try:
        listed = read_defaults(bundles, name)
    except BrokenBundle:
        listed = ()
    chosen = versions[choose_default(name, versions, listed)] if versions else name
    if chosen not in folders:
        raise UnknownModel
    return folders[chosen]


def claimed_version(folder: Path) -> str:
    """Return the version that the file `version` of a bundle names; empty if it names none."""
    with suppress(OSError):
        if (folder / "version").is_file():
            with (folder / "version").open("rb") as file:
                text = file.read(_VERSION_BYTES).decode("ascii", errors="replace")
                return text if _VERSION.fullmatch(text) else ""
    return ""


def choose_default(name: str, folders: Mapping[str, str], listed: Sequence[str]) -> str:
    """Return the default among the versions that can be served. All copies of the service choose the same one.

    `folders` is version → the name of its folder. `listed` are the versions that the file of the model names.
    """
    first = min(folders, key=lambda version: (folders[version] != name, folders[version]))
    return next((version for version in listed if version in folders), first)


def read_defaults(bundles: Path, name: str) -> tuple[str, ...]:
    """Return the versions that the file of a model names, the default first; none without a file.

    Raises BrokenBundle if the file names something else, OSError if it cannot be read.
    """
    try:
        with (bundles / f"{name}.default").open("rb") as file:
            lines = file.read(_MAX_POINTER_BYTES).decode("ascii", errors="replace").split()
    except FileNotFoundError:
        return ()
    if not lines or not all(map(_VERSION.fullmatch, lines)):
        raise BrokenBundle(f"{name}.default does not name versions")
    return tuple(dict.fromkeys(lines))


def _list_pointers(bundles: Path) -> list[str]:
    """Return the models whose default version a file names. Raises OSError."""
    matches = [_POINTER.fullmatch(entry.name) for entry in _entries(bundles, os.DirEntry.is_file)]
    return sorted(match[1] for match in matches if match)


def read_all_defaults(bundles: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return model → the versions that its file names, and the file that names none → the reason. Raises OSError."""
    defaults, broken = {}, {}
    for name in _list_pointers(bundles):
        try:
            defaults[name] = read_defaults(bundles, name)
        except BrokenBundle as error:
            broken[f"{name}.default"] = str(error)
    return defaults, broken


def describe_missing_default(version: str) -> str:
    """Return the reason for which the default version of a model does not answer."""
    return f"its default version {version[:SHORT_VERSION]} is not in the folder of bundles"


def write_defaults(bundles: Path, name: str, versions: Sequence[str]) -> None:
    """Name the default version, and the versions before it, in one step: a reader sees the old file or the new one."""
    with NamedTemporaryFile("w", encoding="ascii", dir=bundles, prefix=f".{name}.default-", delete=False) as file:
        temporary = Path(file.name)
        file.writelines(f"{version}\n" for version in versions)
        file.flush()
        os.fsync(file.fileno())
    try:
        temporary.chmod(_READABLE_BY_ALL)  # a temporary file is readable by its owner alone
        temporary.replace(bundles / f"{name}.default")
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(bundles)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a power cut. Not every system can open a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
