"""Guesses of the audience in the store: the last one of each person for each case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.meeting_errors import GuessesClosed
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
def put_guess(store: Store, meeting: str, guess: GuessRecord) -> None:
    """Store the guess of a person in place of an earlier one.

    Raises GuessesClosed if the meeting does not take guesses on this case at the moment of the commit.
    """
    try:
        _put(store, meeting, guess)
    except IntegrityError:  # the same person has guessed at the same moment through another copy of the service
        _put(store, meeting, guess)


def _put(store: Store, meeting: str, guess: GuessRecord) -> None:
    values = vars(guess) | {"meeting": meeting, "changed": now()}
    own = (guesses.c.meeting == meeting, guesses.c.case_id == guess.case_id, guesses.c.person == guess.person)
    state = select(meetings.c.state_case, meetings.c.phase).where(meetings.c.id == meeting)
    with store.writing() as connection:
        shown = connection.execute(state.with_for_update(read=True)).one_or_none()  # the phase waits for this commit
        if shown is None or (shown.state_case, shown.phase) != (guess.case_id, "guess"):
            raise GuessesClosed
        if connection.execute(update(guesses).where(*own).values(values)).rowcount == 0:
            connection.execute(insert(guesses).values(values))


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
