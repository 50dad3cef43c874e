"""Connections: with its locks, the only module that knows SQLite from PostgreSQL.

A SQLite file is never made in passing:
only `create_file` makes one, and a file that was there once and is gone is told from a first start by the mark beside it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from service.errors import BrokenStorage
from service.store.locks import LOCK_SPACE, Still, lock_file, server_lock

_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_WRITES = "writes"


class Database:
    """One database by its address. `patience_seconds`: how long a locked one is waited for."""

    def __init__(self, url: str, patience_seconds: float) -> None:
        self._url = parsed(url)
        self._is_file = self._url.get_backend_name() == "sqlite"
        self.engine = (
            _file_engine(self.file, patience_seconds) if self._is_file else _server_engine(self._url, patience_seconds)
        )

    @property
    def file(self) -> Path:
        return Path(self._url.database or "").absolute()

    @property
    def _mark(self) -> Path:
        return self.file.with_name(self.file.name + ".exists")

    def make_ready(self) -> None:
        """Make the SQLite file on the first start. Raises BrokenStorage where it was there and is gone."""
        if not self._is_file or self.file.exists():
            return
        if self._mark.exists():
            raise BrokenStorage(
                "The database file was here and is gone. Restore it from a backup; "
                f"to begin anew, delete {self._mark.name} beside it."
            )
        self.file.parent.mkdir(parents=True, exist_ok=True)
        _open_file(self.file, "rwc", 0).close()
        self.file.chmod(0o600)

    def check_first_start(self) -> None:
        """Raise BrokenStorage where a database without tables was one with tables. An empty PostgreSQL is always new.

        Asked with the right to write: nobody else is then about to make the tables and the mark.
        """
        if self._is_file and self._mark.exists():
            raise BrokenStorage(
                "The database file is empty, and was not. Restore it from a backup; "
                f"to begin anew, delete {self._mark.name} beside it."
            )

    def mark(self) -> None:
        """Note beside the file that there is a database: from now on its absence is a loss."""
        if self._is_file and not self._mark.exists():
            self._mark.write_text("The database beside this file exists. Should it be gone, it was lost, not new.\n")

    def check_content(self, connection: Connection) -> None:
        """Raise BrokenStorage where SQLite finds its file damaged. PostgreSQL looks after its own files."""
        if self._is_file and connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
            raise BrokenStorage("The database file is damaged. Restore it from a backup.")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot for all questions of the block. A transaction of SQLite is one by itself."""
        engine = self.engine if self._is_file else self.engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block. On SQLite it has the right to write from its start."""
        with self.engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
            yield connection

    def keep_others_from_migrating(self, connection: Connection) -> None:
        """SQLite's writing transaction does so by itself."""
        if not self._is_file:
            connection.execute(text("SELECT pg_advisory_xact_lock(:space, 0)"), {"space": LOCK_SPACE})

    @contextmanager
    def only_one(self, name: str) -> Iterator[Still | None]:
        """Hold `name` alone; yield None where another process does. The system lets go of it when the process dies.

        Raises BrokenStorage where it cannot be told.
        """
        if self._is_file:
            with lock_file(self.file.with_name(f"{self.file.name}.{name}.lock")) as held:
                yield held
        else:
            with server_lock(self.engine, name) as held:
                yield held


def reading_engine(url: str) -> Engine:
    """Return an engine that only reads a foreign database. Raises BrokenStorage at an address of no known kind."""
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "").absolute()
        if not path.is_file():
            raise BrokenStorage(f"There is no database file {path.name}.")
        return create_engine("sqlite://", creator=lambda: _connect(path, "ro", 30.0), poolclass=NullPool)
    return create_engine(address, poolclass=NullPool, connect_args={"options": "-c default_transaction_read_only=on"})


def parsed(url: str) -> URL:
    """Return an address of a kind that is known. Raises BrokenStorage."""
    try:
        address = make_url(url)
        if address.get_backend_name() not in {"sqlite", "postgresql"} or address.database in {None, "", ":memory:"}:
            raise ArgumentError
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        address.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        raise BrokenStorage("A database address looks like sqlite:///file.db or postgresql://user@host/name.") from None
    return address


def _server_engine(url: URL, patience_seconds: float) -> Engine:
    milliseconds = int(patience_seconds * 1000)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=patience_seconds,
        connect_args={
            "connect_timeout": 3,
            "keepalives_idle": 60,  # a job's lock is held by a connection that says nothing for hours
            "options": f"-c lock_timeout={milliseconds} -c timezone=utc",
        },
    )


def _file_engine(path: Path, patience_seconds: float) -> Engine:
    """A pooled connection is let go where the file under its name is another one, or none.

    What is written stays in memory until the commit (cache_spill): else readers would be locked out for longer.
    """
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path, "rw", patience_seconds),
        poolclass=QueuePool,
        pool_timeout=patience_seconds,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)
        for setting in ("journal_mode = DELETE", "synchronous = FULL", "foreign_keys = ON", "cache_spill = OFF"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "checkout")
    def checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(path):
            raise DisconnectionError("The database file was replaced.")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _connect(path: Path, mode: str, patience_seconds: float) -> sqlite3.Connection:
    """Connect, and read a little: SQLite then tells a file that is damaged, cut short or no database.

    Nothing else may open the file: closing it again would let go of all locks that this process has on it (POSIX).
    """
    try:
        connection = _open_file(path, mode, patience_seconds)
    except sqlite3.OperationalError as error:
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


def _open_file(path: Path, mode: str, patience_seconds: float) -> sqlite3.Connection:
    address = f"{path.as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=patience_seconds, isolation_level=None, check_same_thread=False)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_locked(error: OperationalError) -> bool:
    return "locked" in str(error.orig) or "lock timeout" in str(error.orig)


def is_full(error: OperationalError) -> bool:
    return "full" in str(error.orig) or "No space left" in str(error.orig)
