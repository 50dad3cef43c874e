"""The answers that a step shows: live, else as they were recorded before the meeting, else none."""

from dataclasses import dataclass

from client import Card, Curves, Explanation, MeetingCase, Prediction, Row, ServiceError
from demo.meetings import recordings
from demo.meetings.case_in_try import get_changed_row
from demo.meetings.case_queries import choose_field
from demo.meetings.recordings import RecordedCase
from demo.session import cases, query_errors, service_queries
from demo.session.cases import EXTERNAL, Case
from demo.text.translation import Translation


@dataclass(frozen=True)
class ShownCase:
    """A case with its answer. `case.row` may differ from the prepared row, `case.start_row`: the presenter changed it."""

    card: Card
    case: Case
    now: Explanation | None
    start: Explanation | None
    recorded: RecordedCase | None = None

    @property
    def prediction(self) -> Prediction | None:
        return self.now["prediction"] if self.now else None


def find_answer(meeting: str, prepared: MeetingCase, tr: Translation) -> ShownCase | None:
    """Return a case with its answer; None if not even the model is known."""
    try:
        card = service_queries.get_card(prepared["model"], prepared["version"])
    except ServiceError as error:
        query_errors.add_error(error)
        return _find_recorded(meeting, prepared, tr)
    case = make_case(card, prepared, get_changed_row(meeting, prepared["id"]))
    explanations = service_queries.explain(card, [case.row, case.start_row])
    if explanations is None:
        recorded = None if case.changed() else _find_recorded(meeting, prepared, tr)
        return recorded or ShownCase(card, case, None, None)
    now, start = explanations
    return ShownCase(card, case, now, start)


def _find_recorded(meeting: str, prepared: MeetingCase, tr: Translation) -> ShownCase | None:
    recorded = recordings.find(meeting, prepared, tr.language)
    if recorded is None:
        return None
    case = make_case(recorded.card, prepared, None)
    return ShownCase(recorded.card, case, recorded.explanation, recorded.explanation, recorded)


def make_case(card: Card, prepared: MeetingCase, changed: Row | None) -> Case:
    """Return the case of a run sheet, with the row that the presenter has changed it to."""
    start = cases.complete_row(card, prepared["row"])
    return Case(EXTERNAL, start, dict(start) if changed is None else cases.complete_row(card, changed))


def find_curves(
    meeting: str, prepared: MeetingCase, answer: ShownCase, tr: Translation
) -> tuple[Curves, RecordedCase | None] | None:
    """Return the curve that a case shows, live, or recorded and the recording; None if there is neither."""
    field = choose_field(answer.card, prepared)
    if field is None:
        return None
    if answer.recorded is None:
        live = service_queries.get_curves(answer.card, answer.case.row, [field], answer.case.start_row)
        if live is not None:
            return live, None
    recorded = None if answer.case.changed() else answer.recorded or recordings.find(meeting, prepared, tr.language)
    if recorded is None or recorded.version != answer.card["version"] or not recorded.curves:
        return None
    return recorded.curves, recorded


def ask_ahead(meeting: str, prepared: MeetingCase | None, tr: Translation) -> None:
    """Ask for the answer of the next case before it is needed. The visit keeps it."""
    if prepared is None or query_errors.find_unreachable():
        return
    answer = find_answer(meeting, prepared, tr)
    if answer and answer.now and "what-if" in prepared["show"]:
        find_curves(meeting, prepared, answer, tr)
