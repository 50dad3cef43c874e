"""What the audience of a meeting sees: no notes, and nothing of a case before the presenter shows it."""

import hashlib
from functools import lru_cache

from service.meetings.guesses import figures_of
from service.meetings.meeting_actions import state_of
from service.meetings.meeting_checks import logo_bytes
from service.meetings.meeting_reader import OpenMeeting
from service.schemas.meetings.audience import AudienceCase, AudienceLook, AudienceView, GuessFigures, LogoName
from service.schemas.meetings.meeting import Logo, MeetingCase
from service.store.store import Store


def read_view(store: Store, meeting: OpenMeeting, retention_days: int | None) -> AudienceView:
    """Return the view of a meeting now. Raises StorageUnavailable."""
    case = meeting.case(meeting.record.state_case)
    asks = case is not None and case.guess and meeting.record.phase == "answer"
    figures = figures_of(store, meeting.record.id, case.id) if case is not None and asks else None
    return audience_view(meeting, figures, retention_days)


def audience_view(meeting: OpenMeeting, figures: GuessFigures | None, retention_days: int | None) -> AudienceView:
    """Return the view of a meeting; `figures` are the guesses of the case on the screen, if it asks for them."""
    content, state = meeting.content, state_of(meeting.record)
    case = None if state.phase == "waiting" else meeting.case(state.case)
    has_answer = case is not None and state.phase == "answer"
    return AudienceView(
        meeting=meeting.record.id,
        title=content.title,
        language=content.language,
        models=content.models,
        pages=content.pages,
        reasons=content.reasons,
        look=AudienceLook(name=content.look.name, accent=content.look.accent, logo=_logo_name(content.look.logo)),
        state=state,
        case=_public(case),
        compare_case=_public(meeting.case(case.compare_with)) if case is not None and has_answer else None,
        cases=[each for each in map(_public, content.cases) if each] if state.audience == "alone" else [],
        guesses=figures if has_answer else None,
        retention_days=retention_days,
    )


def _public(case: MeetingCase | None) -> AudienceCase | None:
    if case is None:
        return None
    return AudienceCase(
        id=case.id,
        name=case.name,
        model=case.model,
        version=case.version,
        row=case.row,
        show=case.show,
        what_if_field=case.what_if_field,
        compare_with=case.compare_with,
        guess=case.guess,
    )


def _logo_name(logo: Logo | None) -> LogoName | None:
    return None if logo is None else LogoName(media_type=logo.media_type, digest=_digest(logo.data))


@lru_cache(64)
def _digest(data: str) -> str:
    """Return the SHA-256 of a logo. A view is made twice a second, and a logo has 200 kB."""
    return hashlib.sha256(logo_bytes(data) or b"").hexdigest()
