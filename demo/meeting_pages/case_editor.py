"""The editor of one case of the run sheet: its name, its private note, what it shows, and its values."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import streamlit as st

from client import Card, MeetingCase, ServiceError
from demo.fields import field_types
from demo.meetings import run_sheet
from demo.meetings.case_in_try import edit_in_try
from demo.meetings.meeting_access import OpenMeeting
from demo.run_sheets.meeting_editor import Change, with_cases
from demo.session import query_errors, service_queries
from demo.slides import shown_case, slide_view
from demo.text import wording
from demo.text.translation import Translation
from demo.widgets import forms
from demo.widgets.widget_values import show_value

Apply = Callable[[Change], None]


def draw_editor(opened: OpenMeeting, case: MeetingCase, apply: Apply, tr: Translation) -> None:
    """Draw the fields of a case. Each entry is saved at once."""
    card = _find_card(case)
    with st.container(key="run-sheet-editor"):
        _draw_texts(case, apply, tr)
        _draw_shown(opened, case, card, apply, tr)
        if card is None:
            st.caption(tr.text("The model of this case is not served now."))
            return
        row = shown_case.make_case(card, case, None).row
        st.html(slide_view.build_facts(card, row, row, tr))
        st.button(
            tr.text("Change values"),
            key="run-sheet/values",
            type="tertiary",
            icon=":material/tune:",
            on_click=lambda: edit_in_try(opened.meeting["id"], case, card),
        )


def describe_shown(case: MeetingCase, tr: Translation) -> str:
    """Return what a case shows, in a line: "guess · answer · why"."""
    texts = _part_texts(tr)
    parts = [tr.text("guess")] if case["guess"] else []
    return " · ".join([*parts, *(texts[part].lower() for part in case["show"] if part in texts)])


def _part_texts(tr: Translation) -> dict[str, str]:
    return {
        "answer": tr.text("Answer"),
        "why": tr.text("Why"),
        "what-if": tr.text("What if"),
        "compare": tr.text("Compare"),
    }


def _find_card(case: MeetingCase) -> Card | None:
    try:
        return service_queries.get_card(case["model"])
    except ServiceError as error:
        query_errors.add_error(error)
        return None


def _make_save(case: MeetingCase, name: str, key: str, apply: Apply) -> Callable[[], None]:
    """Return the callback that saves an entry. If another window has removed the case, it comes back with the entry."""

    def save() -> None:
        value = st.session_state[key]

        def with_value(cases: list[MeetingCase]) -> list[MeetingCase]:
            known = cases if run_sheet.index_of(cases, case["id"]) is not None else run_sheet.add(cases, [case])
            return run_sheet.change(known, case["id"], **{name: value})

        apply(with_cases(with_value))

    return save


def _draw_texts(case: MeetingCase, apply: Apply, tr: Translation) -> None:
    name, note = f"case/{case['id']}/name", f"case/{case['id']}/note"
    show_value(name, case["name"])
    show_value(note, case["note"])
    st.text_input(
        tr.text("Name on the screen"),
        key=name,
        max_chars=run_sheet.MAX_NAME,
        on_change=_make_save(case, "name", name, apply),
    )
    st.text_area(
        tr.text("Private note, for your window alone"),
        key=note,
        max_chars=run_sheet.MAX_NOTE,
        height=110,
        on_change=_make_save(case, "note", note, apply),
    )


def _draw_shown(opened: OpenMeeting, case: MeetingCase, card: Card | None, apply: Apply, tr: Translation) -> None:
    prefix = f"case/{case['id']}"
    texts = _part_texts(tr)
    st.session_state[f"{prefix}/guess"], st.session_state[f"{prefix}/show"] = case["guess"], list(case["show"])
    st.toggle(
        tr.text("The audience guesses first"),
        key=f"{prefix}/guess",
        on_change=_make_save(case, "guess", f"{prefix}/guess", apply),
    )
    st.pills(
        tr.text("Steps"),
        list(texts),
        selection_mode="multi",
        format_func=texts.__getitem__,
        key=f"{prefix}/show",
        on_change=_make_save(case, "show", f"{prefix}/show", apply),
    )
    if "what-if" in case["show"] and card is not None:
        kinds = field_types.get_fields(card)
        labels = {name: wording.field_label(kind.field) for name, kind in kinds.items() if kind.can_sweep}
        choice = Choice("what_if_field", tr.text("Field of what if"), labels, tr.text("the one that matters most"))
        _draw_choice(case, choice, apply)
    if "compare" in case["show"]:
        cases = opened.editor.content["cases"]
        earlier = cases[: run_sheet.index_of(cases, case["id"]) or 0]
        names = {each["id"]: f"{number}. {each['name']}" for number, each in enumerate(earlier, start=1)}
        _draw_choice(case, Choice("compare_with", tr.text("Compare with an earlier case"), names, tr.text("none")), apply)


class Choice(NamedTuple):
    """A value of a case that is one of some options (value → text), or none."""

    name: str
    label: str
    texts: dict[str, str]
    text_of_none: str


def _draw_choice(case: MeetingCase, choice: Choice, apply: Apply) -> None:
    key = f"case/{case['id']}/{choice.name}"
    value = cast(dict[str, Any], case)[choice.name]
    st.session_state[key] = value if value in choice.texts else None
    st.selectbox(
        choice.label,
        [None, *choice.texts],
        format_func=lambda each: forms.escape_markdown(choice.texts[each]) if each else choice.text_of_none,
        key=key,
        on_change=_make_save(case, choice.name, key, apply),
    )
