"""Lists the files of a folder that is the input of a job. Each file is read, or ignored and counted, or refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from service.jobs.sources.partitions import WrongInput

_PARQUET = b"PAR1"
_IGNORED = (".", "_")
_TABLE_FORMATS = {"_delta_log": "Delta", ".hoodie": "Hudi"}
"""The folder that a table format keeps beside its Parquet files."""
_NULL = "__HIVE_DEFAULT_PARTITION__"
"""The value of a key that is null, as Hive and Spark write it."""


@dataclass(frozen=True)
class ParquetInput:
    """A Parquet file, and the columns that its subfolders name: `month=2026-11/0.parquet` has the column `month`."""

    path: Path
    keys: Mapping[str, str | None] = field(default_factory=dict)


@dataclass
class FolderListing:
    """The files to read, in the order of their paths, and the number of files with ignored names."""

    files: list[ParquetInput] = field(default_factory=list)
    ignored: int = 0


def is_parquet(path: Path) -> bool:
    """Return whether a file has the first bytes of Parquet."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def list_folder(folder: Path) -> FolderListing:
    """Return the Parquet files of a folder and of its subfolders, which are named key=value.

    Names that begin with `.` or `_` are ignored: writers use them for unfinished files and for marks. Raises WrongInput for
    any other file that is not Parquet, for another subfolder with files, and for the folder of a table format.
    """
    listing = FolderListing()
    _add_files(listing, folder, folder, {})
    if not listing.files:
        ignored = f" Files with names that begin with . or _ are ignored: {listing.ignored:,}." if listing.ignored else ""
        raise WrongInput(f"The folder {folder.name!r} has no Parquet file.{ignored}")
    return listing


def _add_files(listing: FolderListing, root: Path, folder: Path, keys: Mapping[str, str | None]) -> None:
    for path in sorted(folder.iterdir()):
        name = repr(str(path.relative_to(root))[:64])
        if path.name in _TABLE_FORMATS:
            raise WrongInput(
                f"The folder is a {_TABLE_FORMATS[path.name]} table ({name}), and not all of its files still count. "
                "Write the table to Parquet files first."
            )
        if path.name.startswith(_IGNORED):
            listing.ignored += _count_files(path)
        elif path.is_dir():
            files = len(listing.files)
            key = _read_key(path.name)
            if keys.keys() & key.keys():
                raise WrongInput(f"The subfolder {name} names the key {next(iter(key))!r} twice.")
            _add_files(listing, root, path, {**keys, **key})
            if len(listing.files) > files and not key:
                raise WrongInput(f"The subfolder {name} in the folder is not named key=value, such as month=2026-11.")
        elif is_parquet(path):
            listing.files.append(ParquetInput(path, keys))
        else:
            raise WrongInput(
                f"{name} in the folder is not a Parquet file. Move it away, or give it a name that begins with . or _."
            )


def _read_key(name: str) -> dict[str, str | None]:
    """Return the key of a subfolder with its value, as Hive escapes them (%2F is a slash), or nothing."""
    key, sign, value = name.partition("=")
    return {unquote(key): None if value == _NULL else unquote(value)} if key and sign else {}


def _count_files(path: Path) -> int:
    return sum(each.is_file() for each in path.rglob("*")) if path.is_dir() else 1
