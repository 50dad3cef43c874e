"""An uploaded file that the service scores in the background, in a thread that outlives a change of pages."""

import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import BinaryIO, cast

from client import Card, Client, InvalidAnswer, RecognisedFile, Refused, ServiceError
from demo.files import scored_file
from demo.files.column_choice import Header, header_of
from demo.files.scored_file import ScoredFile

CHARSETS = ("windows-1250", "iso-8859-2", "windows-1252", "iso-8859-1")
"""Encodings to choose from for a text that is not UTF-8, the most common in Poland first."""
_TOKEN_BYTES = 12
_MAX_WAIT_SECONDS = 20.0
_numbers = count()


def copy_to_disk(file: BinaryIO) -> BinaryIO:
    """Return a copy in an unnamed temporary file: it can be sent again, and takes no memory."""
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - its UploadJob closes it
    shutil.copyfileobj(file, copy)
    return copy


class _Cancelled(Exception):
    """The job was cancelled."""


@dataclass
class UploadJob:
    """One uploaded file and its result: `scored` or `error`, both None while the job runs. `number` is unique."""

    name: str
    media_type: str
    content: BinaryIO
    upload_id: str
    """Streamlit's id of the upload: it stays the same when the page is drawn again."""
    number: int = field(default_factory=lambda: next(_numbers))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES))
    """It finds the job in the store. It stands in the address of the page and cannot be guessed."""
    recognised: RecognisedFile | None = None
    rows_scored: int = 0
    scored: ScoredFile | None = None
    error: ServiceError | None = None
    options: dict[str, str] = field(default_factory=dict)
    """How to read the file, as the user chose: `decimal`, `thousands`, `missing`, `sheet`, `columns`, `charset`."""
    chosen_columns: dict[Header, str] = field(default_factory=dict)
    """What was chosen in this visit for other files: header → the option `columns`."""
    _started: bool = False
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _finished: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        weakref.finalize(self, self.content.close)

    def send(self, client: Client, card: Card, options: Mapping[str, str] | None = None) -> None:
        """Send the file, or send it again with more options. Returns at once; does nothing while the job runs."""
        if self.is_running:
            return
        self._started = True
        self.options |= options or {}
        self.options = {name: value for name, value in self.options.items() if value}
        self._finished.clear()
        self.recognised, self.rows_scored, self.scored, self.error = None, 0, None, None
        threading.Thread(target=self._score, args=(client, card), daemon=True, name="file").start()

    def cancel(self) -> None:
        """Stop the job at the next part of the answer."""
        self._cancelled.set()

    def wait(self) -> ScoredFile:
        """Return the result, after the end of the job if it runs. Raises ServiceError if it has none."""
        self._finished.wait(_MAX_WAIT_SECONDS)
        if result := self.scored:
            return result
        raise self.error or InvalidAnswer("The file is still being scored.")

    @property
    def is_running(self) -> bool:
        """Whether the file was sent and has no result yet."""
        return self._started and self.scored is None and self.error is None

    def _score(self, client: Client, card: Card) -> None:
        error: ServiceError = InvalidAnswer("The answer was not understood.")
        try:
            self.scored = self._request_answer(client, card)
        except ServiceError as caught:
            error = caught
        except _Cancelled:
            pass
        finally:  # a page waits until there is a result, so there must always be one
            self.error = None if self.scored else error
            self._finished.set()

    def _request_answer(self, client: Client, card: Card) -> ScoredFile:
        """Ask again, if columns were chosen for an earlier file with this header."""
        while True:
            try:
                return self._request_once(client, card)
            except Refused as error:
                header = header_of(error)
                columns = self.chosen_columns.get(header) if header else None
                if columns is None or columns == self.options.get("columns"):
                    raise
                self.options["columns"] = columns

    def _request_once(self, client: Client, card: Card) -> ScoredFile:
        self.content.seek(0)
        options = dict(self.options)
        charset = options.pop("charset", "")
        media_type = f"{self.media_type}; charset={charset}" if charset else self.media_type
        request = client.score_file(card["name"], self.content, media_type, version=card["version"], **options)
        with request as (recognised, chunks):
            self.recognised = recognised
            table = scored_file.read_answer(self._until_cancelled(chunks), self._report_rows)
        scored = ScoredFile.of_answer(self.name, recognised, card, table)
        if not scored_file.is_complete(card, recognised, scored.table):
            raise InvalidAnswer("The answer lacks columns or rows.")
        return scored

    def _report_rows(self, rows: int) -> None:
        self.rows_scored = rows

    def _until_cancelled(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self._cancelled.is_set():
                raise _Cancelled
            yield chunk
