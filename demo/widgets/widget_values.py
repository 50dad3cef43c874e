"""The values that the program gives to widgets, without taking from the visitor what they type meanwhile.

Streamlit sends each value that the program writes to the browser. There it replaces the value of the widget, also one that
the visitor has entered after this run began: the entry is lost without a word. So a value is written only if it is new.
"""

from typing import Any

import streamlit as st

_PAGE, _SHOWN, _SHOWN_BEFORE = "page_of_run", "shown_values", "values_shown_before"
"""In the session state: the page of the last run; and key → value of the widgets of this run and of the one before."""


def begin_run(page: str) -> None:
    """Begin a run of the page of this path. On another page Streamlit makes new widgets, also under the same keys."""
    is_same_page = st.session_state.get(_PAGE) == page
    st.session_state[_PAGE] = page
    st.session_state[_SHOWN_BEFORE] = st.session_state.get(_SHOWN, {}) if is_same_page else {}
    st.session_state[_SHOWN] = {}


def show_value(key: str, value: Any) -> None:
    """Let the widget of this key show a value. A widget whose options or limits change needs another key.

    An entry is written back once: a message of the run before may have replaced it in the browser.
    """
    shown: dict[str, Any] = st.session_state.setdefault(_SHOWN, {})
    before: dict[str, Any] = st.session_state.get(_SHOWN_BEFORE, {})
    last = shown.get(key, before.get(key, _SHOWN))
    if last != value or key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    shown[key] = value
