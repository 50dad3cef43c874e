"""Run sheet: the cases of a meeting in their order, each with what it shows. Every change is saved at once."""

from functools import partial
from pathlib import Path

import streamlit as st

from client import MeetingCase, Refused, ServiceError
from demo.meeting_pages import case_additions, case_editor
from demo.meetings import run_sheet
from demo.meetings.case_in_try import MEETING
from demo.meetings.meeting_access import OpenMeeting, open_meeting
from demo.meetings.meeting_document import draw_meeting_document
from demo.meetings.run_sheet import Removed
from demo.run_sheets.meeting_editor import Change, with_cases
from demo.session import page_address, query_errors, visitor
from demo.text.translation import Translation
from demo.widgets import forms, number_box
from wire.error_codes import UNAUTHORIZED

_CHOSEN, _REMOVED, _NOTICE = "run_sheet_case", "run_sheet_removed", "run_sheet_notice"
_SAVE_SECONDS = 3.0


def page() -> None:
    """Draw the page from top to bottom."""
    tr = visitor.get_translation()
    opened = open_meeting(tr)
    if opened is None:
        return
    content = opened.editor.content
    st.html(Path(__file__).parents[1] / "assets" / "present.css")
    st.title(forms.escape_markdown(content["title"]), anchor=False)
    _draw_tools(opened, tr)
    _draw_state(opened, tr)
    with st.container(key="run-sheet"):
        left, right = st.columns([5, 6], gap="large")
    with left:
        chosen = _draw_list(opened, content["cases"], tr)
        if notice := st.session_state.pop(_NOTICE, ""):
            number_box.draw_alert(notice)
        _draw_removed(opened, tr)
        case_additions.draw_additions(opened, partial(_apply, opened, tr), tr)
    with right:
        if chosen:
            case_editor.draw_editor(opened, chosen, partial(_apply, opened, tr), tr)


def _draw_tools(opened: OpenMeeting, tr: Translation) -> None:
    meeting = opened.meeting["id"]
    with st.container(horizontal=True, key="run-sheet-tools", vertical_alignment="center"):
        st.button(
            tr.text("Present"),
            key="run-sheet/present",
            type="primary",
            icon=":material/slideshow:",
            on_click=lambda: page_address.request_page("present", {MEETING: meeting}),
            disabled=not opened.editor.content["cases"],
        )
        st.button(
            tr.text("Check before the meeting"),
            key="run-sheet/check",
            type="tertiary",
            icon=":material/fact_check:",
            on_click=lambda: page_address.request_page("check", {MEETING: meeting}),
        )
        st.link_button(
            tr.text("Notes window"), f"notes?{MEETING}={meeting}", icon=":material/speaker_notes:", type="tertiary"
        )
        st.button(
            tr.text("Links and settings"),
            key="run-sheet/meetings",
            type="tertiary",
            icon=":material/settings:",
            on_click=lambda: page_address.request_page("meetings", {MEETING: meeting}),
        )
        draw_meeting_document(opened.presenter.client, {**opened.meeting, "content": opened.editor.content}, tr)


def _draw_state(opened: OpenMeeting, tr: Translation) -> None:
    """Draw whether everything is saved. What is not is sent again by itself."""
    if opened.editor.changed_elsewhere:
        st.info(
            tr.text("Another window has changed this meeting meanwhile. You see both: its changes and yours."),
            icon=":material/sync:",
        )
    if opened.editor.is_saved:
        st.caption(tr.text("All changes are saved."))
        return
    st.warning(
        tr.text("Not saved yet: the service does not answer. Your changes are kept here and saved as soon as it does."),
        icon=":material/schedule_send:",
    )
    _save_later(opened)


@st.fragment(run_every=_SAVE_SECONDS)
def _save_later(opened: OpenMeeting) -> None:
    try:
        opened.editor.save()
    except ServiceError:
        return
    st.rerun()


