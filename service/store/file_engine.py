"""Connections to a SQLite file that other programs may use, replace or damage."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from service.errors import BrokenStorage

_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
WRITES = "writes"
"""The execution option of a connection whose transaction writes."""
_COMMIT_SECONDS = 0.25
"""The wait of a commit for readers of other programs. In SQLite no new reader can begin during this wait."""


def file_engine(path: Path, timeout_seconds: float) -> Engine:
    """Return an engine whose pool drops a connection if the file was replaced or deleted.

    Written pages stay in memory until the commit (cache_spill = OFF); otherwise readers would be locked out for longer.
    """
    engine = create_engine(
        "sqlite://",
        creator=lambda: connect_file(path, "rw", timeout_seconds),
        poolclass=QueuePool,
        pool_timeout=timeout_seconds,
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)
        for setting in ("journal_mode = DELETE", "synchronous = FULL", "foreign_keys = ON", "cache_spill = OFF"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "checkout")
    def check_identity(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError("The database file was replaced.")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(timeout_seconds * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "commit")
    def wait_briefly(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(_COMMIT_SECONDS * 1000)}")

    return engine


def connect_file(path: Path, mode: str, timeout_seconds: float) -> sqlite3.Connection:
    """Connect and run one query, so that SQLite reports a file that is damaged, cut short or no database.

    No other code may open the file: closing it would release all locks that this process has on it (POSIX).
    """
    try:
        connection = open_file(path, mode, timeout_seconds)
    except sqlite3.OperationalError as error:
        if not path.exists() and mark_of(path).exists():
            raise lost_file(path) from error
        raise BrokenStorage("The database file cannot be opened.") from error
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorname in _DAMAGED:
            raise BrokenStorage(
                "The database file is damaged, cut short, or no database. Restore it from a backup."
            ) from error
        raise
    return connection


def open_file(path: Path, mode: str, timeout_seconds: float) -> sqlite3.Connection:
    address = f"{path.as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=timeout_seconds, isolation_level=None, check_same_thread=False)


def mark_of(file: Path) -> Path:
    """Return the marker file beside a SQLite file."""
    return file.with_name(file.name + ".exists")


def lost_file(file: Path) -> BrokenStorage:
    return BrokenStorage(
        "The database file existed before and is gone. Restore it from a backup; "
        f"to start with an empty store, delete {mark_of(file).name} beside it."
    )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
