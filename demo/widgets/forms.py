"""Card → widgets → row. Any card gets a form: a new model needs no change here."""

import math
import re
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from client import Card, Field, Row, Value
from demo.session.cases import Case
from demo.text.translation import Translation
from demo.text.wording import label, value_text

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-!:$<>~|^=])")
_MAX_EXACT = 2**53 - 1


def plain(text: str) -> str:
    """Return a text that Streamlit shows as it is, whatever marks it holds."""
    return _MARKS.sub(r"\\\1", text)


def draw(card: Card, case: Case, tr: Translation) -> tuple[Row, dict[str, DeltaGenerator]]:
    """Draw the form; return the row that it shows and, for each field, a place for a note under it."""
    row: Row = {}
    notes: dict[str, DeltaGenerator] = {}
    for group, fields in _groups(card):
        place: Any = st.expander(plain(group), expanded=True) if group else st.container()
        with place:
            wide = len(fields) == 1 or any(field["type"] == "text" for field in fields)
            columns = [st.container()] if wide else st.columns(2, gap="medium")
            for number, field in enumerate(fields):
                with columns[number % len(columns)]:
                    row[field["name"]] = draw_field(card, field, case, tr, "form")
                    notes[field["name"]] = st.empty()
    return {field["name"]: row[field["name"]] for field in card["inputs"]}, notes


def _groups(card: Card) -> list[tuple[str, list[Field]]]:
    groups: dict[str, list[Field]] = {}
    for field in card["inputs"]:
        groups.setdefault(field.get("group", ""), []).append(field)
    return list(groups.items())


def draw_field(card: Card, field: Field, case: Case, tr: Translation, place: str) -> Value:
    """Draw one widget over the case's value; what is typed since the last run wins over it.

    Each place has widgets of its own: Streamlit would carry a key to another page, but not what it holds.
    """
    key = f"{place}/{card['name']}/{case.start}/{field['name']}"
    held = case.row[field["name"]]
    if key not in st.session_state or st.session_state.get(f"{key}/of") is not case:
        st.session_state[key] = _as_widget(field, held)
        st.session_state[f"{key}/of"] = case
    now = _as_value(field, st.session_state[key], held)
    return _as_value(field, _WIDGETS[_kind(field)](field, key, _title(field, now, case, tr), tr), held)


def _title(field: Field, now: Value, case: Case, tr: Translation) -> str:
    unit = field.get("unit", "")
    title = plain(label(field) + (f", {unit}" if unit else ""))
    before = case.start_row[field["name"]]
    if now == before:
        return title
    if field["type"] == "text":
        return f"{title} :primary[●]"
    return f"{title} :primary[●\N{NO-BREAK SPACE}{plain(tr.text('was {value}', value=value_text(field, before, tr)))}]"


def _kind(field: Field) -> str:
    bounded = "minimum" in field and "maximum" in field
    if field["type"] == "number" and field.get("shown_as") == "percent" and bounded and not field.get("nullable"):
        return "share"
    return field["type"]


def _as_widget(field: Field, value: Value) -> Value:
    if _kind(field) in {"number", "share"} and value is not None:
        return float(value)
    return value


def _as_value(field: Field, shown: Any, held: Value) -> Value:
    """Return what a widget shows as a value of the row; equal numbers keep the row's own, so nothing counts as changed."""
    if shown is not None and field["type"] in {"number", "integer"}:
        number = round(float(shown), 10)
        if held is not None and math.isclose(number, float(held), rel_tol=1e-12, abs_tol=1e-12):
            return held
        return int(number) if number.is_integer() else number
    value: Value = shown
    return value


def _number(field: Field, key: str, title: str, tr: Translation) -> Any:
    step = field.get("step") or _step(field)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
    percent = field.get("shown_as") == "percent"
    return st.number_input(
        title,
        min_value=float(field["minimum"]) if "minimum" in field else None,
        max_value=float(field["maximum"]) if "maximum" in field else None,
        step=float(step),
        format=f"%.{max(decimals, 2) if percent else decimals}f",
        key=key,
        help=_help(field),
        placeholder=tr.text("not known"),
    )


def _integer(field: Field, key: str, title: str, tr: Translation) -> Any:
    return st.number_input(
        title,
        min_value=int(field.get("minimum", -_MAX_EXACT)),
        max_value=int(field.get("maximum", _MAX_EXACT)),
        step=int(field.get("step") or 1),
        key=key,
        help=_help(field),
        placeholder=tr.text("not known"),
    )


def _share(field: Field, key: str, title: str, _tr: Translation) -> Any:
    return st.slider(
        title,
        min_value=float(field["minimum"]),
        max_value=float(field["maximum"]),
        step=float(field.get("step") or 0.01),
        format="percent",
        key=key,
        help=_help(field),
    )


def _category(field: Field, key: str, title: str, tr: Translation) -> Any:
    words = {category["value"]: category.get("label") or category["value"] for category in field["categories"]}
    options: list[str | None] = [*words, None] if field.get("nullable") else [*words]
    return st.selectbox(
        title,
        options,
        format_func=lambda value: tr.text("not known") if value is None else words[value],
        key=key,
        help=_help(field),
    )


def _boolean(field: Field, key: str, title: str, tr: Translation) -> Any:
    words = {True: tr.text("yes"), False: tr.text("no"), None: tr.text("not known")}
    options = [True, False, None] if field.get("nullable") else [True, False]
    return st.selectbox(title, options, format_func=lambda value: words[value], key=key, help=_help(field))


def _text(field: Field, key: str, title: str, tr: Translation) -> Any:
    text = st.text_area(title, height=190, max_chars=field.get("max_length", 2000), key=key, help=_help(field))
    st.caption(tr.text("The answer follows when you click elsewhere, or press Ctrl+Enter."))
    return text


def _help(field: Field) -> str | None:
    return plain(field["help"]) if field.get("help") else None


def _step(field: Field) -> float:
    """Return a hundredth of the usual range, rounded to 1, 10, 100 …"""
    low, high = field.get("seen") or (field.get("minimum", 0), field.get("maximum", 100))
    return float(10.0 ** math.floor(math.log10((high - low) / 100))) if high > low else 1.0


_WIDGETS: dict[str, Callable[[Field, str, str, Translation], Any]] = {
    "number": _number,
    "integer": _integer,
    "share": _share,
    "category": _category,
    "boolean": _boolean,
    "text": _text,
}
