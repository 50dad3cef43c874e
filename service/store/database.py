"""Connections to SQLite and PostgreSQL. Only this module, `file_engine`, `server_engine` and `locks` distinguish the two.

Only `create_missing_file` creates a SQLite file. A marker file beside it tells a lost database from a first start.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from service.errors import BrokenStorage
from service.store.file_engine import WRITES, connect_file, file_engine, lost_file, mark_of, open_file
from service.store.locks import LOCK_SPACE, CheckLock, lock_file, server_lock
from service.store.server_engine import reading_server_engine, server_engine


class Database:
    """One database by its address.

    `timeout_seconds` limits the wait for a lock of another program, `answer_seconds` the wait for an answer of PostgreSQL.
    """

    def __init__(self, url: str, timeout_seconds: float, answer_seconds: float) -> None:
        self._url = parse_url(url)
        self._is_file = self._url.get_backend_name() == "sqlite"
        self._timeout_seconds = timeout_seconds
        self._turn = threading.Lock()
        """Held by the writer of this process: with eight writers, SQLite lets one of a hundred wait for over a second."""
        self.engine = (
            file_engine(self.file, timeout_seconds)
            if self._is_file
            else server_engine(self._url, timeout_seconds, answer_seconds)
        )

    @property
    def file(self) -> Path:
        return Path(self._url.database or "").absolute()

    @property
    def _mark(self) -> Path:
        return mark_of(self.file)

    def create_missing_file(self) -> None:
        """Create the SQLite file on the first start. Raises BrokenStorage if the file was lost."""
        if not self._is_file or self.file.exists():
            return
        if self._mark.exists():
            raise lost_file(self.file)
        if not self.file.parent.is_dir():
            raise BrokenStorage(
                f"There is no folder {self.file.parent.name} for the database file {self.file.name}. Create it, or correct "
                "the address of the database."
            )
        open_file(self.file, "rwc", 0).close()
        self.file.chmod(0o600)

    def check_first_start(self) -> None:
        """Raise BrokenStorage if a SQLite file without tables had tables before. An empty PostgreSQL is always new.

        Call it in a writing transaction, so that no other process creates the tables at the same time.
        """
        if self._is_file and self._mark.exists():
            raise BrokenStorage(
                "The database file had tables before and is empty. Restore it from a backup; "
                f"to start with an empty store, delete {self._mark.name} beside it."
            )

    def write_mark(self) -> None:
        """Write the marker file: from now on a missing database counts as lost."""
        if self._is_file and not self._mark.exists():
            self._mark.write_text("The database beside this file exists. If it is missing, it was lost: it is not new.\n")

    def check_content(self, connection: Connection) -> None:
        """Raise BrokenStorage if SQLite finds its file damaged. PostgreSQL checks its files itself."""
        if self._is_file and connection.scalar(text("PRAGMA quick_check(1)")) != "ok":
            raise BrokenStorage("The database file is damaged. Restore it from a backup.")

    def compact(self) -> None:
        """Write the SQLite file anew, without the remains of what was deleted. PostgreSQL reuses their place by itself.

        `secure_delete` is not enough: where SQLite has split a page, a copy of deleted values can be left.
        """
        if not self._is_file:
            return
        alone = create_engine(
            "sqlite://", creator=lambda: connect_file(self.file, "rw", self._timeout_seconds), poolclass=NullPool
        )
        with self._writer_turn(), alone.connect() as connection:  # outside a transaction, which the other engine begins
            connection.exec_driver_sql("VACUUM")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one snapshot for all queries of the block. In SQLite every transaction is a snapshot."""
        engine = self.engine if self._is_file else self.engine.execution_options(isolation_level="REPEATABLE READ")
        with self._close_stale_connection(), engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one transaction, committed at the end of the block. In SQLite it takes the write lock at its start."""
        with (
            self._writer_turn(),
            self._close_stale_connection(),
            self.engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def _writer_turn(self) -> Iterator[None]:
        """Wait until no other thread writes to the SQLite file. After the timeout, SQLite itself waits and refuses."""
        has_turn = self._is_file and self._turn.acquire(timeout=self._timeout_seconds)
        try:
            yield
        finally:
            if has_turn:
                self._turn.release()

    @contextmanager
    def _close_stale_connection(self) -> Iterator[None]:
        """Close the connection of the block if the engine was disposed meanwhile: it goes back to a pool without a user."""
        pool = self.engine.pool
        try:
            yield
        finally:
            if self.engine.pool is not pool:
                pool.dispose()

    def lock_migrations(self, connection: Connection) -> None:
        """Keep other processes from migrating until the commit. In SQLite the writing transaction does that."""
        if not self._is_file:
            connection.execute(text("SELECT pg_advisory_xact_lock(:space, 0)"), {"space": LOCK_SPACE})

    @contextmanager
    def try_lock(self, name: str) -> Iterator[CheckLock | None]:
        """Hold the lock `name`; yield None if another process holds it. The system releases it when the process dies.

        Raises BrokenStorage if the lock cannot be tried.
        """
        if self._is_file:
            with lock_file(self.file.with_name(f"{self.file.name}.{name}.lock")) as check_lock:
                yield check_lock
        else:
            with server_lock(self.engine, name) as check_lock:
                yield check_lock


def reading_engine(url: str, answer_seconds: float) -> Engine:
    """Return an engine that only reads another database. Raises BrokenStorage if the address is of no known kind."""
    address = parse_url(url)
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "").absolute()
        if not path.is_file():
            raise BrokenStorage(f"There is no database file {path.name}.")
        return create_engine("sqlite://", creator=lambda: connect_file(path, "ro", 30.0), poolclass=NullPool)
    return reading_server_engine(address, answer_seconds)


def meetings_url(url: str) -> str:
    """Return the address of what people write, for the address of the store.

    It is another SQLite file beside that of the nightly runs, or the same database of PostgreSQL: a run that writes to the
    same SQLite file makes people wait. Raises BrokenStorage.
    """
    address = parse_url(url)
    if address.get_backend_name() != "sqlite":
        return url
    file = Path(address.database or "")
    return f"sqlite:///{file.with_stem(f'{file.stem}-meetings')}"


def parse_url(url: str) -> URL:
    """Return an address of SQLite or PostgreSQL as a URL. Raises BrokenStorage for any other."""
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


def is_locked(error: OperationalError) -> bool:
    return "locked" in str(error.orig) or "lock timeout" in str(error.orig)


def is_full(error: OperationalError) -> bool:
    return "full" in str(error.orig) or "No space left" in str(error.orig)
