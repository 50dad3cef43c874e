"""A number box and a slider of percentages for the pages' own settings. Fields of a card have the same ones."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from markupsafe import Markup

from demo.fields.field_type import InvalidEntry
from demo.fields.number_entry import NumberEntry
from demo.text.translation import Translation
from demo.widgets.widget_values import show_value

SHARE = NumberEntry(low=0.0, high=1.0, step=0.01, is_percent=True)


def draw_alert(sentence: str) -> None:
    """Draw why an entry was not accepted, under its widget."""
    st.html(Markup('<p class="unusual" role="alert">{}</p>').format(sentence))


def draw_number_box(
    label: str,
    key: str,
    value: float | None,
    *,
    entry: NumberEntry,
    tr: Translation,
    on_change: Callable[[float | None], None],
    **options: Any,
) -> None:
    """Draw a box that shows `value`, and call `on_change` with a typed number.

    An entry that is not accepted changes nothing; a sentence under the box says why, or how an entry was read.
    """
    refused_key = f"{key}/refused"

    def read_entry() -> None:
        try:
            number = entry.read(st.session_state[key], value, tr)
        except InvalidEntry as error:
            st.session_state[refused_key] = str(error)
            if error.value == value or not isinstance(error.value, int | float):
                return
            number = error.value
        on_change(None if number is None else float(number))

    show_value(key, entry.write(value, tr))
    entry.draw(label, key, tr, on_change=read_entry, **options)
    if sentence := st.session_state.pop(refused_key, ""):
        draw_alert(sentence)


def draw_share_slider(
    label: str, key: str, share: float, *, tr: Translation, on_change: Callable[[float | None], None]
) -> None:
    """Draw a slider from 0% to 100% that shows `share`, and call `on_change` with the chosen share."""

    def read_entry() -> None:
        on_change(SHARE.read(st.session_state[key], share, tr))

    st.session_state[key] = SHARE.write(share, tr)
    st.select_slider(label, SHARE.list_options([share], tr), key=key, on_change=read_entry)