def _apply(opened: OpenMeeting, tr: Translation, change: Change) -> None:
    """Change the meeting and save it. A change that the service refuses is not kept, and the page says so."""
    try:
        opened.editor.apply(change)
    except Refused as error:
        st.session_state[_NOTICE] = (
            tr.text("Your presenter's link is no longer good.")
            if error.code == UNAUTHORIZED
            else tr.text("This could not be saved. Please check what you wrote.")
        )
    except ServiceError as error:
        query_errors.add_error(error)


def _draw_list(opened: OpenMeeting, cases: list[MeetingCase], tr: Translation) -> MeetingCase | None:
    """Draw the choice of a case and the buttons that move it; return the chosen case."""
    if not cases:
        st.info(
            tr.text("No cases yet. Add some below, or on Try with “Add to the run sheet”."), icon=":material/playlist_add:"
        )
        return None
    key = f"{_CHOSEN}/{opened.meeting['id']}"
    ids = [case["id"] for case in cases]
    by_id = dict(zip(ids, cases, strict=True))
    if st.session_state.get(key) not in by_id:
        st.session_state[key] = ids[0]
    numbers = {case_id: number for number, case_id in enumerate(ids, start=1)}
    widget = f"{key}/{'/'.join(ids)}"
    st.session_state[widget] = st.session_state[key]

    def choose() -> None:
        st.session_state[key] = st.session_state[widget]

    with st.container(key="run-sheet-cases"):
        st.radio(
            tr.text("Cases"),
            ids,
            format_func=lambda each: f"{numbers[each]}\\. {forms.escape_markdown(by_id[each]['name'] or '–')}",
            captions=[case_editor.describe_shown(case, tr) for case in cases],
            key=widget,
            on_change=choose,
        )
    chosen = by_id[st.session_state[key]]
    _draw_case_tools(opened, chosen, ids, key, tr)
    return chosen


def _draw_case_tools(opened: OpenMeeting, chosen: MeetingCase, ids: list[str], key: str, tr: Translation) -> None:
    index = ids.index(chosen["id"])

    def move(by: int) -> None:
        _apply(opened, tr, with_cases(lambda cases: run_sheet.move(cases, chosen["id"], by)))

    def remove() -> None:
        _, removed = run_sheet.remove(opened.editor.content["cases"], chosen["id"])
        _apply(opened, tr, with_cases(lambda cases: run_sheet.remove(cases, chosen["id"])[0]))
        st.session_state[_REMOVED] = (opened.meeting["id"], removed)
        left = [case["id"] for case in opened.editor.content["cases"]]
        st.session_state[key] = left[min(index, len(left) - 1)] if left else None

    with st.container(horizontal=True, key="run-sheet-case-tools", vertical_alignment="center"):
        st.button(
            tr.text("Move up"),
            key="run-sheet/up",
            type="tertiary",
            icon=":material/arrow_upward:",
            on_click=partial(move, -1),
            disabled=index == 0,
            shortcut="alt+up",
        )
        st.button(
            tr.text("Move down"),
            key="run-sheet/down",
            type="tertiary",
            icon=":material/arrow_downward:",
            on_click=partial(move, 1),
            disabled=index == len(ids) - 1,
            shortcut="alt+down",
        )
        st.button(tr.text("Remove"), key="run-sheet/remove", type="tertiary", icon=":material/delete:", on_click=remove)


def _draw_removed(opened: OpenMeeting, tr: Translation) -> None:
    """Draw what was removed last, with a button that puts it back."""
    meeting, removed = st.session_state.get(_REMOVED, ("", None))
    if meeting != opened.meeting["id"] or not isinstance(removed, Removed):
        return

    def put_back() -> None:
        _apply(opened, tr, with_cases(lambda cases: run_sheet.put_back(cases, removed)))
        st.session_state[f"{_CHOSEN}/{meeting}"] = removed.case["id"]
        st.session_state.pop(_REMOVED, None)

    with st.container(horizontal=True, key="run-sheet-removed", vertical_alignment="center"):
        st.caption(tr.text("Removed: {name}", name=forms.escape_markdown(removed.case["name"] or "–")))
        st.button(tr.text("Undo"), key="run-sheet/undo", type="tertiary", icon=":material/undo:", on_click=put_back)
