"""Meetings: the list, a new one, and for each its links, its QR code and its settings."""

from functools import partial
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from client import FeedbackCalls, Meeting, MeetingContent, MeetingSummary, Refused, ServiceError
from demo.meeting_pages import meeting_form
from demo.meetings.case_in_try import MEETING
from demo.meetings.meeting_access import draw_how_to_sign_in, find_presenter, write_meeting_address
from demo.meetings.presenter_session import Presenter
from demo.run_sheets.meeting_editor import MeetingEditor, with_values
from demo.session import page_address, query_errors, visitor
from demo.sharing import meeting_links, qr_code
from demo.text.translation import Translation
from demo.web.presenter_sign_in import SIGN_OUT
from demo.widgets import forms, number_box
from wire.error_codes import UNAUTHORIZED

_KEY, _NOTICE, _CONFIRMS = "new_meeting_key", "meeting_notice", "confirms_new_links"


def page() -> None:
    """Draw the page from top to bottom."""
    tr = visitor.get_translation()
    presenter = find_presenter(tr)
    if presenter is None:
        return
    try:
        meetings = presenter.client.meetings.list()["items"]
    except ServiceError as error:
        if isinstance(error, Refused) and error.code == UNAUTHORIZED:
            draw_how_to_sign_in(tr, was_signed_in=True)
        else:
            query_errors.add_error(error)
        return
    chosen = st.query_params.get(MEETING, "")
    write_meeting_address(chosen)
    st.html(Path(__file__).parents[1] / "assets" / "present.css")
    with st.container(horizontal=True, key="meetings-head", vertical_alignment="center"):
        st.title(tr.text("Meetings"), anchor=False)
        sign_out = Markup('<a class="sign-out" href="{}" target="_self">{}</a>')
        st.html(sign_out.format(SIGN_OUT, tr.text("Stop presenting in this browser")))
    if notice := st.session_state.pop(_NOTICE, ""):
        number_box.draw_alert(notice)
    if not presenter.is_confined:
        _draw_new(presenter, tr, is_open=not meetings)
    for meeting in meetings:
        _draw_meeting(presenter, meeting, tr, is_chosen=meeting["id"] == chosen)


def _draw_new(presenter: Presenter, tr: Translation, *, is_open: bool) -> None:
    with st.expander(tr.text("New meeting"), expanded=is_open, key="new-meeting"):
        content = meeting_form.draw_form(meeting_form.new_content(), "new", tr.text("Make the meeting"), tr)
    if content is not None:
        _create(presenter, content, tr)


def _create(presenter: Presenter, content: MeetingContent, tr: Translation) -> None:
    """Store a meeting once, whatever is clicked, and open its run sheet."""
    key = st.session_state.setdefault(_KEY, FeedbackCalls.new_key())
    try:
        meeting = presenter.client.meetings.create(content, key)
    except Refused as error:
        st.session_state.pop(_KEY, None)
        number_box.draw_alert(_describe_refusal(error, tr))
        return
    except ServiceError as error:
        query_errors.add_error(error)
        return
    st.session_state.pop(_KEY, None)
    page_address.request_page("run-sheet", {MEETING: meeting["id"]})
    st.rerun()


def _describe_refusal(error: Refused, tr: Translation) -> str:
    if error.code == UNAUTHORIZED:
        return tr.text("Your presenter's link is no longer good.")
    return tr.text("This could not be saved. Please check what you wrote.")


def _draw_meeting(presenter: Presenter, summary: MeetingSummary, tr: Translation, *, is_chosen: bool) -> None:
    meeting = summary["id"]
    with st.container(border=True, key=f"meeting-{meeting}"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"meeting-head-{meeting}"):
            with st.container():
                st.header(forms.escape_markdown(summary["title"]), anchor=False)
                cases = tr.count("{n} case", "{n} cases", summary["cases"])
                st.caption(f"{cases} · {tr.text('changed on {day}', day=tr.date(summary['changed'][:10]))}")
            for path, label, icon in (
                ("run-sheet", tr.text("Run sheet"), ":material/format_list_numbered:"),
                ("present", tr.text("Present"), ":material/slideshow:"),
            ):
                st.button(
                    label,
                    key=f"{path}/{meeting}",
                    icon=icon,
                    on_click=partial(page_address.request_page, path, {MEETING: meeting}),  # type: ignore[arg-type]
                    disabled=path == "present" and not summary["cases"],
                )
            label = tr.text("Close") if is_chosen else tr.text("Links and settings")
            target = "" if is_chosen else meeting
            st.button(label, key=f"details/{meeting}", type="tertiary", on_click=partial(write_meeting_address, target))
        if is_chosen:
            _draw_details(presenter, meeting, tr)


def _draw_details(presenter: Presenter, meeting: str, tr: Translation) -> None:
    try:
        found = presenter.client.meetings.read(meeting)
    except ServiceError as error:
        query_errors.add_error(error)
        return
    _draw_links(presenter, found, tr)
    st.subheader(tr.text("Settings"), anchor=False)
    content = meeting_form.draw_form(found["content"], f"{meeting}/{found['revision']}", tr.text("Save"), tr)
    if content is None:
        return
    values = {name: value for name, value in content.items() if name != "cases"}
    try:
        MeetingEditor(presenter.client.meetings, found).apply(with_values(**values))
    except Refused as error:
        number_box.draw_alert(_describe_refusal(error, tr))
    except ServiceError as error:
        query_errors.add_error(error)
    else:
        st.session_state[_NOTICE] = tr.text("Saved.")
        st.rerun()


def _draw_links(presenter: Presenter, found: Meeting, tr: Translation) -> None:
    address = meeting_links.make_address(found)
    left, right = st.columns([3, 2], gap="large", vertical_alignment="top")
    with left:
        st.markdown(tr.text("**For the audience**: on their own phones, without a password"))
        st.code(address, language=None)
        if meeting_links.is_for_this_machine_alone():
            st.caption(tr.text("Only this machine can open it: `make demo SHARE=yes` lets phones in."))
        st.markdown(tr.text("**For somebody who presents with you**: this meeting, and no other"))
        st.code(meeting_links.make_presenter_link(found), language=None)
        _draw_new_links(presenter, found["id"], tr)
    with right:
        st.html(Markup('<div class="meeting-code">{}</div>').format(qr_code.build_qr_image(address)))


def _draw_new_links(presenter: Presenter, meeting: str, tr: Translation) -> None:
    """Draw the button that makes new links. It asks once more: phones with the old link stop at once."""

    def make() -> None:
        st.session_state.pop(_CONFIRMS, None)
        try:
            presenter.client.meetings.new_codes(meeting)
        except ServiceError as error:
            query_errors.add_error(error)
        else:
            st.session_state[_NOTICE] = tr.text("The links are new. The old ones no longer open anything.")

    if st.session_state.get(_CONFIRMS) != meeting:
        st.button(
            tr.text("New links"),
            key="links/new",
            type="tertiary",
            icon=":material/autorenew:",
            on_click=lambda: st.session_state.__setitem__(_CONFIRMS, meeting),
        )
        return
    st.caption(tr.text("The old links stop at once, on every phone that has one."))
    with st.container(horizontal=True):
        st.button(tr.text("Make new links"), key="links/make", type="primary", on_click=make)
        st.button(
            tr.text("Keep the old ones"), key="links/keep", type="tertiary", on_click=lambda: st.session_state.pop(_CONFIRMS)
        )
