"""Tokens of presenters in the store: links, each of which opens one session, and sessions."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from service.store.meetings.meeting_records import hash_secret
from service.store.meetings.meeting_tables import presenter_tokens
from service.store.run_history import now
from service.store.store import Store, retried

LINK_PREFIX, SESSION_PREFIX = "wl_", "ws_"
_TOKEN_BYTES = 24
_LINK_TIME, _SESSION_TIME = timedelta(hours=24), timedelta(days=30)


@dataclass(frozen=True)
class IssuedToken:
    """A token, which the store itself does not keep, and the time until which it is valid."""

    token: str
    expires: str


@retried
def add_link(store: Store) -> IssuedToken:
    """Make a link. It opens one session within a day. Raises StorageUnavailable."""
    with store.writing() as connection:
        return _add(connection, "link", LINK_PREFIX, _LINK_TIME)


@retried
def open_session(store: Store, link: str) -> IssuedToken | None:
    """Use a link up and return its session; None if it was used, has expired, or was never made."""
    with store.writing() as connection:
        used = delete(presenter_tokens).where(
            presenter_tokens.c.hash == hash_secret(link),
            presenter_tokens.c.kind == "link",
            presenter_tokens.c.expires > now(),
        )
        if connection.execute(used).rowcount != 1:
            return None
        return _add(connection, "session", SESSION_PREFIX, _SESSION_TIME)


def is_session(store: Store, token: str) -> bool:
    """Tell whether a token is that of a session that has not expired. Raises StorageUnavailable."""
    chosen = select(presenter_tokens.c.hash).where(
        presenter_tokens.c.hash == hash_secret(token),
        presenter_tokens.c.kind == "session",
        presenter_tokens.c.expires > now(),
    )
    with store.reading() as connection:
        return connection.scalar(chosen) is not None


def _add(connection: Connection, kind: Literal["link", "session"], prefix: str, valid: timedelta) -> IssuedToken:
    """Add a token, and remove those that have expired."""
    connection.execute(delete(presenter_tokens).where(presenter_tokens.c.expires <= now()))
    token = prefix + secrets.token_urlsafe(_TOKEN_BYTES)
    expires = (datetime.now(UTC) + valid).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    connection.execute(insert(presenter_tokens).values(hash=hash_secret(token), kind=kind, expires=expires))
    return IssuedToken(token, expires)
