"""What the audience expects of a case before it sees the answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from service.errors import (
    Fault,
    InvalidInput,
    ModelUnavailable,
    ServiceError,
    UnknownModel,
    UnknownVersion,
)
from service.meeting_errors import GuessesClosed, UnknownMeeting
from service.meetings.answer_checks import answer_faults
from service.meetings.meeting_checks import FindModel
from service.meetings.meeting_reader import MeetingReader, OpenMeeting
from service.schemas import Card, RightAnswer
from service.schemas.meetings.audience import Guess, GuessFigures, GuessList, OwnGuesses
from service.schemas.meetings.meeting import MeetingCase
from service.store.meetings import guess_records
from service.store.meetings.guess_records import GuessCounts, GuessRecord
from service.store.store import Store

_MAX_PERSON, _MAX_ANSWER = 64, 500
_TEXT = msgspec.json.Decoder(str)


@dataclass(frozen=True)
class GivenGuess:
    """A guess of somebody who has the audience code of a meeting; `only`: the one meeting that the caller may see."""

    code: str
    only: str | None
    guess: Guess


@dataclass(frozen=True)
class StoredGuess:
    """A guess that is committed, and its meeting."""

    meeting: str
    guess: Guess


def give_guesses(
    store: Store, reader: MeetingReader, find_model: FindModel, given: list[GivenGuess]
) -> list[StoredGuess | ServiceError]:
    """Store guesses of many people in one transaction, each in place of an earlier one of the same person.

    The result of each is what is stored, or the reason why not: UnknownMeeting, InvalidInput, GuessesClosed. Raises
    StorageUnavailable.
    """
    meetings = {key: _open(reader, *key) for key in {(each.code, each.only) for each in given}}
    checked = [_checked(meetings[each.code, each.only], find_model, each.guess) for each in given]
    accepted = [each for each in checked if isinstance(each, StoredGuess)]
    if not accepted:
        return list(checked)
    stored = guess_records.put_guesses(store, [(each.meeting, _record(each.guess)) for each in accepted])
    closed = {id(each) for each, fits in zip(accepted, stored, strict=True) if not fits}
    return [GuessesClosed() if id(each) in closed else each for each in checked]


def _open(reader: MeetingReader, code: str, only: str | None) -> OpenMeeting | UnknownMeeting:
    try:
        return reader.by_code(code, only)
    except UnknownMeeting as error:
        return error


def _checked(meeting: OpenMeeting | UnknownMeeting, find_model: FindModel, guess: Guess) -> StoredGuess | ServiceError:
    if isinstance(meeting, UnknownMeeting):
        return meeting
    try:
        _check(meeting, find_model, guess)
    except (InvalidInput, GuessesClosed) as error:
        return error
    return StoredGuess(meeting.record.id, guess)


def _check(meeting: OpenMeeting, find_model: FindModel, guess: Guess) -> None:
    """Raise InvalidInput, or GuessesClosed for a case that asks for no guesses."""
    if not is_person(guess.person):
        fault = Fault("person", "invalid_text", f"Expected 1 to {_MAX_PERSON} characters on one line.", path=())
        raise InvalidInput("The guess cannot be stored.", faults=[fault])
    case = meeting.case(guess.case)
    if case is None or not case.guess:
        raise GuessesClosed
    answer = RightAnswer(label=guess.label, decision=guess.decision, value=guess.value)
    faults = [*answer_faults(answer, _card_of(find_model, case), ()), *_length_faults(guess)]
    if faults:
        raise InvalidInput("The guess cannot be stored.", faults=faults)


def _length_faults(guess: Guess) -> Iterator[Fault]:
    """Yield the fault of an answer that no card has checked, because the planned version is not served, and is long."""
    for field in ("label", "decision"):
        if len(getattr(guess, field) or "") > _MAX_ANSWER:
            yield Fault(field, "too_long", f"This text may have {_MAX_ANSWER} characters.", path=())


def _record(guess: Guess) -> GuessRecord:
    return GuessRecord(
        case_id=guess.case,
        person=guess.person,
        label=_encoded(guess.label),
        decision=_encoded(guess.decision),
        value=guess.value,
    )


def guess_list(store: Store, meeting: OpenMeeting) -> GuessList:
    """Return the guesses of all cases, in the order of the run sheet. Raises StorageUnavailable."""
    ids = [case.id for case in meeting.content.cases]
    counted = guess_records.count_guesses(store, meeting.record.id, ids)
    return GuessList(cases=[_figures(case, counted[case]) for case in ids if case in counted])


def figures_of(store: Store, meeting: str, case: str) -> GuessFigures:
    """Return the guesses of one case, also if there are none. Raises StorageUnavailable."""
    return _figures(case, guess_records.count_guesses(store, meeting, [case]).get(case, GuessCounts()))


def own_guesses(store: Store, meeting: OpenMeeting, person: str) -> OwnGuesses:
    """Return the guesses of a person. Raises StorageUnavailable."""
    if not is_person(person):
        return OwnGuesses()
    return OwnGuesses(
        guesses=[
            Guess(
                case=record.case_id,
                person=record.person,
                label=_decoded(record.label),
                decision=_decoded(record.decision),
                value=record.value,
            )
            for record in guess_records.list_own_guesses(store, meeting.record.id, person)
        ]
    )


def is_person(text: str) -> bool:
    """Tell whether a text can name a person: one line of up to 64 characters."""
    return 0 < len(text) <= _MAX_PERSON and text.isprintable()


def _card_of(find_model: FindModel, case: MeetingCase) -> Card | None:
    try:
        return find_model(case.model, case.version).card
    except (UnknownModel, UnknownVersion, ModelUnavailable):
        return None


def _figures(case: str, counts: GuessCounts) -> GuessFigures:
    labels = {f"label/{_TEXT.decode(text)}": people for text, people in counts.labels.items()}
    decisions = {f"decision/{_TEXT.decode(text)}": people for text, people in counts.decisions.items()}
    return GuessFigures(case=case, people=counts.people, counts=labels | decisions, values=counts.values)


def _encoded(text: str | None) -> str | None:
    return None if text is None else msgspec.json.encode(text).decode()


def _decoded(text: str | None) -> str | None:
    return None if text is None else _TEXT.decode(text)
