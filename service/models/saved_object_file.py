"""A saved object that comes back: its bundle is published as the version that it was."""

import re
import tempfile
import zipfile
import zlib
from pathlib import Path

from service.bundles.bundle_files import MAX_FILE_BYTES, read_card
from service.bundles.bundle_opening import open_model
from service.bundles.versions.version_changes import add_version
from service.errors import RefusedModel
from service.model_files.file_form import OPENED_BY_RUNNING
from service.model_process.environment_file import read_environment
from service.models.received_folder import copy_within
from service.schemas import Card
from tabular.zip_archive import ZipArchive

_BUNDLE_FILE = re.compile(r"[^/]+/model_[a-z0-9_]{1,64}/bundle/([A-Za-z0-9_][\w.-]{0,63})", re.ASCII)
_MAX_BYTES = 2 * MAX_FILE_BYTES


def is_saved_object(location: str) -> bool:
    """Return whether a file is an archive with the card of a bundle."""
    try:
        with zipfile.ZipFile(location) as archive:
            names = map(_BUNDLE_FILE.fullmatch, archive.namelist())
            return any(name and name[1] == "card.json" for name in names)
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def publish_saved_object(file: Path, bundles: Path, *, trusted: bool) -> Card:
    """Publish the bundle of a saved object, and return its card. Raises RefusedModel, BrokenBundle, OSError."""
    bundles.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=bundles, prefix=".building-") as scratch:
        folder = Path(scratch) / "bundle"
        folder.mkdir()
        try:
            with file.open("rb") as opened, ZipArchive(opened) as archive:
                _unpack(archive, folder)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, FileExistsError, zlib.error) as error:
            raise RefusedModel(f"{file.name} is damaged.") from error
        card = read_card(folder)
        environment = read_environment(folder)
        if card.scoring.scorer != "onnx" and (environment.trusted or environment.form in OPENED_BY_RUNNING) and not trusted:
            raise RefusedModel(
                f"To open the model in {file.name} is to run the code that is in it. "
                "If you know who made it, say --trust-this-file."
            )
        open_model(folder)
        return read_card(add_version(bundles, folder))


def _unpack(archive: ZipArchive, folder: Path) -> None:
    left = _MAX_BYTES
    for member in archive.infolist():
        name = _BUNDLE_FILE.fullmatch(member.filename)
        if name:
            with archive.open(member) as source, (folder / name[1]).open("xb") as target:
                left -= copy_within(source, target, min(left, MAX_FILE_BYTES), name[1])
