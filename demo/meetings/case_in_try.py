"""A case of a run sheet on Try: the way there and back, and the button that adds the case on screen to a run sheet."""

import time
from dataclasses import dataclass
from functools import partial

import streamlit as st

from client import Card, MeetingCase, MeetingSummary, Refused, Row, ServiceError
from demo.meetings import run_sheet
from demo.meetings.presenter_session import Presenter, get_presenter
from demo.run_sheets.meeting_editor import Change, MeetingEditor, with_cases
from demo.session import cases, current_case, page_address, query_errors
from demo.session.cases import Case
from demo.text.translation import Translation
from demo.widgets import forms

MEETING = "meeting"
"""The parameter of the address that names a meeting."""
_ORIGIN, _ROWS, _LIST, _ADDED = "case_in_try", "presented_rows", "meetings_of_presenter", "added_to_run_sheet"
_LIST_SECONDS = 10.0


@dataclass(frozen=True)
class Origin:
    """Where a case on Try comes from. While it is presented, changed values are shown, and the run sheet stays as it is."""

    meeting: str
    case: MeetingCase
    is_presented: bool


def edit_in_try(meeting: str, case: MeetingCase, card: Card, *, is_presented: bool = False) -> None:
    """Open a case of a run sheet on Try."""
    current_case.open_row(card, cases.complete_row(card, case["row"]))
    if is_presented and (row := get_changed_row(meeting, case["id"])):
        current_case.change_values(card, cases.complete_row(card, row))
    st.session_state[_ORIGIN] = Origin(meeting, case, is_presented)
    page_address.request_first_page(card)


def get_changed_row(meeting: str, case: str) -> Row | None:
    """Return the row to which the presenter has changed a case in this visit; None if it is as prepared."""
    rows: dict[str, Row] = st.session_state.setdefault(_ROWS, {})
    return rows.get(f"{meeting}/{case}")


def change_row(meeting: str, case: str, row: Row | None) -> None:
    """Let the Present view show another row of a case; None: the prepared one."""
    rows: dict[str, Row] = st.session_state.setdefault(_ROWS, {})
    if row is None:
        rows.pop(f"{meeting}/{case}", None)
    else:
        rows[f"{meeting}/{case}"] = dict(row)


def draw_way_back(card: Card, case: Case, tr: Translation) -> None:
    """Draw the way back to the meeting from which the case was opened."""
    origin: Origin | None = st.session_state.get(_ORIGIN)
    if origin is None or origin.case["model"] != card["name"]:
        return
    with st.container(horizontal=True, key="way-back", vertical_alignment="center"):
        st.caption(tr.text("From the meeting: {name}", name=forms.escape_markdown(origin.case["name"] or "–")))
        if origin.is_presented:
            st.button(tr.text("Back to the meeting"), key="way-back/present", type="primary", icon=":material/slideshow:",
                      on_click=partial(_return_to_screen, origin, case))  # fmt: skip
            return
        st.button(tr.text("Save in the run sheet"), key="way-back/save", type="primary", icon=":material/save:",
                  on_click=partial(_save_row, origin, case))  # fmt: skip
        st.button(tr.text("Back without saving"), key="way-back/leave", type="tertiary", on_click=partial(_leave, origin))


def _return_to_screen(origin: Origin, case: Case) -> None:
    change_row(origin.meeting, origin.case["id"], case.row if case.changed() else None)
    st.session_state.pop(_ORIGIN, None)
    page_address.request_page("present", {MEETING: origin.meeting})


def _save_row(origin: Origin, case: Case) -> None:
    case_id, row = origin.case["id"], dict(case.row)
    if _change(origin.meeting, with_cases(lambda all_cases: run_sheet.change(all_cases, case_id, row=row))):
        _leave(origin)


def _leave(origin: Origin) -> None:
    st.session_state.pop(_ORIGIN, None)
    page_address.request_page("run-sheet", {MEETING: origin.meeting})


def _change(meeting: str, change: Change) -> bool:
    """Change a meeting as the service holds it now. Return whether it is saved."""
    presenter = get_presenter()
    if presenter is None:
        return False
    try:
        calls = presenter.client.meetings
        MeetingEditor(calls, calls.read(meeting)).apply(change)
    except ServiceError as error:
        query_errors.add_error(error)
        return False
    return True


def draw_add_button(card: Card, case: Case, tr: Translation) -> None:
    """Draw the button that adds the case to a run sheet. Only those who present see it."""
    presenter = get_presenter()
    meetings = _list_meetings(presenter) if presenter else []
    if not meetings:
        return
    with st.popover(tr.text("Add to the run sheet"), icon=":material/playlist_add:", type="tertiary", key="add-case"):
        titles = _name_meetings(meetings)
        chosen = st.selectbox(
            tr.text("Meeting"),
            list(titles),
            format_func=lambda each: forms.escape_markdown(titles[each]),
            key="add-case/meeting",
        )
        name = st.text_input(
            tr.text("Name on the screen"),
            key="add-case/name",
            max_chars=run_sheet.MAX_NAME,
            placeholder=cases.get_start_label(card, case.start),
        )
        st.button(tr.text("Add"), key="add-case/add", type="primary", on_click=partial(_add, chosen, card, case, name, tr))
    if added := st.session_state.pop(_ADDED, ""):
        st.caption(added)


def _name_meetings(meetings: list[MeetingSummary]) -> dict[str, str]:
    """Return id → title, with a number if several have it: Streamlit knows an option by its text."""
    names: dict[str, str] = {}
    for meeting in meetings:
        name, number = meeting["title"], 2
        while name in names.values():
            name, number = f"{meeting['title']} ({number})", number + 1
        names[meeting["id"]] = name
    return names


def _add(meeting: str, card: Card, case: Case, name: str, tr: Translation) -> None:
    label = name.strip() or cases.get_start_label(card, case.start) or tr.text("Case")
    new = run_sheet.make_case(label, card["name"], case.row)
    if _change(meeting, with_cases(lambda all_cases: run_sheet.add(all_cases, [new]))):
        st.session_state["add-case/name"] = ""
        st.session_state[_ADDED] = tr.text("Added: {name}", name=forms.escape_markdown(new["name"]))


def _list_meetings(presenter: Presenter) -> list[MeetingSummary]:
    """Return the newest meetings, asked for again after some seconds; none without an answer."""
    at, secret, meetings = st.session_state.get(_LIST, (0.0, "", []))
    if secret == presenter.secret and time.monotonic() - at < _LIST_SECONDS:
        return list(meetings)
    try:
        meetings = presenter.client.meetings.list()["items"]
    except Refused:
        meetings = []
    except ServiceError:
        meetings = list(meetings) if secret == presenter.secret else []
    st.session_state[_LIST] = (time.monotonic(), presenter.secret, meetings)
    return list(meetings)
