"""What the audience expects of a case before it sees the answer."""

import msgspec

from service.errors import Fault, InvalidInput, ModelUnavailable, UnknownModel, UnknownVersion
from service.meeting_errors import GuessesClosed
from service.meetings.answer_checks import answer_faults
from service.meetings.meeting_checks import FindModel
from service.meetings.meeting_reader import OpenMeeting
from service.schemas import Card, RightAnswer
from service.schemas.meetings.audience import Guess, GuessFigures, GuessList, OwnGuesses
from service.schemas.meetings.meeting import MeetingCase
from service.store.meetings import guess_records
from service.store.meetings.guess_records import GuessCounts, GuessRecord
from service.store.store import Store

_MAX_PERSON = 64
_TEXT = msgspec.json.Decoder(str)


def give_guess(store: Store, find_model: FindModel, meeting: OpenMeeting, guess: Guess) -> Guess:
    """Store the guess of a person, in place of an earlier one, and return it.

    Raises InvalidInput, GuessesClosed, StorageUnavailable.
    """
    case = meeting.case(guess.case)
    if not is_person(guess.person):
        fault = Fault("person", "invalid_text", f"Expected 1 to {_MAX_PERSON} characters on one line.", path=())
        raise InvalidInput("The guess cannot be stored.", faults=[fault])
    if case is None or not case.guess:
        raise GuessesClosed
    answer = RightAnswer(label=guess.label, decision=guess.decision, value=guess.value)
    faults = list(answer_faults(answer, _card_of(find_model, case), ()))
    if faults:
        raise InvalidInput("The guess cannot be stored.", faults=faults)
    record = GuessRecord(
        case_id=guess.case,
        person=guess.person,
        label=_encoded(guess.label),
        decision=_encoded(guess.decision),
        value=guess.value,
    )
    guess_records.put_guess(store, meeting.record.id, record)
    return guess


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
