"""The question under an answer: is it right? What a person writes is a draft until the service has stored it."""

from datetime import datetime
from functools import partial

import streamlit as st

from client import Refused
from demo.feedback import feedback_draft, feedback_entry
from demo.feedback.feedback_draft import Draft
from demo.feedback.feedback_entry import ShownAnswer
from demo.fields.number_entry import NumberEntry
from demo.meetings import meeting_visit
from demo.session import visitor
from demo.text import wording
from demo.text.translation import Translation
from demo.widgets import forms, number_box
from demo.widgets.widget_values import show_value
from wire.error_codes import UNAUTHORIZED

_MAX_COMMENT, _MAX_NAME = 2000, 100
_WAIT_SECONDS = 2.0
_NOT_ALLOWED = {UNAUTHORIZED, "forbidden", "not_found", "method_not_allowed"}
_VERDICT_ICONS = {"agree": ":material/thumb_up:", "disagree": ":material/thumb_down:", "unsure": ":material/question_mark:"}


def draw_feedback(answer: ShownAnswer, tr: Translation, question: str = "", place: str = "") -> None:
    """Draw the question, then what the person may add, then the receipt.

    A page with several answers gives each its `place`: until a person chooses, it is as small as the three choices.
    """
    draft = feedback_draft.get_draft(answer.card, answer.row)
    is_small = bool(place) and draft.entry is None and draft.verdict is None
    with st.container(key=f"feedback{place}", gap="small", width="content" if is_small else "stretch"):
        key = f"feedback{place}/{draft.key}"
        if draft.entry is not None:
            _draw_sent(answer, draft, key, tr)
            return
        _draw_verdict(answer, draft, key, question or tr.text("Do you agree with this answer?"), tr, is_small=is_small)
        if draft.verdict is None:
            return
        if draft.verdict == "disagree":
            _draw_right_answer(answer, draft, key, tr)
            _draw_reason(answer, draft, key, tr)
        _draw_words(answer, draft, key, tr)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                tr.text("Send"),
                key=f"{key}/send",
                type="primary",
                icon=":material/send:",
                on_click=partial(_send, answer, draft, key, tr),
            )
            st.caption(tr.text("Stored with the case and the answer, for those who make this model."))
        if problem := st.session_state.pop(f"{key}/problem", ""):
            number_box.draw_alert(problem)


def _draw_verdict(answer: ShownAnswer, draft: Draft, key: str, question: str, tr: Translation, *, is_small: bool) -> None:
    texts = {"agree": tr.text("Yes"), "disagree": tr.text("No"), "unsure": tr.text("Not sure")}
    st.session_state[f"{key}/verdict"] = draft.verdict

    def choose() -> None:
        draft.verdict = st.session_state[f"{key}/verdict"]
        feedback_draft.keep_draft(answer.card, answer.row, draft)

    st.pills(
        forms.escape_label(question),
        list(texts),
        format_func=lambda verdict: f"{_VERDICT_ICONS[verdict]} {texts[verdict]}",
        key=f"{key}/verdict",
        on_change=choose,
        label_visibility="collapsed" if is_small else "visible",
    )


def _draw_right_answer(answer: ShownAnswer, draft: Draft, key: str, tr: Translation) -> None:
    unit = answer.card["output"].get("unit", "")
    label = tr.text("What would be right?") + (f" ({unit})" if unit else "")
    if wording.is_classification(answer.card):
        options = feedback_entry.list_right_answers(answer.card)
        st.session_state[f"{key}/right"] = draft.right_answer if draft.right_answer in options else None
        st.selectbox(
            label,
            list(options),
            format_func=lambda name: forms.escape_markdown(options[name]),
            key=f"{key}/right",
            placeholder=tr.text("Choose, or leave open"),
            on_change=partial(_keep, answer, draft, "right_answer", f"{key}/right"),
        )
        return

    def keep_number(number: float | None) -> None:
        draft.right_answer = None if number is None else repr(number)
        feedback_draft.keep_draft(answer.card, answer.row, draft)

    number_box.draw_number_box(
        forms.escape_label(label),
        f"{key}/right",
        None if draft.right_answer is None else float(draft.right_answer),
        entry=NumberEntry(unit=unit, is_nullable=True),
        tr=tr,
        on_change=keep_number,
    )


