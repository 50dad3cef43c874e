"""The store: transactions on a database that is checked and has this program's schema.

A faulty database raises StorageUnavailable with a sentence at every request. After the fault is repaired, the next request
succeeds.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import BrokenStorage, StorageUnavailable
from service.store.database import Database, is_full, is_locked
from service.store.schema import RUNS, Schema

_OPENING_SECONDS = 10.0
"""How long a request waits for another one that opens the database."""
_PAUSE_SECONDS = 0.25
"""The time for readers between two attempts of a change."""
P = ParamSpec("P")
T = TypeVar("T")


def retried(change: Callable[Concatenate["Store", P], T]) -> Callable[Concatenate["Store", P], T]:
    """Repeat a change, one transaction, while another program locks the database, until the store's timeout.

    In SQLite a commit waits for readers, and no new reader can begin while it waits. So a commit waits only briefly. Then
    the transaction is rolled back, readers can begin, and the change is made again.
    """

    @wraps(change)
    def repeat(store: "Store", /, *arguments: P.args, **options: P.kwargs) -> T:
        deadline = time.monotonic() + store.timeout_seconds
        while True:
            try:
                return change(store, *arguments, **options)
            except StorageUnavailable as error:
                cause = error.__cause__
                if not (isinstance(cause, OperationalError) and is_locked(cause)) or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)

    return repeat


class Store:
    """Opens its database at the first request, or in `prepare`. A fault closes it until the next request."""

    def __init__(self, url: str, timeout_seconds: float = 2.0, answer_seconds: float = 300.0, schema: Schema = RUNS) -> None:
        self._schema = schema
        self.database = Database(url, timeout_seconds, answer_seconds)
        self.timeout_seconds = timeout_seconds
        self._ready = False
        self._preparing = threading.Lock()

    def prepare(self) -> None:
        """Create or migrate the database if needed. Raises StorageUnavailable with a sentence."""
        with self._translate_errors():
            self._prepare()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._translate_errors():
            self._prepare()
            with self.database.reading() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one transaction, committed at the end of the block."""
        with self._translate_errors():
            self._prepare()
            with self.database.writing() as connection:
                yield connection

    def compact(self) -> None:
        """Free the file of the remains of what was deleted."""
        with self._translate_errors():
            self._prepare()
            self.database.compact()

    def close(self) -> None:
        self.database.engine.dispose()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Turn errors of the database into StorageUnavailable, and check the database again at the next request."""
        try:
            yield
        except IntegrityError:
            raise
        except BrokenStorage as error:
            self._reset()
            raise StorageUnavailable(str(error)) from error
        except (DBAPIError, PoolTimeout, OSError) as error:
            self._reset()
            raise StorageUnavailable(_sentence(error)) from error

    def _reset(self) -> None:
        self._ready = False
        self.database.engine.dispose()

    def _prepare(self) -> None:
        if self._ready:
            return
        if not self._preparing.acquire(timeout=_OPENING_SECONDS):
            raise BrokenStorage("Another request opens the storage. Try again in a moment.")
        try:
            if not self._ready:
                self.database.create_missing_file()
                self._migrate()
                self.database.write_mark()
                self._ready = True
        finally:
            self._preparing.release()

    def _migrate(self) -> None:
        with self.database.reading() as connection:
            self.database.check_content(connection)
            if self._schema.version(connection) == self._schema.newest:
                return
        with self.database.writing() as connection:
            self.database.lock_migrations(connection)
            version = self._schema.version(connection)
            if version is None:
                self.database.check_first_start()
            if version != self._schema.newest:
                self._schema.upgrade(connection)


def _sentence(error: SQLAlchemyError | OSError) -> str:
    if isinstance(error, OperationalError) and is_full(error):
        return "The storage is full."
    if isinstance(error, OperationalError) and is_locked(error):
        return "The storage is locked by another program. Try again in a moment."
    return "The storage is not available."
