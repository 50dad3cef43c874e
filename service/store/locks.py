"""Locks by name among all processes: a locked file beside a SQLite database, or an advisory lock of PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.errors import BrokenStorage, StorageUnavailable

LOCK_SPACE = 7261
"""The first of the two numbers of our advisory locks in PostgreSQL."""
CheckLock = Callable[[], None]
"""Raises BrokenStorage if the lock is lost."""


@contextmanager
def lock_file(path: Path) -> Iterator[CheckLock | None]:
    """Lock a second small database. Every operating system releases this lock when its holder is killed."""
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        acquired = True
    except sqlite3.OperationalError as error:
        acquired = False
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise BrokenStorage("The lock beside the database file cannot be written.") from error
    try:
        yield _no_check if acquired else None
    finally:
        if connection is not None:
            connection.close()


def _no_check() -> None:
    """Do nothing: a file stays locked as long as the process lives."""


@contextmanager
def server_lock(engine: Engine, name: str) -> Iterator[CheckLock | None]:
    """Take an advisory lock of one connection. PostgreSQL releases it when the connection ends for any reason."""
    lock = {"space": LOCK_SPACE, "name": name}
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise BrokenStorage("The storage is not available.") from error

    def check() -> None:
        try:
            connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise BrokenStorage("The connection that held the lock of this job was lost. No run was published.") from error

    with connection:
        try:
            acquired = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, hashtext(:name))"), lock))
        except SQLAlchemyError as error:
            raise BrokenStorage("The storage is not available.") from error
        try:
            yield check if acquired else None
        except (BrokenStorage, StorageUnavailable):
            connection.invalidate()  # the server may not answer, and the lock is released with its connection
            raise
        finally:
            if acquired and not connection.invalidated:
                with suppress(SQLAlchemyError):
                    connection.execute(text("SELECT pg_advisory_unlock(:space, hashtext(:name))"), lock)
