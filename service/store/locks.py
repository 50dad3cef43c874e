"""One holder of a name at a time, among all processes: a locked file beside SQLite's, an advisory lock of PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.errors import BrokenStorage

LOCK_SPACE = 7261
"""The first of the two numbers of our advisory locks in PostgreSQL."""
Still = Callable[[], None]
"""Raises BrokenStorage where what was held is held no longer."""


@contextmanager
def lock_file(path: Path) -> Iterator[Still | None]:
    """A second small database, locked whole: the one lock that every system lets go of when its holder is killed."""
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        held = True
    except sqlite3.OperationalError as error:
        held = False
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise BrokenStorage("The lock beside the database file cannot be written.") from error
    try:
        yield _nothing_to_say if held else None
    finally:
        if connection is not None:
            connection.close()


def _nothing_to_say() -> None:
    """A file stays locked as long as the process lives."""


@contextmanager
def server_lock(engine: Engine, name: str) -> Iterator[Still | None]:
    """A lock of a connection's own, which PostgreSQL lets go of when the connection ends, for whatever reason."""
    lock = {"space": LOCK_SPACE, "name": name}
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, hashtext(:name))"), lock))
    except SQLAlchemyError as error:
        raise BrokenStorage("The storage is not available.") from error

    def still() -> None:
        try:
            connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise BrokenStorage("The connection that kept other jobs away broke off. Nothing was switched to.") from error

    with connection:
        try:
            yield still if held else None
        finally:
            if held:
                with suppress(SQLAlchemyError):  # the lock went with its connection
                    connection.execute(text("SELECT pg_advisory_unlock(:space, hashtext(:name))"), lock)
