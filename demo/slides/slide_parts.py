"""What a step shows of its case: the guesses, the answer, and why, what if or another case beside it."""

import re
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from client import MeetingCase, Prediction
from client.shapes.meetings import Look
from demo.drawings import curve_figure
from demo.fields import field_types
from demo.meetings import run_sheet
from demo.meetings.meeting_access import OpenMeeting
from demo.meetings.recordings import RecordedCase
from demo.run_sheets.live_meeting import LiveMeeting
from demo.run_sheets.run_steps import RunStep
from demo.session import visitor
from demo.slides import guess_view, shown_case, slide_view
from demo.slides.shown_case import ShownCase
from demo.text import answer_html, wording
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.views import case_story, curve_view, explanation_view, field_notes

_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
_GUESS_SECONDS = 0.5
_SIDES = [5, 6]
_CHART_PIXELS = 470


def build_accent(look: Look) -> Markup:
    """Return the style of the client's colour; nothing if the meeting has none."""
    accent = look["accent"] or ""
    if not _ACCENT.fullmatch(accent):
        return Markup("<style></style>")
    return Markup(
        "<style>:root {{ --accent: light-dark({0}, color-mix(in oklab, {0} 55%, white)) !important; }}</style>"
    ).format(accent)


def describe_problem(live: LiveMeeting, tr: Translation) -> str:
    """Return why the audience does not see the step on the screen; empty if it does."""
    if live.problem is None:
        return ""
    if live.is_followed:
        return tr.text("The audience does not see this step: the service did not take it.")
    return tr.text("The audience follows as soon as the service answers.")


def draw_case(opened: OpenMeeting, prepared: MeetingCase, step: RunStep, tr: Translation) -> None:
    """Draw one step of a case. While the service is asked, no answer of another case stands below the name."""
    st.html(slide_view.build_name(prepared))
    body = st.empty()
    answer = shown_case.find_answer(opened.meeting["id"], prepared, tr)
    with body.container():
        _draw_body(opened, prepared, answer, step, tr)


def _draw_body(opened: OpenMeeting, prepared: MeetingCase, answer: ShownCase | None, step: RunStep, tr: Translation) -> None:
    if answer is None:
        st.html(slide_view.build_waiting(tr))
    elif step.phase == "guess":
        _draw_guess(opened, prepared, answer, tr)
    elif answer.now is None:
        left, right = st.columns(_SIDES, gap="large")
        left.html(slide_view.build_waiting(tr))
        right.html(slide_view.build_facts(answer.card, answer.case.row, answer.case.start_row, tr))
    else:
        _draw_answer(opened, prepared, answer, step.show or "answer", tr)


def _draw_guess(opened: OpenMeeting, prepared: MeetingCase, answer: ShownCase, tr: Translation) -> None:
    """Draw the values of the case, and the guesses as they arrive. Nothing tells the answer."""
    left, right = st.columns(_SIDES, gap="large")
    with left, st.container(key="slide-facts"):
        st.html(slide_view.build_facts(answer.card, answer.case.row, answer.case.start_row, tr))
    with right, st.container(key="slide-guesses"):
        _draw_live_guesses(opened, prepared["id"], answer, tr)


@st.fragment(run_every=_GUESS_SECONDS)
def _draw_live_guesses(opened: OpenMeeting, case: str, answer: ShownCase, tr: Translation) -> None:
    st.html(guess_view.build_guesses(answer.card, opened.live.find_guesses(case), None, tr))


def _draw_answer(opened: OpenMeeting, prepared: MeetingCase, answer: ShownCase, show: str, tr: Translation) -> None:
    guesses = opened.live.find_guesses(prepared["id"]) if prepared["guess"] else None
    guesses = guesses if guesses and guesses["people"] else None
    other = _find_compared(opened, prepared, tr) if show == "compare" else None
    if other and other[1].now:
        _draw_compared(prepared, answer, other[0], other[1], tr)
        return
    left, right = st.columns(_SIDES, gap="large")
    prediction = answer.prediction
    if prediction is None:
        return
    with left, st.container(key="slide-answer"):
        st.html(answer_html.build_large_answer(answer.card, prediction, tr))
        st.html(_build_notes(answer, prediction, tr))
        if show != "answer" and guesses:
            st.html(build_paragraph("slide-guessed", guess_view.describe_comparison(answer.card, guesses, prediction, tr)))
        has_heat_map = show == "why" and answer.now and any(each.get("region") for each in answer.now["contributions"])
        if (show != "answer" or guesses) and not has_heat_map:
            st.html(slide_view.build_facts(answer.card, answer.case.row, answer.case.start_row, tr))
    with right, st.container(key="slide-side"):
        if show == "why" and answer.now and answer.start:
            st.html(explanation_view.build_explanation(answer.card, answer.case.row, answer.now, answer.start, tr))
        elif show == "what-if":
            _draw_curve(opened, prepared, answer, tr)
        elif guesses:
            st.html(guess_view.build_guesses(answer.card, guesses, prediction, tr))
            st.html(build_paragraph("slide-guessed", guess_view.describe_comparison(answer.card, guesses, prediction, tr)))
        else:
            st.html(slide_view.build_facts(answer.card, answer.case.row, answer.case.start_row, tr))


