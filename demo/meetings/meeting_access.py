"""The meeting of a page: the one that its address names, as the presenter of this visit may see it."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from client import Meeting, Refused, ServiceError
from demo.address.parameters import LANGUAGE
from demo.meetings.case_in_try import MEETING
from demo.meetings.meeting_copies import meeting_copies
from demo.meetings.presenter_session import Presenter, get_presenter, read_cookie
from demo.run_sheets.live_meeting import LiveMeeting
from demo.run_sheets.meeting_editor import MeetingEditor
from demo.session import query_errors, visitor
from demo.text.translation import Translation
from wire.error_codes import UNAUTHORIZED

_CURRENT, _KEPT = "current_meeting", "kept_meeting"
_MAX_LIVE, _REFRESH_SECONDS = 200, 3.0


@dataclass(frozen=True)
class OpenMeeting:
    """A meeting on a page: its presenter, its content with what this visit has changed, its steps."""

    presenter: Presenter
    editor: MeetingEditor
    live: LiveMeeting

    @property
    def meeting(self) -> Meeting:
        return self.editor.meeting


def find_presenter(tr: Translation) -> Presenter | None:
    """Return who presents; if nobody does, draw how to become a presenter and return None."""
    presenter = get_presenter()
    if presenter is None:
        draw_how_to_sign_in(tr, was_signed_in=bool(read_cookie()))
    return presenter


def draw_how_to_sign_in(tr: Translation, *, was_signed_in: bool) -> None:
    """Draw that the page is for those who present, and how to become one."""
    st.title(tr.text("For the person who presents"), anchor=False)
    if was_signed_in:
        st.warning(tr.text("Your presenter's link is no longer good."), icon=":material/key_off:")
    st.markdown(
        tr.text(
            "This page prepares and shows meetings. Open a presenter's link in this browser: the person who runs the demo"
            " has one. `make demo` prints it."
        )
    )


def open_meeting(tr: Translation) -> OpenMeeting | None:
    """Return the meeting that the address names; if it cannot be opened, draw why and return None."""
    presenter = find_presenter(tr)
    if presenter is None:
        return None
    meeting = st.query_params.get(MEETING, "") or str(st.session_state.get(_CURRENT, ""))
    st.session_state[_CURRENT] = meeting
    editors: dict[str, MeetingEditor] = st.session_state.setdefault("meeting_editors", {})
    key = f"{presenter.secret}/{meeting}"
    if key not in editors:
        found = _read(presenter, meeting, tr)
        if found is None:
            return None
        editors[key] = MeetingEditor(presenter.client.meetings, found)
    write_meeting_address(meeting)
    editor = editors[key]
    editor.refresh(_REFRESH_SECONDS)
    if st.session_state.get(_KEPT) is not editor.meeting:
        st.session_state[_KEPT] = editor.meeting
        meeting_copies().put(editor.meeting, presenter.secret)
    return OpenMeeting(presenter, editor, _find_live(key, editor))


def write_meeting_address(meeting: str) -> None:
    """Let the address name the meeting and the language, so that a reload opens the same."""
    st.session_state[_CURRENT] = meeting
    parameters = {MEETING: meeting, LANGUAGE: visitor.get_translation().language}
    if st.query_params.to_dict() != parameters:
        st.query_params.from_dict(parameters)


def _read(presenter: Presenter, meeting: str, tr: Translation) -> Meeting | None:
    if not meeting:
        _draw_unknown(tr)
        return None
    try:
        return presenter.client.meetings.read(meeting)
    except Refused as error:
        if error.code == UNAUTHORIZED:
            draw_how_to_sign_in(tr, was_signed_in=True)
        else:
            _draw_unknown(tr)
    except ServiceError as error:
        query_errors.add_error(error)
        if copy := meeting_copies().find(meeting, presenter.secret):
            return copy
        st.header(tr.text("One moment, please"))
        st.write(tr.text("The model service does not answer yet. The page tries again by itself."))
    return None


def _draw_unknown(tr: Translation) -> None:
    st.title(tr.text("This meeting cannot be opened"), anchor=False)
    st.markdown(
        tr.text("It does not exist, or your presenter's link is for another one. Choose a meeting on the page Meetings.")
    )


def _find_live(key: str, editor: MeetingEditor) -> LiveMeeting:
    """Return the steps of a meeting, which all visits with one secret share."""
    live = _live_meetings()
    if key not in live:
        meeting = editor.meeting["id"]
        announce = partial(meeting_copies().set_state, meeting)
        live[key] = LiveMeeting(editor.calls, meeting, editor.meeting["state"], announce)
        if not editor.meeting["presenter_token"]:  # a copy: the service may not know its step yet
            live[key].set_step(live[key].step)
        while len(live) > _MAX_LIVE:
            del live[next(iter(live))]
    return live[key]


@st.cache_resource
def _live_meetings() -> dict[str, LiveMeeting]:
    return {}
