"""Removes what people wrote: of one person, of one meeting, and what is too old."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, not_, or_, select

from service.store.meetings.meeting_tables import feedback, guesses, links, meetings
from service.store.store import Store, retried

_MAX_ROWS = 1000
"""The rows of one transaction: others write between two of them."""


@dataclass(frozen=True)
class Removed:
    """How many rows of each kind."""

    feedback: int = 0
    guesses: int = 0
    meetings: int = 0
    links: int = 0

    def __bool__(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class Removal:
    """What is to be removed: a condition for each table; None: nothing of it."""

    conditions: Sequence[tuple[Table, ColumnElement[bool] | None]] = field(default=())

    def count(self, store: Store) -> Removed:
        """Return how many rows it removes now. Raises StorageUnavailable."""
        with store.reading() as connection:
            return Removed(**{table.name: _count(connection, table, which) for table, which in self._chosen()})

    def remove(self, store: Store) -> Removed:
        """Remove the rows, also from the file of SQLite, and return how many. Raises StorageUnavailable."""
        removed: dict[str, int] = {}
        for table, which in self._chosen():
            while rows := _remove_some(store, table, which):
                removed[table.name] = removed.get(table.name, 0) + rows
        if removed:
            _compact(store)
        return Removed(**removed)

    def _chosen(self) -> list[tuple[Table, ColumnElement[bool]]]:
        return [(table, which) for table, which in self.conditions if which is not None]


def of_meeting(store: Store, id: str) -> Removal | None:  # noqa: A002 - the name of the column
    """Return the removal of a meeting with its feedback and guesses; None if nothing is stored of one of this id."""
    removal = Removal(
        [(guesses, guesses.c.meeting == id), (feedback, feedback.c.meeting == id), (meetings, meetings.c.id == id)]
    )
    return removal if removal.count(store) else None


def of_person(store: Store, name: str) -> Removal | None:
    """Return the removal of all that somebody wrote under a name; None if nobody did.

    Case, spaces and the form of Unicode do not matter. What the same browser sent without a name belongs to it, and its
    guesses; what it sent under another name does not.
    """
    wanted = _plain(name)
    with store.reading() as connection:
        stored = connection.scalars(select(feedback.c.name).where(feedback.c.name.is_not(None)).distinct())
        names = [each for each in stored if _plain(each) == wanted]
        if not names:
            return None
        has_name = feedback.c.name.in_(names)
        found = select(feedback.c.person).where(has_name, feedback.c.person.is_not(None)).distinct()
        people = list(connection.scalars(found))
    nameless = and_(feedback.c.name.is_(None), feedback.c.person.in_(people))
    return Removal([(guesses, guesses.c.person.in_(people)), (feedback, or_(has_name, nameless))])


def of_age(days: int) -> Removal:
    """Return the removal of what was written, or last presented, more than so many days ago."""
    oldest = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    kept = select(meetings.c.id).where(meetings.c.changed >= oldest)
    return Removal(
        [
            (guesses, or_(guesses.c.changed < oldest, not_(guesses.c.meeting.in_(kept)))),
            (feedback, feedback.c.created < oldest),
            (links, links.c.created < oldest),
            (meetings, meetings.c.changed < oldest),
        ]
    )


@retried
def _remove_some(store: Store, table: Table, which: ColumnElement[bool]) -> int:
    """Remove some rows in one transaction, and return how many."""
    key: Any = table.c.id if "id" in table.c else None
    chosen = delete(table).where(which if key is None else key.in_(select(key).where(which).limit(_MAX_ROWS)))
    with store.writing() as connection:
        return connection.execute(chosen).rowcount


@retried
def _compact(store: Store) -> None:
    store.compact()


def _count(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(which)) or 0


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
