"""Engines for PostgreSQL. A statement ends at its deadline, also if the server or the network never answers."""

from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL

_CONNECT_SECONDS = 3
_INTERRUPT_SECONDS = 0.1
"""A connection that waits looks so often for Ctrl-C: the default of psycopg."""
_IDLE_SECONDS = 60
"""A connection that holds a job's lock is idle for hours; the system tests it so often."""


def server_engine(url: URL, lock_seconds: float, answer_seconds: float) -> Engine:
    """Return an engine that waits `lock_seconds` for a lock and `answer_seconds` for the answer to a statement."""
    milliseconds = int(lock_seconds * 1000)
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=lock_seconds,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "keepalives_idle": _IDLE_SECONDS,
            "tcp_user_timeout": milliseconds,  # ends a connection whose network confirms nothing
            "options": f"-c lock_timeout={milliseconds} -c timezone=utc",
        },
    )
    return _with_deadline(engine, answer_seconds)


def reading_server_engine(url: URL, answer_seconds: float) -> Engine:
    """Return an engine that only reads, and waits `answer_seconds` for the answer to a statement."""
    options = {"connect_timeout": _CONNECT_SECONDS, "options": "-c default_transaction_read_only=on"}
    return _with_deadline(create_engine(url, poolclass=NullPool, connect_args=options), answer_seconds)


def _with_deadline(engine: Engine, seconds: float) -> Engine:
    """Make the engine connect with a class of psycopg that waits for answers only so long."""
    if engine.dialect.driver != "psycopg":
        return engine
    connect = _connection_class(seconds).connect

    @event.listens_for(engine, "do_connect")
    def connect_with_deadline(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        return connect(*arguments, **options)

    return engine


def _connection_class(seconds: float) -> Any:
    from psycopg import Connection, OperationalError
    from psycopg.pq import TransactionStatus

    class DeadlineConnection(Connection[Any]):
        """Closes itself if an answer does not arrive in time: the state of its transaction is not known then."""

        def wait(self, gen: Any, interval: float = _INTERRUPT_SECONDS, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, seconds if timeout is None else timeout)
            except OperationalError:
                if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                    self.close()
                raise

    return DeadlineConnection
