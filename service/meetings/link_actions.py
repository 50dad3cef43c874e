"""Short links: what may not stand in an address is stored under an id. All raise StorageUnavailable."""

from datetime import datetime, timedelta

from service.meeting_errors import UnknownLink
from service.schemas.meetings.link import Link
from service.store.meetings import link_records
from service.store.meetings.link_records import LINK_DAYS, LinkRecord
from service.store.store import Store


def create_link(store: Store, content: str) -> Link:
    """Store a content; the same content has the same link."""
    return _whole(link_records.add_link(store, content))


def read_link(store: Store, id: str) -> Link:  # noqa: A002 - the name in the path
    """Return a link. Raises UnknownLink."""
    record = link_records.find_link(store, id)
    if record is None:
        raise UnknownLink
    return _whole(record)


def _whole(record: LinkRecord) -> Link:
    ends = datetime.fromisoformat(record.created) + timedelta(days=LINK_DAYS)
    expires = ends.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Link(id=record.id, expires=expires, content=record.content)
