"""A dropped file on its way through the service: sent once, and followed from outside, so that its page may be left."""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import BinaryIO, cast

from client import Card, Client, InvalidAnswer, RecognisedFile, ServiceError
from demo.files import scored_file
from demo.files.scored_file import ScoredFile

CHARSETS = ("windows-1250", "iso-8859-2", "windows-1252", "iso-8859-1")
"""What a text that is no UTF-8 may be, the likeliest in Poland first."""
_numbers = count()


def copy_to_disk(file: BinaryIO) -> BinaryIO:
    """Return a copy without a name, on disk: it can be sent again, and takes no memory until then."""
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - its UploadJob closes it
    shutil.copyfileobj(file, copy)
    return copy


class _Cancelled(Exception):
    """Nobody waits for the file any more."""


@dataclass
class UploadJob:
    """One file as it was dropped, and what became of it. Its number tells it from every other."""

    name: str
    kind: str
    content: BinaryIO
    dropped: str
    """By which drop it came: a page that is drawn again still holds the same one."""
    number: int = field(default_factory=lambda: next(_numbers))
    recognised: RecognisedFile | None = None
    rows_back: int = 0
    scored: ScoredFile | None = None
    error: ServiceError | None = None
    settled: dict[str, str] = field(default_factory=dict)
    """What its sender has said of it: its `decimal` sign, its `charset`."""
    _started: bool = False
    _let_go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        weakref.finalize(self, self.content.close)

    def send(self, client: Client, card: Card, settled: Mapping[str, str] | None = None) -> None:
        """Send it, or send it again with what was settled since; returns at once. While it is on its way it is not sent."""
        if self.is_on_its_way:
            return
        self._started = True
        self.settled |= settled or {}
        self.recognised, self.rows_back, self.scored, self.error = None, 0, None, None
        threading.Thread(target=self._score, args=(client, card), daemon=True, name="file").start()

    def let_go(self) -> None:
        """Wait for its answer no longer."""
        self._let_go.set()

    @property
    def is_on_its_way(self) -> bool:
        return self._started and self.scored is None and self.error is None

    def _score(self, client: Client, card: Card) -> None:
        error: ServiceError = InvalidAnswer("The answer was not understood.")
        try:
            self.scored = self._answered(client, card)
        except ServiceError as problem:
            error = problem
        except _Cancelled:
            pass
        finally:  # whatever went wrong, whoever looks at it must not wait for ever
            self.error = None if self.scored else error

    def _answered(self, client: Client, card: Card) -> ScoredFile:
        self.content.seek(0)
        charset, decimal = self.settled.get("charset"), self.settled.get("decimal")
        kind = f"{self.kind}; charset={charset}" if charset else self.kind
        asked = client.score_file(card["name"], self.content, kind, version=card["version"], decimal=decimal)
        with asked as (recognised, pieces):
            self.recognised = recognised
            table = scored_file.read_answer(self._while_wanted(pieces), self._seen)
        if not scored_file.is_complete(card, recognised, table):
            raise InvalidAnswer("The answer lacks columns or rows.")
        return ScoredFile(self.name, recognised, card["version"], table)

    def _seen(self, rows: int) -> None:
        self.rows_back = rows

    def _while_wanted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            if self._let_go.is_set():
                raise _Cancelled
            yield piece
