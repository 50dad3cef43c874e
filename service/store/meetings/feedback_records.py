"""Feedback in the store: added once for each key, read in pages, reviewed."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import KeyReused
from service.schemas import FeedbackState, Verdict
from service.store.meetings.meeting_tables import feedback
from service.store.run_history import now
from service.store.store import Store, retried

PAGE = 50
_EXPORT_PAGE = 1000
FILTERS = ("model", "version", "verdict", "reason", "meeting", "state")
"""The columns by which a list can be filtered."""


@dataclass(frozen=True, kw_only=True)
class NewFeedback:
    """Feedback to store. `digest` is the checksum of its request; `content` is JSON."""

    idempotency_key: str
    digest: str
    model: str
    version: str
    verdict: Verdict
    meeting: str | None
    reason: str | None
    name: str | None
    person: str | None
    content: str


@dataclass(frozen=True, kw_only=True)
class FeedbackRecord:
    """Stored feedback. `content` and `reply` are JSON."""

    id: str
    created: str
    model: str
    version: str
    verdict: Verdict
    meeting: str | None
    reason: str | None
    name: str | None
    person: str | None
    content: str
    state: FeedbackState
    reply: str | None
    reviewed: str | None


_NAMES = list(FeedbackRecord.__dataclass_fields__)
_COLUMNS = [feedback.c[name] for name in _NAMES]


@dataclass(frozen=True)
class FeedbackPage:
    """A page of feedback, the newest first. `next` is the id of the last one if more follow."""

    records: list[FeedbackRecord]
    next: str | None


@retried
def add_feedback(store: Store, new: NewFeedback) -> FeedbackRecord:
    """Store feedback and return it after the commit. The same request with the same key returns what is stored.

    Raises KeyReused, StorageUnavailable.
    """
    try:
        with store.writing() as connection:
            earlier = _find_key(connection, new)
            if earlier is not None:
                return earlier
            created = now()
            id = "".join(filter(str.isalnum, created)) + f"-{secrets.token_hex(16)}"  # noqa: A001
            values = vars(new) | {"id": id, "created": created, "state": "new"}
            connection.execute(insert(feedback).values(values))
            return _record(connection.execute(select(*_COLUMNS).where(feedback.c.id == id)).one())
    except IntegrityError:  # another copy of the service has stored the same key meanwhile
        with store.reading() as connection:
            earlier = _find_key(connection, new)
        if earlier is None:
            raise
        return earlier


def _find_key(connection: Connection, new: NewFeedback) -> FeedbackRecord | None:
    row = connection.execute(
        select(*_COLUMNS, feedback.c.digest).where(feedback.c.idempotency_key == new.idempotency_key)
    ).one_or_none()
    if row is not None and row.digest != new.digest:
        raise KeyReused
    return None if row is None else _record(row[: len(_COLUMNS)])


def find_feedback(store: Store, id: str) -> FeedbackRecord | None:  # noqa: A002 - the name of the column
    """Return feedback by its id. Raises StorageUnavailable."""
    with store.reading() as connection:
        row = connection.execute(select(*_COLUMNS).where(feedback.c.id == id)).one_or_none()
    return None if row is None else _record(row)


def list_feedback(store: Store, filters: Mapping[str, str], after: str | None, page: int = PAGE) -> FeedbackPage:
    """Return a page of feedback, the newest first. `filters`: column of FILTERS → value. Raises StorageUnavailable."""
    if any("\0" in value for value in filters.values()):  # PostgreSQL has no such text, and refuses to look for it
        return FeedbackPage([], None)
    chosen = select(*_COLUMNS).where(*(feedback.c[name] == value for name, value in filters.items()))
    if after is not None:
        chosen = chosen.where(feedback.c.id < after)
    with store.reading() as connection:
        rows = connection.execute(chosen.order_by(feedback.c.id.desc()).limit(page + 1)).all()
    records = [_record(row) for row in rows[:page]]
    return FeedbackPage(records, records[-1].id if len(rows) > page else None)


def iterate_feedback(store: Store, filters: Mapping[str, str]) -> Iterator[FeedbackRecord]:
    """Yield all feedback that fits the filters, the newest first, in pages: what comes meanwhile is left out."""
    after: str | None = None
    while True:
        page = list_feedback(store, filters, after, _EXPORT_PAGE)
        yield from page.records
        after = page.next
        if after is None:
            return


@retried
def review_feedback(
    store: Store,
    id: str,  # noqa: A002
    state: FeedbackState,
    reply: str | None,
    only: str | None = None,
) -> FeedbackRecord | None:
    """Set what came of feedback, and return it; None if there is none of this id, or not in the meeting `only`.

    `reply` is JSON.
    """
    chosen = [feedback.c.id == id, *([] if only is None else [feedback.c.meeting == only])]
    with store.writing() as connection:
        connection.execute(update(feedback).where(*chosen).values(state=state, reply=reply, reviewed=now()))
        row = connection.execute(select(*_COLUMNS).where(*chosen)).one_or_none()
    return None if row is None else _record(row)


def _record(row: Sequence[Any]) -> FeedbackRecord:
    return FeedbackRecord(**dict(zip(_NAMES, row, strict=True)))
