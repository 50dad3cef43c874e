"""The files of a run, written so that a run that is killed at any moment can go on.

Records are appended to OUT.partial and OUT.failed.jsonl. A few times a second both are forced to the disk. Then OUT.progress
is replaced in one step: it has the number of records and the sizes of both files. A run that finds OUT.progress cuts both
files to these sizes and goes on after these records. OUT appears at the end, complete.
"""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import Unusable

CHECKPOINT_SECONDS = 0.25


@dataclass(frozen=True)
class Progress:
    """The progress of a run. `identity` describes its input, model and options.

    Immutable, because a signal may interrupt a run between any two steps, and the saved progress must be consistent.
    """

    identity: dict[str, Any]
    version: str
    records: int = 0
    failed: int = 0
    read: int = 0
    written_bytes: int = 0
    failed_bytes: int = 0
    complete: bool = False

    def after(self, enriched: bytes, refused: bytes, records: int, failed: int, read: int) -> "Progress":
        """Return the progress after the text of some records is written."""
        return replace(
            self,
            records=self.records + records,
            failed=self.failed + failed,
            read=self.read + read,
            written_bytes=self.written_bytes + len(enriched),
            failed_bytes=self.failed_bytes + len(refused),
        )


class Checkpoint:
    """The files of one run. `resumable`: the input can be read again, so progress is saved."""

    def __init__(self, target: Path, failed: Path | None, *, resumable: bool) -> None:
        self._target = target
        self._partial = target.with_name(target.name + ".partial")
        self._failed = failed or target.with_name(target.name + ".failed.jsonl")
        self._progress_path = target.with_name(target.name + ".progress") if resumable else None
        self._files: list[BinaryIO] = []
        self._saved_at = time.monotonic()
        self.progress = Progress({}, "")

        if self._failed in {target, self._partial, self._progress_path}:
            raise Unusable(f"{self._failed.name} is needed for the output: the failed records need another name.")

    @property
    def files(self) -> list[Path]:
        """The files that the run leaves when it ends."""
        return [self._target, self._failed]

    @property
    def failed_file(self) -> str:
        return str(self._failed)

    @property
    def progress_file(self) -> str:
        """The name of the file with the progress; empty if the run is not resumable."""
        return self._progress_path.name if self._progress_path else ""

    def load(self, *, overwrite: bool) -> Progress | None:
        """Return the progress of an earlier run that was stopped, or None.

        With `overwrite`, an unreadable progress file counts as no earlier run. Without it, raises Unusable.
        """
        if self._progress_path is None or not self._progress_path.exists():
            return None
        try:
            return Progress(**json.loads(self._progress_path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            if overwrite:
                return None
            raise Unusable(f"{self._progress_path.name} cannot be read. Say --overwrite to begin again.") from None

    def begin(self, progress: Progress, *, overwrite: bool) -> None:
        """Begin a new run. Raises Unusable if a file exists and `overwrite` is false, or a file cannot be written."""
        files = [self._target, self._failed] if self._progress_path else [self._target, self._failed, self._partial]
        existing = [file.name for file in files if file.exists()]
        if self._target.is_dir():
            raise Unusable(f"{self._target.name} is a folder.")
        if not self._failed.parent.is_dir():
            raise Unusable(f"{self._failed.name} cannot be written: its folder does not exist.")
        if existing and not overwrite:
            raise Unusable(f"{existing[0]} exists already. Move it away, or say --overwrite.")
        self.progress = progress
        try:
            self.save()  # first: without it, the other files are not known as files of this run
        except OSError as error:
            raise Unusable(f"{self._target.name} cannot be written: {error.strerror}.") from None
        self.resume(progress)

    def resume(self, progress: Progress) -> None:
        """Go on where an earlier run stopped. A complete one lacks only `publish`, so nothing is opened."""
        self.progress = progress
        if progress.complete:
            return
        self._open()
        for file, size in zip(self._files, (progress.written_bytes, progress.failed_bytes), strict=True):
            if file.seek(0, os.SEEK_END) < size:
                name = Path(file.name).name
                raise Unusable(
                    f"{name} is shorter than it was. Delete {self.progress_file} and say --overwrite to begin again."
                )
            file.truncate(size)
            file.seek(size)

    def append(self, enriched: bytes, refused: bytes, records: int, failed: int, read: int) -> None:
        """Append the text of some records, in their order."""
        enriched_file, failed_file = self._files
        enriched_file.write(enriched)
        failed_file.write(refused)
        self.progress = self.progress.after(enriched, refused, records, failed, read)
        if time.monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
            self.save()

    def save(self) -> None:
        """Force the appended text to the disk, then save the progress."""
        for file in self._files:
            file.flush()
            os.fsync(file.fileno())
        if self._progress_path is not None:
            new = self._progress_path.with_name(self._progress_path.name + ".new")
            with new.open("wb") as saved:
                saved.write(json.dumps(asdict(self.progress)).encode())
                saved.flush()
                os.fsync(saved.fileno())
            new.replace(self._progress_path)
        self._saved_at = time.monotonic()

    def complete(self) -> Path:
        """Mark the run as complete, and return the file with all records."""
        if not self.progress.complete:
            self.progress = replace(self.progress, complete=True)
            self.save()
            self.close()
        return self._partial

    def publish(self, final: Path) -> None:
        """Move the final file to OUT. A run that is killed here starts again with `complete`."""
        if final.exists():
            final.replace(self._target)
        if self.progress.failed == 0:
            self._failed.unlink(missing_ok=True)
        self._partial.unlink(missing_ok=True)
        _sync_folder(self._target.parent)
        if self._progress_path is not None:
            self._progress_path.unlink(missing_ok=True)

    def close(self) -> None:
        while self._files:
            self._files.pop().close()

    def _open(self) -> None:
        try:
            for path in (self._partial, self._failed):
                file = path.open("r+b" if path.exists() else "w+b")
                self._files.append(file)
        except OSError as error:
            raise Unusable(f"{error.filename} cannot be written: {error.strerror}.") from None
        _lock(self._files[0])


def _lock(file: BinaryIO) -> None:
    """Keep a second run from the same files, if the system has locks of files."""
    with contextlib.suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable("Another run is writing to this file.") from None


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some systems cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
