"""Notes: the presenter's own window. It follows the steps and shows what the audience must not see."""

from functools import partial
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from client import MeetingCase
from demo.meetings import run_sheet
from demo.meetings.meeting_access import OpenMeeting, open_meeting
from demo.run_sheets import run_steps
from demo.run_sheets.run_steps import RunStep
from demo.session import visitor
from demo.slides import slide_parts, slide_view
from demo.text.markup import build_paragraph
from demo.text.translation import Translation

_FILES = Path(__file__).parents[1] / "assets"
_FOLLOW_SECONDS = 0.5


def page() -> None:
    """Draw the notes of the case on the screen, and what comes next."""
    tr = visitor.get_translation()
    opened = open_meeting(tr)
    if opened is None:
        return
    content = opened.editor.content
    steps = run_steps.list_steps(content["cases"])
    index = run_steps.find_step(steps, opened.live.step)
    step = steps[index]
    prepared = run_sheet.find(content["cases"], step.case)
    st.html(_FILES / "present.css")
    with st.container(key="notes"):
        st.html(_build_head(opened, prepared, step, tr))
        st.html(_build_notes(opened, prepared, tr))
        _draw_guess_count(opened, step, tr)
        after = run_steps.next_case(content["cases"], step)
        st.html(_build_next(after, tr))
        _draw_controls(opened, steps, index, tr)
    st.html(_FILES / "present_keys.html", unsafe_allow_javascript=True)
    _follow(opened, step)


def describe_step(step: RunStep, tr: Translation) -> str:
    """Return what is on the screen."""
    if step.phase == "waiting":
        return tr.text("The opening: title and link for the audience")
    if step.phase == "guess":
        return tr.text("The audience guesses")
    texts = {
        "why": tr.text("The reasons"),
        "what-if": tr.text("What if"),
        "compare": tr.text("Compared with another case"),
    }
    return texts.get(step.show or "", tr.text("The answer"))


def _build_head(opened: OpenMeeting, prepared: MeetingCase | None, step: RunStep, tr: Translation) -> Markup:
    name = prepared["name"] if prepared else opened.editor.content["title"]
    clock = slide_view.build_clock(opened.live.elapsed_seconds())
    return Markup('<div class="notes-head"><div><h1><bdi>{}</bdi></h1><p>{}</p></div>{}</div>').format(
        name, describe_step(step, tr), clock
    )


def _build_notes(opened: OpenMeeting, prepared: MeetingCase | None, tr: Translation) -> Markup:
    text = prepared["note"] if prepared else opened.editor.content["notes"]
    if not text:
        return build_paragraph("notes-none", tr.text("No note for this step."))
    return Markup('<p class="notes-text" dir="auto">{}</p>').format(text)


def _build_next(after: MeetingCase | None, tr: Translation) -> Markup:
    if after is None:
        return build_paragraph("notes-next", tr.text("This is the last case."))
    return Markup('<p class="notes-next">{} <strong><bdi>{}</bdi></strong></p>').format(tr.text("Next:"), after["name"])


@st.fragment(run_every=1.0)
def _draw_guess_count(opened: OpenMeeting, step: RunStep, tr: Translation) -> None:
    guesses = opened.live.find_guesses(step.case)
    people = guesses["people"] if guesses else 0
    text = tr.count("{n} person has guessed", "{n} people have guessed", people) if step.phase == "guess" else ""
    problem = slide_parts.describe_problem(opened.live, tr)
    st.html(build_paragraph("notes-people", " · ".join(filter(None, (text, problem)))))


def _draw_controls(opened: OpenMeeting, steps: list[RunStep], index: int, tr: Translation) -> None:
    def go(by: int) -> None:
        opened.live.set_step(run_steps.go(steps, opened.live.step, by))

    with st.container(horizontal=True, key="present-controls", vertical_alignment="center"):
        st.button(
            tr.text("Back"), key="present-back", icon=":material/arrow_back:", on_click=partial(go, -1), disabled=not index
        )
        st.html(slide_view.build_dots(steps, index, tr))
        is_last = index == len(steps) - 1
        st.button(
            tr.text("Next"), key="present-next", icon=":material/arrow_forward:", on_click=partial(go, 1), disabled=is_last
        )
    with st.container(horizontal=True, key="notes-tools", vertical_alignment="bottom"):
        key = "notes/audience"
        st.session_state[key] = opened.live.audience
        texts = {"follow": tr.text("follows you"), "alone": tr.text("goes through the cases alone")}
        st.segmented_control(
            tr.text("The audience"),
            list(texts),
            format_func=texts.__getitem__,
            key=key,
            required=True,
            on_change=lambda: opened.live.set_audience(st.session_state[key]),
        )
        st.button(
            tr.text("Restart the timer"), key="notes-timer", icon=":material/timer:", type="tertiary",
            on_click=opened.live.restart_timer,
        )  # fmt: skip


@st.fragment(run_every=_FOLLOW_SECONDS)
def _follow(opened: OpenMeeting, step: RunStep) -> None:
    """Follow the steps of the Present view."""
    opened.live.listen()
    if opened.live.step != step:
        st.rerun()
