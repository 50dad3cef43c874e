"""Guesses of the audience in the store: the last one of each person for each case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from service.store.meetings.meeting_tables import guesses, meetings
from service.store.run_history import now
from service.store.store import Store, retried


@dataclass(frozen=True, kw_only=True)
class GuessRecord:
    """A guess. One of `label` and `decision` (both JSON) and `value` is not None."""

    case_id: str
    person: str
    label: str | None
    decision: str | None
    value: float | None


@dataclass
class GuessCounts:
    """The guesses of one case: how many people, how many of them for each JSON text, and the values in order."""

    people: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)
    values: list[float] = field(default_factory=list)


@retried
def put_guesses(store: Store, given: Sequence[tuple[str, GuessRecord]]) -> list[bool]:
    """Store guesses, each with the id of its meeting, in place of earlier ones of the same person.

    Returns for each whether it is stored: not if its meeting takes no guesses on its case at the moment of the commit.
    Raises StorageUnavailable.
    """
    try:
        return _put(store, given)
    except IntegrityError:  # the same person has guessed at the same moment through another copy of the service
        return _put(store, given)


def _put(store: Store, given: Sequence[tuple[str, GuessRecord]]) -> list[bool]:
    with store.writing() as connection:
        asked = {meeting: _asked_case(connection, meeting) for meeting in sorted({meeting for meeting, _ in given})}
        stored = [asked[meeting] == guess.case_id for meeting, guess in given]
        last = {(meeting, guess.person): guess for (meeting, guess), fits in zip(given, stored, strict=True) if fits}
        for meeting, case in asked.items():
            rows = [vars(guess) | {"meeting": of, "changed": now()} for (of, _), guess in last.items() if of == meeting]
            if rows:
                people = sorted(row["person"] for row in rows)
                same = (guesses.c.meeting == meeting, guesses.c.case_id == case, guesses.c.person.in_(people))
                connection.execute(delete(guesses).where(*same))
                connection.execute(insert(guesses), rows)
    return stored


def _asked_case(connection: Connection, meeting: str) -> str | None:
    """Return the case on which a meeting takes guesses. The next step of its presenter waits for this transaction."""
    state = select(meetings.c.state_case, meetings.c.phase).where(meetings.c.id == meeting)
    shown = connection.execute(state.with_for_update(read=True)).one_or_none()
    return shown.state_case if shown is not None and shown.phase == "guess" else None


def count_guesses(store: Store, meeting: str, cases: Iterable[str]) -> dict[str, GuessCounts]:
    """Return the guesses of each of these cases for which somebody has guessed. Raises StorageUnavailable."""
    of_cases = (guesses.c.meeting == meeting, guesses.c.case_id.in_(list(cases)))
    columns = (guesses.c.case_id, guesses.c.label, guesses.c.decision)
    groups = select(*columns, func.count()).where(*of_cases, guesses.c.value.is_(None)).group_by(*columns)
    values = select(guesses.c.case_id, guesses.c.value).where(*of_cases, guesses.c.value.is_not(None))
    counted: dict[str, GuessCounts] = {}
    with store.reading() as connection:
        for case, label, decision, people in connection.execute(groups.order_by(*columns)):
            counts = counted.setdefault(case, GuessCounts())
            counts.people += people
            (counts.decisions if label is None else counts.labels)[decision if label is None else label] = people
        for case, value in connection.execute(values.order_by(guesses.c.case_id, guesses.c.value)):
            counts = counted.setdefault(case, GuessCounts())
            counts.people += 1
            counts.values.append(value)
    return counted


def list_own_guesses(store: Store, meeting: str, person: str) -> list[GuessRecord]:
    """Return the guesses of a person. Raises StorageUnavailable."""
    columns = [guesses.c[name] for name in GuessRecord.__dataclass_fields__]
    own = select(*columns).where(guesses.c.meeting == meeting, guesses.c.person == person)
    with store.reading() as connection:
        return [_record(row) for row in connection.execute(own.order_by(guesses.c.case_id))]


def _record(row: Row[Any]) -> GuessRecord:
    return GuessRecord(**row._mapping)
