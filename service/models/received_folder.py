"""A folder of `client.hand_over` that came as a zip archive: unpacked, within limits, before anything in it is opened."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from service.errors import RefusedModel
from service.model_files.model_source import ModelSource, read_source
from service.rows.strict_json import safe_text
from tabular.zip_archive import ZipArchive
from wire.model_folder import layout
from wire.model_folder.model_names import MODEL_NAME

_CHUNK_BYTES = 2**20
_MAX_TEXT_BYTES = 2**20
_TEXTS = {layout.MANIFEST, layout.CARD}


def unpack_folder(archive: BinaryIO, scratch: Path, max_bytes: int) -> ModelSource:
    """Unpack an archive into a new folder in `scratch`, named after the model; return what it holds.

    Only files of such a folder are taken, so no name leads elsewhere. Raises RefusedModel with a sentence, OSError.
    """
    folder = scratch / "received" / "folder"
    folder.mkdir(parents=True)
    try:
        with ZipArchive(archive) as packed:
            _unpack(packed, folder, max_bytes)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise RefusedModel("The archive is damaged, or is no zip archive.") from error
    if not (folder / layout.MANIFEST).is_file():
        raise RefusedModel(f"The archive has no {layout.MANIFEST}: send a folder that client.hand_over wrote.")
    if not (folder / layout.MODEL).is_file():
        raise RefusedModel(f"The archive has no {layout.MODEL}: send a folder that client.hand_over wrote.")
    name = read_source(str(folder)).name
    if not MODEL_NAME.fullmatch(name):
        raise RefusedModel("The name of the model may hold small letters, digits and hyphens only, such as churn.")
    return read_source(str(folder.rename(folder.with_name(name))))


def _unpack(packed: ZipArchive, folder: Path, max_bytes: int) -> None:
    members = [member for member in packed.infolist() if not member.is_dir()]
    paths = [PurePosixPath(member.filename) for member in members]
    if len({path.parent for path in paths}) > 1 or len({path.name for path in paths}) < len(paths):
        raise RefusedModel("The archive must hold one folder that client.hand_over wrote, and each file once.")
    for member, path in zip(members, paths, strict=True):
        if path.name not in layout.FILES:
            raise RefusedModel(f"The archive holds {safe_text(path.name)}: take out what client.hand_over did not write.")
        limit = min(max_bytes, _MAX_TEXT_BYTES) if path.name in _TEXTS else max_bytes
        with packed.open(member) as source, (folder / path.name).open("xb") as target:
            max_bytes -= copy_within(source, target, limit, path.name)


def copy_within(source: IO[bytes], target: IO[bytes], max_bytes: int, name: str) -> int:
    """Copy a file and return its bytes. What an archive says of its sizes is not believed."""
    size = 0
    while chunk := source.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > max_bytes:
            raise RefusedModel(f"{name} is too large when unpacked.")
        target.write(chunk)
    return size
