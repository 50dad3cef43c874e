"""What a run has written, so that it can be killed at any moment and go on.

Records are appended to OUT.partial and OUT.failed.jsonl. A few times a second both are forced to the disk, and then
OUT.progress is replaced in one step: it says how many records are done and how many bytes of both files are theirs. A run
that finds OUT.progress cuts both files to those bytes and goes on after those records: whatever was written later is
written again. OUT appears whole, at the end.
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
    """How far a run has come. `identity` says of which input, model and options. Never half changed: a signal may come
    between any two steps, and what is saved then must be true."""

    identity: dict[str, Any]
    version: str
    records: int = 0
    failed: int = 0
    read: int = 0
    written_bytes: int = 0
    failed_bytes: int = 0
    complete: bool = False

    def after(self, good: bytes, bad: bytes, records: int, failed: int, read: int) -> "Progress":
        """Return how far it is once the text of some records is written."""
        return replace(
            self,
            records=self.records + records,
            failed=self.failed + failed,
            read=self.read + read,
            written_bytes=self.written_bytes + len(good),
            failed_bytes=self.failed_bytes + len(bad),
        )


class Ledger:
    """The files of one run to a target that is a file."""

    def __init__(self, target: Path, failed: Path | None, *, resumable: bool) -> None:
        self._target = target
        self._partial = target.with_name(target.name + ".partial")
        self._failed = failed or target.with_name(target.name + ".failed.jsonl")
        self._saved = target.with_name(target.name + ".progress") if resumable else None
        self._files: list[BinaryIO] = []
        self._checked = time.monotonic()
        self.progress = Progress({}, "")

        if self._failed in {target, self._partial, self._saved}:
            raise Unusable(f"{self._failed.name} is needed for the output: the failed records need another name.")

    @property
    def files(self) -> list[Path]:
        """The files that the run will have written, if they are somebody's already they are replaced."""
        return [self._target, self._failed]

    @property
    def failed_file(self) -> str:
        return str(self._failed)

    @property
    def name(self) -> str:
        """The file that says how far the run has come."""
        return self._saved.name if self._saved else ""

    def unfinished(self, *, overwrite: bool) -> Progress | None:
        """Return how far an earlier run came, if it was stopped. What nobody can read is none where it may be replaced."""
        if self._saved is None or not self._saved.exists():
            return None
        try:
            return Progress(**json.loads(self._saved.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            if overwrite:
                return None
            raise Unusable(f"{self._saved.name} cannot be read. Say --overwrite to begin again.") from None

    def begin(self, progress: Progress, *, overwrite: bool) -> None:
        """Begin a run from nothing."""
        kept = [self._target, self._failed] if self._saved else [self._target, self._failed, self._partial]
        there = [file.name for file in kept if file.exists()]
        if self._target.is_dir():
            raise Unusable(f"{self._target.name} is a folder.")
        if not self._failed.parent.is_dir():
            raise Unusable(f"{self._failed.name} cannot be written: its folder is not there.")
        if there and not overwrite:
            raise Unusable(f"{there[0]} is there already. Move it away, or say --overwrite.")
        self.progress = progress
        try:
            self.checkpoint()  # first: files without it would be somebody else's
        except OSError as error:
            raise Unusable(f"{self._target.name} cannot be written: {error.strerror}.") from None
        self.resume(progress)

    def resume(self, progress: Progress) -> None:
        """Go on where an earlier run stopped; nothing to open if it lacked only the last steps of its end."""
        self.progress = progress
        if progress.complete:
            return
        self._open()
        for file, size in zip(self._files, (progress.written_bytes, progress.failed_bytes), strict=True):
            if file.seek(0, os.SEEK_END) < size:
                name = Path(file.name).name
                raise Unusable(
                    f"{name} is shorter than the run left it. Delete {self.name} and say --overwrite to begin again."
                )
            file.truncate(size)
            file.seek(size)

    def append(self, good: bytes, bad: bytes, records: int, failed: int, read: int) -> None:
        """Append the text of some records, in their order."""
        written, refused = self._files
        written.write(good)
        refused.write(bad)
        self.progress = self.progress.after(good, bad, records, failed, read)
        if time.monotonic() - self._checked >= CHECKPOINT_SECONDS:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Force what was appended to the disk, then say so."""
        for file in self._files:
            file.flush()
            os.fsync(file.fileno())
        if self._saved is not None:
            beside = self._saved.with_name(self._saved.name + ".new")
            with beside.open("wb") as saved:
                saved.write(json.dumps(asdict(self.progress)).encode())
                saved.flush()
                os.fsync(saved.fileno())
            beside.replace(self._saved)
        self._checked = time.monotonic()

    def complete(self) -> Path:
        """Say that all records are there; return the file that has them."""
        if not self.progress.complete:
            self.progress = replace(self.progress, complete=True)
            self.checkpoint()
            self.close()
        return self._partial

    def publish(self, final: Path) -> None:
        """Put the final file in its place. Killed between two steps, it is done again from `complete`."""
        if final.exists():
            final.replace(self._target)
        if self.progress.failed == 0:
            self._failed.unlink(missing_ok=True)
        self._partial.unlink(missing_ok=True)
        _sync_folder(self._target.parent)
        if self._saved is not None:
            self._saved.unlink(missing_ok=True)

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
    """Keep a second run from the same files; where the system has no such lock, go without."""
    with contextlib.suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable("Another run is writing to this file.") from None


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system can
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
