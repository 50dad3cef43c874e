"""The choices of how a file is read: its sheet, columns, decimal sign, charset, and words for missing values."""

import json
from collections.abc import Callable

import streamlit as st

from client import Card
from demo.files import column_choice
from demo.files.column_choice import Header
from demo.files.row_fault_text import find_thousands_sign
from demo.files.scored_file import ScoredFile
from demo.files.upload_job import CHARSETS, UploadJob
from demo.text import wording
from demo.text.translation import Translation
from demo.widgets import forms

Resend = Callable[[dict[str, str]], None]
"""Sends a file again, with these settings."""

_PAGE = "files"
_THOUSANDS_SIGNS = {"comma": ",", "point": "."}
_MIN_SHEETS, _CHOICE_PIXELS = 2, 320


def draw_settings(job: UploadJob, ambiguity: str, charset: str, tr: Translation) -> dict[str, str]:
    """Draw the choice of a decimal sign or a charset, `charset` first if the file suggests one; return the setting."""
    if ambiguity.startswith("thousands"):
        return _draw_thousands(job, ambiguity[-1], tr)
    if ambiguity == "decimal":
        signs = {"comma": tr.text("decimal comma"), "point": tr.text("decimal point")}
        choice = st.radio(
            tr.text("Or choose how its numbers are written"),
            list(signs),
            format_func=signs.__getitem__,
            horizontal=True,
            key=f"{_PAGE}/decimal/{job.number}",
        )
    else:
        choice = st.radio(
            tr.text("Or choose the encoding of the file"),
            list(dict.fromkeys([charset, *CHARSETS] if charset else CHARSETS)),
            format_func=str.upper,
            horizontal=True,
            key=f"{_PAGE}/charset/{job.number}",
        )
    return {ambiguity: choice or ""}


def _draw_thousands(job: UploadJob, sign: str, tr: Translation) -> dict[str, str]:
    """Draw the choice of what 1,500 means; return the setting."""
    name = "comma" if sign == "," else "point"
    values = {"thousands": tr.number(1500), "decimal": tr.number(1.5, 1)}
    choice = st.radio(
        tr.text("What does {number} mean in this file?", number=f"1{sign}500"),
        list(values),
        format_func=values.__getitem__,
        horizontal=True,
        key=f"{_PAGE}/thousands/{job.number}",
    )
    return {"thousands": "", "decimal": ""} | {choice or "thousands": name}


def draw_missing_words(job: UploadJob, resend: Resend, tr: Translation) -> None:
    """Draw the choice whether words such as NA are missing values; a change sends the file again."""
    key = f"{_PAGE}/missing/{job.number}"
    st.checkbox(
        tr.text("Read NA, #N/A, null and – as missing values"),
        value=job.options.get("missing") == "words",
        key=key,
        on_change=lambda: resend({"missing": "words" if st.session_state[key] else ""}),
    )


def draw_thousands(job: UploadJob, file: ScoredFile, resend: Resend, tr: Translation) -> None:
    """Draw the choice of a sign between thousands if rows were refused because of it; a change sends the file again."""
    decimal, chosen = file.recognised.get("decimal", ""), job.options.get("thousands", "")
    sign = _THOUSANDS_SIGNS.get(chosen, "") or (find_thousands_sign(file.table, decimal) if decimal else "")
    if not sign:
        return
    name = next(name for name, each in _THOUSANDS_SIGNS.items() if each == sign)
    key = f"{_PAGE}/thousands-of-rows/{job.number}"
    st.checkbox(
        tr.text("Numbers have a sign between thousands, such as {number}", number=f"1{sign}500"),
        value=bool(chosen),
        key=key,
        on_change=lambda: resend({"thousands": name if st.session_state[key] else ""}),
    )


def draw_columns(card: Card, job: UploadJob, header: Header, tr: Translation) -> dict[str, str]:
    """Draw the choice of a column for each field that has none; return the setting, empty until the choice is complete."""
    fields, columns = header
    labels = {field["name"]: wording.field_label(field) for field in card["inputs"]}
    suggested = column_choice.suggest_columns(card, header)
    chosen: dict[str, str] = {}
    for name in fields:
        first = suggested.get(name)
        options = [first, *(column for column in columns if column != first)] if first else list(columns)
        column = st.selectbox(
            forms.escape_label(tr.text("Which column is “{field}”?", field=labels.get(name, name))),
            options,
            0 if first else None,
            placeholder=tr.text("Choose a column"),
            key=f"{_PAGE}/column/{job.number}/{name}",
            width=_CHOICE_PIXELS,
        )
        if column and column not in chosen.values():
            chosen[name] = column
    if len(chosen) < len(fields):
        st.caption(tr.text("Choose a column for each field, and each column once."))
        return {}
    before = json.loads(job.options.get("columns", "{}"))
    return {"columns": json.dumps(before | chosen, ensure_ascii=False)}


def draw_sheets(job: UploadJob, sheets: list[str], sheet: str, resend: Resend, tr: Translation) -> None:
    """Draw the choice of a sheet, if a workbook has several; another choice sends the file again."""
    if sheet not in sheets or len(sheets) < _MIN_SHEETS:
        return
    key = f"{_PAGE}/sheet/{job.number}/{sheet}"
    st.selectbox(
        tr.text("Sheet"),
        sheets,
        sheets.index(sheet),
        key=key,
        on_change=lambda: resend({"sheet": st.session_state[key]}),
        width=_CHOICE_PIXELS,
    )
