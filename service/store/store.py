"""The store: transactions on a database that is known to be ours, whole and of this program's schema.

What is not as it should be is
refused with a sentence (StorageUnavailable) at every question; once it is as it should be, the next question succeeds.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import BrokenStorage, StorageUnavailable
from service.store.database import Database, is_full, is_locked
from service.store.tables import NEWEST

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSIONS = "alembic_version"
_OPENING_SECONDS = 10.0
"""How long a question waits for another one that is opening the database."""


class Store:
    """Opens its database at the first question, or when `prepare` is called; a fault closes it until the next question."""

    def __init__(self, url: str, patience_seconds: float = 2.0) -> None:
        self.database = Database(url, patience_seconds)
        self._ready = False
        self._preparing = threading.Lock()

    def prepare(self) -> None:
        """Make or migrate the database where that is needed. Raises StorageUnavailable with a sentence."""
        with self._told():
            self._prepare()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._told():
            self._prepare()
            with self.database.reading() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept at the end of the block, or nothing."""
        with self._told():
            self._prepare()
            with self.database.writing() as connection:
                yield connection

    def close(self) -> None:
        self.database.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the database says into StorageUnavailable, and look at it anew next time."""
        try:
            yield
        except IntegrityError:
            raise
        except BrokenStorage as error:
            self._forget()
            raise StorageUnavailable(str(error)) from error
        except (DBAPIError, PoolTimeout, OSError) as error:
            self._forget()
            raise StorageUnavailable(_sentence(error)) from error

    def _forget(self) -> None:
        self._ready = False
        self.database.engine.dispose()

    def _prepare(self) -> None:
        if self._ready:
            return
        if not self._preparing.acquire(timeout=_OPENING_SECONDS):
            raise BrokenStorage("The storage is being opened. Try again in a moment.")
        try:
            if not self._ready:
                self.database.make_ready()
                self._migrate_where_needed()
                self.database.mark()
                self._ready = True
        finally:
            self._preparing.release()

    def _migrate_where_needed(self) -> None:
        with self.database.reading() as connection:
            self.database.check_content(connection)
            if _version(connection) == NEWEST:
                return
        with self.database.writing() as connection:
            self.database.keep_others_from_migrating(connection)
            version = _version(connection)
            if version is None:
                self.database.check_first_start()
            if version != NEWEST:
                _upgrade(connection)


def _version(connection: Connection) -> str | None:
    """Return the schema's version; None where there is nothing yet. Raises BrokenStorage where it is not ours to use."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _VERSIONS not in tables:
        raise BrokenStorage("The database belongs to another program: it has tables, and none of them says its version.")
    version = connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}"))  # noqa: S608 - a name of our own
    if version is None or not (version == NEWEST or _is_known(version)):
        raise BrokenStorage("The database was made by a newer program, or by another one. This one does not touch it.")
    return str(version)


def _is_known(version: str) -> bool:
    from alembic.script import ScriptDirectory

    return version in {script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _sentence(error: SQLAlchemyError | OSError) -> str:
    if isinstance(error, OperationalError) and is_full(error):
        return "The storage is full."
    if isinstance(error, OperationalError) and is_locked(error):
        return "The storage is locked by another program. Try again in a moment."
    return "The storage is not available."
