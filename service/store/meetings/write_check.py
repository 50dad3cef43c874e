"""Proves that the store of meetings takes what people will write: a transaction writes, takes it back, and is committed."""

import secrets

from sqlalchemy import delete, insert, select

from service.store.meetings.meeting_tables import guesses, meetings
from service.store.run_history import now
from service.store.store import Store, retried

_ROOM_BYTES = 2**18
"""More than a minute of a busy audience writes."""


@retried
def check_writing(store: Store, id: str) -> bool:  # noqa: A002 - the name of the column
    """Write for a meeting and take it back; return False if there is no such meeting. Nobody sees what is written.

    Raises StorageUnavailable if the store is full, locked, read-only or away.
    """
    with store.writing() as connection:
        if connection.scalar(select(meetings.c.id).where(meetings.c.id == id)) is None:
            return False
        values = {"meeting": id, "case_id": "", "person": secrets.token_hex(16), "changed": now()}
        connection.execute(insert(guesses).values(**values, label="x" * _ROOM_BYTES))
        connection.execute(delete(guesses).where(guesses.c.meeting == id, guesses.c.person == values["person"]))
    return True