def _draw_reason(answer: ShownAnswer, draft: Draft, key: str, tr: Translation) -> None:
    """Draw the reasons of a disagreement: those of the visitor's meeting, else the usual ones."""
    visit = meeting_visit.get_meeting_visit()
    reasons = list((visit and visit["reasons"]) or feedback_entry.REASONS)
    st.session_state[f"{key}/reason"] = draft.reason
    st.pills(
        tr.text("Why not?"),
        reasons,
        format_func=lambda reason: forms.escape_markdown(feedback_entry.describe_reason(reason, tr)),
        key=f"{key}/reason",
        on_change=partial(_keep, answer, draft, "reason", f"{key}/reason"),
    )


def _draw_words(answer: ShownAnswer, draft: Draft, key: str, tr: Translation) -> None:
    show_value(f"{key}/comment", draft.comment)
    show_value(f"{key}/name", draft.name)
    st.text_area(
        tr.text("In your words, if you like"),
        key=f"{key}/comment",
        max_chars=_MAX_COMMENT,
        height=80,
        on_change=partial(_keep, answer, draft, "comment", f"{key}/comment"),
    )
    st.text_input(
        tr.text("Your name, if you like"),
        key=f"{key}/name",
        max_chars=_MAX_NAME,
        on_change=partial(_keep, answer, draft, "name", f"{key}/name"),
    )


def _keep(answer: ShownAnswer, draft: Draft, name: str, key: str) -> None:
    setattr(draft, name, st.session_state[key])
    feedback_draft.keep_draft(answer.card, answer.row, draft)


def _send(answer: ShownAnswer, draft: Draft, key: str, tr: Translation) -> None:
    """Send a draft once, however often the button is clicked. What cannot be sent now waits on the disk.

    The draft says what was sent before it is sent: if the visit ends in between, the next one sends the same.
    """
    if draft.entry is not None:
        return
    visit = meeting_visit.get_meeting_visit()
    meeting = visit["meeting"] if visit else None
    draft.entry = feedback_entry.build_entry(answer, draft, tr.language, feedback_draft.get_visitor(), meeting)
    feedback_draft.keep_draft(answer.card, answer.row, draft)
    try:
        draft.receipt = feedback_draft.outbox().submit(draft.entry, draft.key)
    except (Refused, OSError) as error:
        draft.entry = None
        st.session_state[f"{key}/problem"] = _describe_problem(error, tr)
    feedback_draft.keep_draft(answer.card, answer.row, draft)


def _describe_problem(error: Refused | OSError, tr: Translation) -> str:
    if isinstance(error, OSError):
        return tr.text("Not saved yet: please send it again in a moment.")
    if error.code in _NOT_ALLOWED:
        return tr.text("This demo may not store what you think. Tell the person who showed it to you.")
    return tr.text("This could not be stored. Please check what you wrote.")


def _draw_sent(answer: ShownAnswer, draft: Draft, key: str, tr: Translation) -> None:
    """Draw that an entry is stored, or waits; and what came of it."""
    if draft.receipt is None and not feedback_draft.outbox().is_waiting(draft.key):
        _take_receipt(answer, draft)
    if draft.receipt is None:
        st.info(
            tr.text("Not saved yet: the service does not answer. It is kept here and sent as soon as it does."),
            icon=":material/schedule_send:",
        )
        _rerun_when_sent(draft.key)
        return
    at = datetime.fromisoformat(draft.receipt["created"]).astimezone(visitor.get_time_zone())
    st.success(tr.text("Saved on {at}. Thank you.", at=tr.day_and_time(at)), icon=":material/check:")
    if reply := feedback_draft.find_reply(draft.receipt["id"]):
        st.info(tr.text("What came of it: {reply}", reply=forms.escape_markdown(reply)), icon=":material/reply:")

    def start_again() -> None:
        feedback_draft.keep_draft(answer.card, answer.row, feedback_draft.new_draft(draft.name))

    st.button(tr.text("Say something else"), key=f"{key}/again", type="tertiary", on_click=start_again)


@st.fragment(run_every=_WAIT_SECONDS)
def _rerun_when_sent(key: str) -> None:
    if not feedback_draft.outbox().is_waiting(key):
        st.rerun()


def _take_receipt(answer: ShownAnswer, draft: Draft) -> None:
    """Take the receipt of an entry that was sent later: the service answers the same key with the same receipt."""
    if draft.entry is None:
        return
    try:
        draft.receipt = feedback_draft.outbox().submit(draft.entry, draft.key)
    except (Refused, OSError):
        draft.entry = None
    feedback_draft.keep_draft(answer.card, answer.row, draft)