def _build_notes(answer: ShownCase, prediction: Prediction, tr: Translation) -> Markup:
    """Return what must be said with an answer: its likeliest labels, what was changed, and that it was recorded."""
    parts = [answer_html.build_most_likely(answer.card, prediction, tr), field_notes.build_contradictions(prediction, tr)]
    if answer.start and answer.case.changed():
        before, difference, after = case_story.describe_case(
            answer.card, answer.case, answer.start["prediction"], prediction, tr
        )
        parts.append(Markup('<p class="story">{} <strong>{}</strong> {}</p>').format(before, difference, after))
    parts.append(_build_mark(answer.recorded, tr))
    return Markup("<div>{}</div>").format(concatenate(parts))


def _build_mark(recorded: RecordedCase | None, tr: Translation) -> Markup:
    """Return when an answer was recorded; nothing for a live one."""
    if recorded is None:
        return Markup()
    at = tr.day_and_time(datetime.fromisoformat(recorded.recorded_at).astimezone(visitor.get_time_zone()))
    version = recorded.version[:8]
    text = tr.text("Recorded {at}, version {version}: the model does not answer now.", at=at, version=version)
    return build_paragraph("slide-recorded", text)


def _draw_curve(opened: OpenMeeting, prepared: MeetingCase, answer: ShownCase, tr: Translation) -> None:
    found = shown_case.find_curves(opened.meeting["id"], prepared, answer, tr)
    if found is None:
        st.html(build_paragraph("slide-none", tr.text("This needs the model, which does not answer now.")))
        return
    curves, recorded = found
    field = field_types.get_fields(answer.card)[curves["curves"][0]["field"]].field
    label = wording.field_label(field)
    st.html(Markup("<h2>{}</h2>").format(tr.text("What if {field} were another?", field=f"“{label}”")))
    rows = (answer.case.row, answer.case.start_row)
    drawn = curve_figure.build_curve_figure(answer.card, field, curves, rows, theme=visitor.get_theme(), tr=tr)
    drawn.figure.update_layout(height=_CHART_PIXELS, xaxis_title_text="")  # the title above names the field
    summary = curve_view.summarize_curve(answer.card, field, curves["curves"][0], answer.case.row, tr)
    config = {"displayModeBar": False, "staticPlot": True}
    st.plotly_chart(drawn.figure, key=f"slide-curve/{prepared['id']}", theme=None, config=config, alt=summary)
    st.html(build_paragraph("slide-summary", summary))
    if recorded and not answer.recorded:
        st.html(_build_mark(recorded, tr))


def _find_compared(opened: OpenMeeting, prepared: MeetingCase, tr: Translation) -> tuple[MeetingCase, ShownCase] | None:
    other = run_sheet.find(opened.editor.content["cases"], prepared["compare_with"])
    answer = shown_case.find_answer(opened.meeting["id"], other, tr) if other else None
    return (other, answer) if other and answer else None


def _draw_compared(
    prepared: MeetingCase, answer: ShownCase, other: MeetingCase, compared: ShownCase, tr: Translation
) -> None:
    """Draw the earlier case and this one side by side, with their values; of one model, with those that differ."""
    if answer.now is None or compared.now is None:
        return
    is_same_model = answer.card["name"] == compared.card["name"]
    names = slide_view.list_differences(answer.card, compared.case.row, answer.case.row) if is_same_model else None
    parts = [
        slide_view.build_compared(
            case["name"],
            answer_html.build_large_answer(each.card, prediction, tr),
            slide_view.build_facts(each.card, each.case.row, each.case.row, tr, names),
        )
        for case, each, prediction in (
            (other, compared, compared.now["prediction"]),
            (prepared, answer, answer.now["prediction"]),
        )
    ]
    with st.container(key="slide-compared"):
        st.html(Markup('<div class="slide-two">{}</div>').format(concatenate(parts)))
        if answer.recorded or compared.recorded:
            st.html(_build_mark(answer.recorded or compared.recorded, tr))
