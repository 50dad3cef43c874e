"""Adds cases to the run sheet: examples of a model, rows of a file, what people said of answers, the form on Try."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from client import Card, MeetingCase, ServiceError, StoredFeedback
from demo.files.scored_file import ScoredFile, model_row, read_cells
from demo.meeting_pages.case_editor import Apply
from demo.meetings import run_sheet
from demo.meetings.meeting_access import OpenMeeting
from demo.run_sheets.meeting_editor import with_cases
from demo.session import cases, page_address, query_errors, service_queries
from demo.text.translation import Translation
from demo.widgets import file_upload, forms

_MAX_ROWS, _SUGGESTED_ROWS, _MAX_LABEL = 50, 5, 60


def draw_additions(opened: OpenMeeting, apply: Apply, tr: Translation) -> None:
    """Draw the ways to add cases, one of them open."""
    if len(opened.editor.content["cases"]) >= run_sheet.MAX_CASES:
        st.caption(tr.text("A run sheet holds {n} cases.", n=tr.number(run_sheet.MAX_CASES)))
        return
    card = _choose_model(opened.editor.content["models"], tr)
    if card is None:
        return
    ways = {
        "example": tr.text("Examples"),
        "file": tr.text("A file"),
        "feedback": tr.text("Feedback"),
        "form": tr.text("The form"),
    }
    with st.container(key="run-sheet-additions"):
        way = st.segmented_control(
            tr.text("Add cases from"), list(ways), format_func=ways.__getitem__, default="example", key="run-sheet/way"
        )
        if way == "example":
            _draw_examples(card, apply, tr)
        elif way == "file":
            _draw_file(card, apply, tr)
        elif way == "feedback":
            _draw_feedback(opened, card, apply, tr)
        elif way == "form":
            st.caption(tr.text("Set the values on Try. “Add to the run sheet” is under the answer."))
            open_try = partial(page_address.request_first_page, card)
            st.button(tr.text("Open Try"), key="run-sheet/try", icon=":material/tune:", on_click=open_try)


def _choose_model(planned: Sequence[str], tr: Translation) -> Card | None:
    """Draw the choice of a model of the meeting; return its card, or None if none is ready."""
    try:
        ready = {
            model["name"]: model["title"] or model["name"]
            for model in service_queries.get_models()
            if model["state"] == "ready"
        }
        names = [name for name in planned if name in ready] or list(ready)
        if len(names) > 1:
            name = st.selectbox(
                tr.text("Model of new cases"),
                names,
                format_func=lambda each: forms.escape_markdown(ready[each]),
                key="run-sheet/model",
            )
            return service_queries.get_card(name)
        return service_queries.get_card(names[0]) if names else None
    except ServiceError as error:
        query_errors.add_error(error)
        return None


def _add(apply: Apply, new: list[MeetingCase]) -> None:
    apply(with_cases(lambda all_cases: run_sheet.add(all_cases, new)))


def _draw_examples(card: Card, apply: Apply, tr: Translation) -> None:
    labels = {example["name"]: example.get("label") or example["name"] for example in card.get("examples", [])}
    if not labels:
        st.caption(tr.text("This model has no examples."))
        return
    key = f"run-sheet/examples/{card['name']}"
    _draw_choice(tr.text("Examples"), labels, key, tr)

    def add() -> None:
        _add(apply, run_sheet.make_example_cases(card, st.session_state[key]))
        st.session_state[key] = []

    st.button(tr.text("Add"), key="run-sheet/add-examples", on_click=add, icon=":material/add:")


def _draw_choice(label: str, texts: dict[Any, str], key: str, tr: Translation) -> None:
    st.multiselect(
        label,
        list(texts),
        format_func=lambda each: forms.escape_markdown(texts[each]),
        key=key,
        select_all=False,
        placeholder=tr.text("Choose one or several"),
    )


def _draw_file(card: Card, apply: Apply, tr: Translation) -> None:
    """Draw the upload of the page Files, and which of its rows become cases."""
    job = file_upload.get_job(card)
    if job is not None and job.is_running:
        file_upload.draw_progress(card, job, tr)
        return
    file_upload.draw_upload(card, job, tr)
    if job is not None and job.error is not None:
        file_upload.draw_failure(card, job, job.error, tr)
    if job is not None and job.scored is not None:
        _draw_rows(card, job.scored, apply, tr)


def _draw_rows(card: Card, file: ScoredFile, apply: Apply, tr: Translation) -> None:
    column = st.selectbox(
        tr.text("Names from the column"),
        [None, *file.table.column_names],
        format_func=lambda each: forms.escape_markdown(each) if each else tr.text("none: number the rows"),
        key="run-sheet/name-column",
    )
    count = min(file.table.num_rows, _MAX_ROWS)
    key = f"run-sheet/rows/{file.name}"
    if key not in st.session_state:
        st.session_state[key] = list(range(1, min(count, _SUGGESTED_ROWS) + 1))
    _draw_choice(tr.text("Rows"), {number: tr.number(number) for number in range(1, count + 1)}, key, tr)

    def add() -> None:
        numbers: list[int] = st.session_state[key]
        rows = [cases.complete_row(card, model_row(card, file, number)) for number in numbers]
        names = [_row_name(file, number, column, tr) for number in numbers]
        _add(apply, run_sheet.make_row_cases(card, list(zip(names, rows, strict=True))))
        st.session_state[key] = []

    st.button(tr.text("Add"), key="run-sheet/add-rows", on_click=add, icon=":material/add:")


def _row_name(file: ScoredFile, number: int, column: str | None, tr: Translation) -> str:
    cell: Any = read_cells(file, number).get(column) if column else None
    return tr.text("Row {n}", n=tr.number(number)) if cell is None or cell == "" else str(cell)


def _draw_feedback(opened: OpenMeeting, card: Card, apply: Apply, tr: Translation) -> None:
    try:
        entries = opened.presenter.client.feedback.entries(model=card["name"])["items"]
    except ServiceError as error:
        query_errors.add_error(error)
        return
    if not entries:
        st.caption(tr.text("Nobody has said anything about this model yet."))
        return
    by_id = {entry["id"]: entry for entry in run_sheet.order_feedback(entries)}
    key = f"run-sheet/feedback/{card['name']}"
    st.session_state[key] = [each for each in st.session_state.get(key, []) if each in by_id]
    numbered = enumerate(by_id.items(), start=1)  # Streamlit knows an option by its text
    texts = {each: f"{number}. {_describe_entry(entry, tr)}" for number, (each, entry) in numbered}
    _draw_choice(tr.text("Feedback, disagreements first"), texts, key, tr)

    def add() -> None:
        chosen = [by_id[each] for each in st.session_state[key]]
        _add(apply, run_sheet.make_feedback_cases(chosen, tr.text("What somebody said, {n}", n="{n}")))
        st.session_state[key] = []

    st.button(tr.text("Add"), key="run-sheet/add-feedback", on_click=add, icon=":material/add:")


def _describe_entry(entry: StoredFeedback, tr: Translation) -> str:
    texts = {"disagree": tr.text("Disagrees"), "unsure": tr.text("Not sure"), "agree": tr.text("Agrees")}
    comment = " ".join(run_sheet.describe_comment(entry).split())
    short = comment if len(comment) <= _MAX_LABEL else f"{comment[: _MAX_LABEL - 1]}…"
    return " · ".join(filter(None, (texts.get(entry["verdict"], ""), short, entry["created"][:10])))
