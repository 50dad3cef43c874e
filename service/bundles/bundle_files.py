"""The files of one model version on disk: write them, and check them when they are read.

    bundles/credit-default/card.json  model.onnx  version  built

`version` is the hash of all files except `version` and `built`. It is written last, so that an incomplete copy is detected.
`built` is the day of the build. It is a file, so that a copy keeps it, and not part of the hash, so that a repeated build
has the same version.
"""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from service.bundles.card_checks import check_card
from service.errors import BrokenBundle
from service.schemas import Card

MAX_FILE_BYTES = 256 * 2**20
_MAX_FILES = 32
_UNHASHED = {"version", "built"}
_DATE_CHARACTERS = 10


def digest(folder: Path) -> str:
    """Return the SHA-256 of the names and contents of a bundle's files. Raises BrokenBundle for an odd file."""
    total = hashlib.sha256()
    files = sorted(file for file in folder.iterdir() if file.name not in _UNHASHED)
    if len(files) > _MAX_FILES:
        raise BrokenBundle("there are too many files in it")
    for file in files:
        if file.is_symlink() or not file.is_file():
            raise BrokenBundle(f"{file.name} is not a regular file")
        if file.stat().st_size > MAX_FILE_BYTES:
            raise BrokenBundle(f"{file.name} is larger than {MAX_FILE_BYTES // 2**20} MB")
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.name}\0{content}\n".encode())
    return total.hexdigest()


def read_card(folder: Path) -> Card:
    """Return the card with its version. Raises BrokenBundle with a reason that people can read."""
    for name in ("card.json", "version"):
        if not (folder / name).is_file():
            raise BrokenBundle(f"{name} is missing")
    version = digest(folder)
    if (folder / "version").read_text(encoding="utf-8", errors="replace").strip() != version:
        raise BrokenBundle("it is incomplete, or was changed after it was built")
    try:
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenBundle(f"card.json does not fit: {str(error)[:200]}") from error
    check_card(card)
    return msgspec.structs.replace(card, version=version, built=_read_build_day(folder))


def _read_build_day(folder: Path) -> str:
    """Return the day of the build in ISO form, or an empty string if the file is missing or invalid."""
    try:
        if not (folder / "built").is_file():
            return ""
        with (folder / "built").open(encoding="ascii") as file:
            return date.fromisoformat(file.read(_DATE_CHARACTERS)).isoformat()
    except (OSError, ValueError):
        return ""


def is_readable_bundle(folder: Path) -> bool:
    """Return whether a folder has a bundle with a valid card."""
    try:
        read_card(folder)
    except (BrokenBundle, OSError):
        return False
    return True


def write_card(folder: Path, card: Card) -> str:
    """Write card and version into a folder that has the model; return the version. Raises BrokenBundle for a wrong card."""
    check_card(card)
    (folder / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(card, order="deterministic"), indent=1))
    version = digest(folder)
    (folder / "built").write_text(f"{datetime.now(UTC).date()}\n", encoding="ascii")
    (folder / "version").write_text(version + "\n", encoding="utf-8")
    return version
