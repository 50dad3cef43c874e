"""A folder of an export as one archive: equal bundles make equal archives."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

from service.schemas import Card

_DEFAULT_BUILD_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""The time of a bundle that does not say when it was built."""
_READABLE_BY_ALL = 0o644 << 16


def build_time(card: Card) -> datetime:
    """Return the time that files of an export have: the day on which the bundle was built."""
    return datetime.fromisoformat(card.built).replace(tzinfo=UTC) if card.built else _DEFAULT_BUILD_TIME


def pack_folder(card: Card, folder: Path) -> Path:
    """Return a zip archive of a folder; it is written beside the folder."""
    time = build_time(card)
    target = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = file.relative_to(folder.parent).as_posix()
                entry = zipfile.ZipInfo(name, (time.year, time.month, time.day, 0, 0, 0))
                entry.external_attr = _READABLE_BY_ALL
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return target
