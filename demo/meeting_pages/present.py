"""Present: one step of the meeting on the large screen. Keys, a clicker or buttons go on and back; there is no menu."""

from functools import partial
from pathlib import Path

import streamlit as st

from client import MeetingCase
from demo.address.page_paths import PagePath
from demo.meetings import run_sheet
from demo.meetings.case_in_try import MEETING, change_row, edit_in_try, get_changed_row
from demo.meetings.meeting_access import OpenMeeting, open_meeting
from demo.meetings.meeting_document import draw_meeting_document
from demo.run_sheets import run_steps
from demo.run_sheets.run_steps import OPENING, RunStep
from demo.session import page_address, service_queries, visitor
from demo.sharing import meeting_links, qr_code
from demo.slides import shown_case, slide_parts, slide_view
from demo.text.translation import Translation

_FILES = Path(__file__).parents[1] / "assets"
_FOLLOW_SECONDS = 0.5


def page() -> None:
    """Draw the step of the meeting that the presenter has chosen."""
    opened = open_meeting(visitor.get_translation())
    if opened is None:
        return
    content = opened.editor.content
    if content["language"] in visitor.get_config().languages and st.session_state["language"] != content["language"]:
        st.session_state["language"] = content["language"]
        st.rerun()
    tr = visitor.get_translation()
    steps = run_steps.list_steps(content["cases"])
    index = run_steps.find_step(steps, opened.live.step)
    step = steps[index]
    st.html(_FILES / "present.css")
    st.html(slide_parts.build_accent(content["look"]))
    prepared = run_sheet.find(content["cases"], step.case)
    with st.container(key="present"):
        if prepared is None:
            _draw_opening(opened, tr)
        else:
            place = _describe_place(opened, step, tr)
            st.html(slide_view.build_head(content["title"], content["look"], place, opened.live.elapsed_seconds()))
            slide_parts.draw_case(opened, prepared, step, tr)
        _draw_controls(opened, prepared, steps, index, tr)
    st.html(_FILES / "present_keys.html", unsafe_allow_javascript=True)
    _follow(opened, step)
    shown_case.ask_ahead(opened.meeting["id"], run_steps.next_case(content["cases"], step), tr)


def _describe_place(opened: OpenMeeting, step: RunStep, tr: Translation) -> str:
    """Return which case of how many is shown; empty on the opening."""
    cases = opened.editor.content["cases"]
    index = run_sheet.index_of(cases, step.case)
    return "" if index is None else tr.text("{n} of {all}", n=tr.number(index + 1), all=tr.number(len(cases)))


def _draw_opening(opened: OpenMeeting, tr: Translation) -> None:
    content = opened.editor.content
    address = meeting_links.make_address(opened.meeting)
    code = qr_code.build_qr_image(address)
    st.html(slide_view.build_opening(content["title"], content["look"], code, address, tr))


def _draw_controls(
    opened: OpenMeeting, prepared: MeetingCase | None, steps: list[RunStep], index: int, tr: Translation
) -> None:
    """Draw back and next with the dots between them, then what is needed less often."""

    def go(by: int) -> None:
        opened.live.set_step(run_steps.go(steps, opened.live.step, by))

    meeting = opened.meeting["id"]
    with st.container(horizontal=True, key="present-controls", vertical_alignment="center", horizontal_alignment="center"):
        _button(tr.text("Back"), "back", ":material/arrow_back:", partial(go, -1), is_disabled=index == 0)
        st.html(slide_view.build_dots(steps, index, tr))
        _button(tr.text("Next"), "next", ":material/arrow_forward:", partial(go, 1), is_disabled=index == len(steps) - 1)
    with st.container(horizontal=True, key="present-tools", vertical_alignment="center", horizontal_alignment="center"):
        if prepared:
            changed = get_changed_row(meeting, prepared["id"]) is not None
            reset = partial(change_row, meeting, prepared["id"], None)
            _button(tr.text("Change values"), "try", ":material/tune:", partial(_open_in_try, opened, prepared))
            _button(tr.text("As prepared"), "reset", ":material/undo:", reset, is_disabled=not changed)
        _button(tr.text("From the start"), "first", ":material/first_page:", partial(opened.live.set_step, OPENING))
        st.link_button(
            tr.text("Notes window"), f"notes?{MEETING}={meeting}", icon=":material/speaker_notes:", type="tertiary"
        )
        _button(tr.text("End"), "end", ":material/close:", partial(_request_page, "run-sheet", meeting))
        if index == len(steps) - 1:
            draw_meeting_document(opened.presenter.client, {**opened.meeting, "content": opened.editor.content}, tr)
        if problem := slide_parts.describe_problem(opened.live, tr):
            st.caption(problem)


def _button(label: str, name: str, icon: str, on_click: object, *, is_disabled: bool = False) -> None:
    st.button(label, key=f"present-{name}", icon=icon, type="tertiary", on_click=on_click, disabled=is_disabled)  # type: ignore[arg-type]


def _request_page(path: PagePath, meeting: str) -> None:
    page_address.request_page(path, {MEETING: meeting})


def _open_in_try(opened: OpenMeeting, prepared: MeetingCase) -> None:
    """Open the case on Try. From there a button leads back to the meeting, with the values as they are then."""
    edit_in_try(opened.meeting["id"], prepared, service_queries.get_card(prepared["model"]), is_presented=True)


@st.fragment(run_every=_FOLLOW_SECONDS)
def _follow(opened: OpenMeeting, step: RunStep) -> None:
    """Follow the steps of another window."""
    opened.live.listen()
    if opened.live.step != step:
        st.rerun()
