"""Meetings in the store: made once for each key, read, changed, listed."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import KeyReused
from service.meeting_errors import MeetingChanged
from service.schemas.meetings.meeting import AudienceMode, Part, Phase, StateChange
from service.store.meetings.meeting_tables import meetings
from service.store.run_history import now
from service.store.store import Store, retried

PAGE = 50
TOKEN_PREFIX = "wm_"  # noqa: S105 - how a meeting token begins
_CODE_BYTES, _TOKEN_BYTES = 12, 24


@dataclass(frozen=True, kw_only=True)
class MeetingContentText:
    """Content as it is stored: JSON, and what a list shows of it."""

    title: str
    cases: int
    content: str


@dataclass(frozen=True, kw_only=True)
class MeetingRecord:
    """A stored meeting without its content."""

    id: str
    created: str
    changed: str
    revision: int
    presenter_token: str
    audience_code: str
    title: str
    cases: int
    state_revision: int
    state_case: str | None
    phase: Phase
    show: Part | None
    audience: AudienceMode


@dataclass(frozen=True)
class StoredMeeting:
    """A stored meeting and its content, which is JSON."""

    record: MeetingRecord
    content: str


@dataclass(frozen=True)
class MeetingPage:
    """A page of meetings, the newest first. `next` is the id of the last one if more follow."""

    records: list[MeetingRecord]
    next: str | None


_COLUMNS = [meetings.c[name] for name in MeetingRecord.__dataclass_fields__]


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a secret, by which it is looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@retried
def add_meeting(store: Store, key: str, digest: str, new: MeetingContentText) -> StoredMeeting:
    """Store a meeting and return it after the commit. The same request with the same key returns what is stored.

    Raises KeyReused, StorageUnavailable.
    """
    try:
        with store.writing() as connection:
            earlier = _find_key(connection, key, digest)
            if earlier is not None:
                return earlier
            created = now()
            id = "".join(filter(str.isalnum, created)) + f"-{secrets.token_hex(16)}"  # noqa: A001
            values = vars(new) | _new_secrets() | {"id": id, "idempotency_key": key, "digest": digest}
            state = {"state_revision": 1, "phase": "waiting", "audience": "follow"}
            connection.execute(insert(meetings).values(**values, **state, created=created, changed=created, revision=1))
            return _one(connection, id)
    except IntegrityError:  # another copy of the service has stored the same key meanwhile
        with store.reading() as connection:
            earlier = _find_key(connection, key, digest)
        if earlier is None:
            raise
        return earlier


def find_meeting(store: Store, id: str) -> StoredMeeting | None:  # noqa: A002 - the name of the column
    """Return a meeting by its id. Raises StorageUnavailable."""
    with store.reading() as connection:
        return _find(connection, id)


def find_record(store: Store, id: str) -> MeetingRecord | None:  # noqa: A002
    """Return a meeting without its content. Raises StorageUnavailable."""
    with store.reading() as connection:
        row = connection.execute(select(*_COLUMNS).where(meetings.c.id == id)).one_or_none()
    return None if row is None else _record(row)


def find_code(store: Store, code: str) -> MeetingRecord | None:
    """Return the meeting of an audience code. Raises StorageUnavailable."""
    with store.reading() as connection:
        row = connection.execute(select(*_COLUMNS).where(meetings.c.audience_hash == hash_secret(code))).one_or_none()
    return None if row is None else _record(row)


def find_presenter_token(store: Store, token: str) -> str | None:
    """Return the id of the meeting that a token is for. Raises StorageUnavailable."""
    with store.reading() as connection:
        return connection.scalar(select(meetings.c.id).where(meetings.c.presenter_hash == hash_secret(token)))


def list_meetings(store: Store, after: str | None, only: str | None) -> MeetingPage:
    """Return a page of meetings, the newest first; `only` is the id of the one that the caller may see."""
    chosen = select(*_COLUMNS)
    if after is not None:
        chosen = chosen.where(meetings.c.id < after)
    if only is not None:
        chosen = chosen.where(meetings.c.id == only)
    with store.reading() as connection:
        rows = connection.execute(chosen.order_by(meetings.c.id.desc()).limit(PAGE + 1)).all()
    records = [_record(row) for row in rows[:PAGE]]
    return MeetingPage(records, records[-1].id if len(rows) > PAGE else None)


@retried
def change_meeting(
    store: Store,
    id: str,  # noqa: A002
    revision: int,
    new: MeetingContentText,
    case_ids: list[str],
) -> StoredMeeting | None:
    """Replace the content of a revision and return the meeting; None if there is none.

    A case on the screen that is not among `case_ids` any more leaves it. Raises MeetingChanged.
    """
    with store.writing() as connection:
        values = vars(new) | {"revision": revision + 1, "changed": now()}
        chosen = update(meetings).where(meetings.c.id == id, meetings.c.revision == revision).values(values)
        is_changed = connection.execute(chosen).rowcount == 1
        stored = _find(connection, id)
        if stored is None:
            return None
        if not is_changed:
            raise MeetingChanged
        if stored.record.state_case is not None and stored.record.state_case not in case_ids:
            _write_state(connection, id, StateChange(audience=stored.record.audience))
        return _one(connection, id)


@retried
def change_state(store: Store, id: str, state: StateChange) -> MeetingRecord | None:  # noqa: A002
    """Set what is on the screen and return the meeting; None if there is none."""
    with store.writing() as connection:
        _write_state(connection, id, state)
        row = connection.execute(select(*_COLUMNS).where(meetings.c.id == id)).one_or_none()
    return None if row is None else _record(row)


@retried
def change_codes(store: Store, id: str) -> StoredMeeting | None:  # noqa: A002
    """Give a meeting a new presenter token and a new audience code; None if there is none."""
    with store.writing() as connection:
        connection.execute(update(meetings).where(meetings.c.id == id).values(**_new_secrets(), changed=now()))
        return _find(connection, id)


def _new_secrets() -> dict[str, str]:
    token = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    code = secrets.token_urlsafe(_CODE_BYTES)
    return {
        "presenter_token": token,
        "presenter_hash": hash_secret(token),
        "audience_code": code,
        "audience_hash": hash_secret(code),
    }


def _write_state(connection: Connection, id: str, state: StateChange) -> None:  # noqa: A002
    values: dict[str, Any] = {"state_case": state.case, "phase": state.phase, "show": state.show, "audience": state.audience}
    values |= {"state_revision": meetings.c.state_revision + 1, "changed": now()}
    connection.execute(update(meetings).where(meetings.c.id == id).values(values))


def _find_key(connection: Connection, key: str, digest: str) -> StoredMeeting | None:
    row = connection.execute(
        select(meetings.c.digest, meetings.c.content, *_COLUMNS).where(meetings.c.idempotency_key == key)
    ).one_or_none()
    if row is not None and row.digest != digest:
        raise KeyReused
    return None if row is None else StoredMeeting(_record(row), row.content)


def _find(connection: Connection, id: str) -> StoredMeeting | None:  # noqa: A002
    row = connection.execute(select(meetings.c.content, *_COLUMNS).where(meetings.c.id == id)).one_or_none()
    return None if row is None else StoredMeeting(_record(row), row.content)


def _one(connection: Connection, id: str) -> StoredMeeting:  # noqa: A002
    row = connection.execute(select(meetings.c.content, *_COLUMNS).where(meetings.c.id == id)).one()
    return StoredMeeting(_record(row), row.content)


def _record(row: Row[Any]) -> MeetingRecord:
    return MeetingRecord(**{column.name: getattr(row, column.name) for column in _COLUMNS})
