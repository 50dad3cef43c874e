"""Connections: the only module that knows SQLite from PostgreSQL.

Knows: SQLAlchemy engines, both databases' manners. Must not know: tables, models. A SQLite file is never made in passing:
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

_DAMAGED = {"SQLITE_CORRUPT", "SQLITE_NOTADB"}
_WRITES = "writes"
_LOCK_SPACE = 7261
"""The first of the two numbers of our advisory locks in PostgreSQL."""


class Database:
    """One database by its address. `patience_seconds`: how long a locked one is waited for."""

    def __init__(self, url: str, patience_seconds: float) -> None:
        self._url = _parsed(url)
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
        """Make the SQLite file on the first start. Raises BrokenStorage where it was there and is gone, or is emptied."""
        if not self._is_file:
            return
        if not self.file.exists():
            if self._mark.exists():
                raise BrokenStorage(
                    "The database file was here and is gone. Restore it from a backup; "
                    "to begin anew, delete the file .exists beside it."
                )
            self.file.parent.mkdir(parents=True, exist_ok=True)
            _open_file(self.file, "rwc", 0).close()
            self.file.chmod(0o600)
        elif self.file.stat().st_size == 0 and self._mark.exists():
            raise BrokenStorage("The database file is empty, and was not. Restore it from a backup.")

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
            connection.execute(text("SELECT pg_advisory_xact_lock(:space, 0)"), {"space": _LOCK_SPACE})

    @contextmanager
    def only_one(self, name: str) -> Iterator[bool]:
        """Yield whether this process alone holds `name`. The system lets go of it when the process dies, however it dies."""
        if self._is_file:
            with _lock_file(self.file.with_name(f"{self.file.name}.{name}.lock")) as held:
                yield held
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            lock = {"space": _LOCK_SPACE, "name": name}
            held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, hashtext(:name))"), lock))
            try:
                yield held
            finally:
                if held:
                    connection.execute(text("SELECT pg_advisory_unlock(:space, hashtext(:name))"), lock)


def reading_engine(url: str) -> Engine:
    """Return an engine that only reads a foreign database. Raises BrokenStorage at an address of no known kind."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "").absolute()
        if not path.is_file():
            raise BrokenStorage(f"There is no database file {path.name}.")
        return create_engine("sqlite://", creator=lambda: _connect(path, "ro", 30.0), poolclass=NullPool)
    return create_engine(parsed, poolclass=NullPool, connect_args={"options": "-c default_transaction_read_only=on"})


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in {"sqlite", "postgresql"} or parsed.database in {None, "", ":memory:"}:
            raise ArgumentError
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise BrokenStorage("A database address looks like sqlite:///file.db or postgresql://user@host/name.") from None
    return parsed


def _server_engine(url: URL, patience_seconds: float) -> Engine:
    milliseconds = int(patience_seconds * 1000)
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=patience_seconds,
        connect_args={"connect_timeout": 3, "options": f"-c lock_timeout={milliseconds} -c timezone=utc"},
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


@contextmanager
def _lock_file(path: Path) -> Iterator[bool]:
    """A second small database, locked whole: the one lock that every system lets go of when its holder is killed."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
            return
        yield True
    finally:
        connection.close()


def is_locked(error: OperationalError) -> bool:
    return "locked" in str(error.orig) or "lock timeout" in str(error.orig)


def is_full(error: OperationalError) -> bool:
    return "full" in str(error.orig) or "No space left" in str(error.orig)
