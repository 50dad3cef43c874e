"""Links in the store: each content once, under an id that cannot be guessed, for a limited time."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.store.meetings.meeting_tables import links
from service.store.run_history import now
from service.store.store import Store, retried

LINK_DAYS = 90
MAX_LINKS = 10_000
_ID_BYTES = 15
_AGE = timedelta(days=LINK_DAYS)


@dataclass(frozen=True)
class LinkRecord:
    """A stored link, and when it ends."""

    id: str
    expires: str
    content: str


@retried
def add_link(store: Store, content: str) -> LinkRecord:
    """Store a content and return its link after the commit. The same content has the same link, which then lives on.

    Links that were not stored for 90 days are removed, and the oldest above 10,000. Raises StorageUnavailable.
    """
    digest = hashlib.sha256(content.encode()).hexdigest()
    try:
        with store.writing() as connection:
            created = now()
            known = connection.scalar(select(links.c.id).where(links.c.digest == digest))
            id = known or secrets.token_urlsafe(_ID_BYTES)  # noqa: A001 - the name of the column
            if known:
                connection.execute(update(links).where(links.c.id == id).values(created=created))
            else:
                connection.execute(insert(links).values(id=id, digest=digest, created=created, content=content))
                _remove_old(connection)
    except IntegrityError:  # another copy of the service has stored the same content meanwhile
        with store.reading() as connection:
            row = connection.execute(select(links.c.id, links.c.created).where(links.c.digest == digest)).one()
        return _record(row.id, row.created, content)
    return _record(id, created, content)


def find_link(store: Store, id: str) -> LinkRecord | None:  # noqa: A002 - the name of the column
    """Return a link by its id; None for one that is unknown or too old. Nothing is written. Raises StorageUnavailable."""
    chosen = select(links.c.id, links.c.created, links.c.content)
    with store.reading() as connection:
        row = connection.execute(chosen.where(links.c.id == id, links.c.created >= _oldest())).one_or_none()
    return None if row is None else _record(row.id, row.created, row.content)


def _remove_old(connection: Connection) -> None:
    connection.execute(delete(links).where(links.c.created < _oldest()))
    newest = select(links.c.created).order_by(links.c.created.desc()).offset(MAX_LINKS).limit(1)
    if oldest := connection.scalar(newest):
        connection.execute(delete(links).where(links.c.created <= oldest))


def _oldest() -> str:
    return _stored_form(datetime.now(UTC) - _AGE)


def _record(id: str, created: str, content: str) -> LinkRecord:  # noqa: A002
    return LinkRecord(id, _stored_form(datetime.fromisoformat(created) + _AGE), content)


def _stored_form(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
