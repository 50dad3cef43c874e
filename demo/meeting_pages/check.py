"""Check before the meeting: one press, then a line for each thing that can fail, green or red with what to do."""

from datetime import datetime
from functools import partial

import streamlit as st

from client import Meeting
from demo.address.page_paths import PagePath
from demo.meeting_check import check_view
from demo.meeting_check.browser_clock import read_browser_clock
from demo.meeting_check.check_run import CheckReport, CheckRun
from demo.meetings import recordings
from demo.meetings.case_in_try import MEETING
from demo.meetings.meeting_access import OpenMeeting, open_meeting
from demo.session import page_address, visitor
from demo.text.translation import Translation
from demo.widgets.forms import escape_markdown

_REPORTS, _REQUEST = "meeting_checks", "meeting_check_request"
"""In the session state: meeting and language → the last check in this visit, in words; and the check that was asked for.

A request stays until its check is done: a change on the page interrupts a run, and would take the click with it.
"""


def page() -> None:
    """Draw the page from top to bottom."""
    tr = visitor.get_translation()
    opened = open_meeting(tr)
    if opened is None:
        return
    meeting = opened.meeting
    reports: dict[tuple[str, str], CheckReport] = st.session_state.setdefault(_REPORTS, {})
    key = (meeting["id"], tr.language)
    report = reports.get(key)

    def ask(*, replaces: bool) -> None:
        st.session_state[_REQUEST] = (key, replaces)

    st.title(tr.text("Check before the meeting"), anchor=False)
    st.markdown(f"**{escape_markdown(meeting['content']['title'])}**")
    browser_seconds = read_browser_clock()
    with st.container(horizontal=True, key="check-buttons"):
        st.button(
            tr.text("Check and record"),
            key="check",
            type="primary",
            icon=":material/fact_check:",
            on_click=partial(ask, replaces=False),
        )
        if report and report.has_new_answers:
            st.button(
                tr.text("Record the new answers"),
                key="check-replace",
                icon=":material/save:",
                on_click=partial(ask, replaces=True),
            )
        _draw_way(tr.text("Run sheet"), "run-sheet", ":material/list:", meeting)
        _draw_way(tr.text("Present"), "present", ":material/slideshow:", meeting)
    asked, replaces = st.session_state.get(_REQUEST, (None, False))
    if asked == key:
        reports[key] = _run(opened, browser_seconds, tr, replaces=replaces)
        del st.session_state[_REQUEST]
        st.rerun()
    if report:
        st.html(check_view.build_summary(report.lines, tr) + check_view.build_lines(report.lines, tr))
    else:
        st.markdown(
            tr.text(
                "One press checks the service, every case, the storage, the audience's link and the clocks, and records"
                " the answers. If the service stops during the meeting, the recorded answers are shown."
            )
        )
    _draw_recorded(meeting, tr)


def _draw_way(label: str, path: PagePath, icon: str, meeting: Meeting) -> None:
    """Draw the way to another page of the meeting."""

    def go() -> None:
        page_address.request_page(path, {MEETING: meeting["id"]})

    st.button(label, key=f"check-{path}", type="tertiary", icon=icon, on_click=go)


def _run(opened: OpenMeeting, browser_seconds: float | None, tr: Translation, *, replaces: bool) -> CheckReport:
    """Check the meeting and show how far it is."""
    store, meeting = recordings.recording_store(), opened.meeting
    count = len(meeting["content"]["cases"])
    with st.empty():
        bar = st.progress(0.0, tr.text("Checking …"))
        run = CheckRun(opened.presenter.client, store, meeting, tr, st.context.url or "", browser_seconds, replaces)

        def report(index: int, name: str) -> None:
            text = tr.text(
                "Case {n} of {all}: {name}", n=tr.number(index + 1), all=tr.number(count), name=escape_markdown(name)
            )
            bar.progress(index / count, text)

        return run.run(report)


def _draw_recorded(meeting: Meeting, tr: Translation) -> None:
    """Draw how many cases are recorded, and when the last one was."""
    store, cases = recordings.recording_store(), meeting["content"]["cases"]
    found = [recorded for case in cases if (recorded := store.find(meeting["id"], case, tr.language))]
    if not found:
        return
    newest = max(datetime.fromisoformat(recorded.recorded_at) for recorded in found)
    at = tr.day_and_time(newest.astimezone(visitor.get_time_zone()))
    numbers = {"n": tr.number(len(found)), "all": tr.number(len(cases)), "at": at}
    st.caption(tr.text("{n} of {all} cases are recorded, the last one on {at}.", **numbers))
