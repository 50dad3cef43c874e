"""Standard output as the target of a run: written at once, without a checkpoint."""

import sys
from pathlib import Path
from typing import BinaryIO

from pipeline.checkpoint import Progress
from pipeline.errors import Unusable


class StdoutWriter:
    """Writes enriched records to standard output, and failed ones to a file or to standard error."""

    progress_file = ""

    def __init__(self, failed: Path | None) -> None:
        self._file: BinaryIO | None = None
        self.files = [] if failed is None else [failed]
        self.failed_file = "standard error" if failed is None else str(failed)
        self.progress = Progress({}, "")

    def load(self, *, overwrite: bool) -> None:  # noqa: ARG002 - standard output holds nothing to overwrite
        return None

    def begin(self, progress: Progress, *, overwrite: bool) -> None:  # noqa: ARG002
        if sys.stdout is None or sys.stderr is None:
            raise Unusable("Standard output or standard error is closed.")
        self.progress = progress
        for file in self.files:
            try:
                self._file = file.open("ab")
            except OSError as error:
                raise Unusable(f"{file.name} cannot be written: {error.strerror}.") from None

    def resume(self, progress: Progress) -> None:
        raise NotImplementedError

    def append(self, enriched: bytes, refused: bytes, records: int, failed: int, read: int) -> None:
        sys.stdout.buffer.write(enriched)
        sys.stdout.buffer.flush()
        failed_file = self._file or sys.stderr.buffer
        failed_file.write(refused)
        failed_file.flush()
        self.progress = self.progress.after(enriched, refused, records, failed, read)

    def save(self) -> None:
        """Do nothing: all is written."""

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
