"""What each page looks at in this visit: a field, a question, a goal, a key; text that the URL holds as `view`."""

import streamlit as st

from demo.address.parameters import MODEL, VIEW


def view_text(page: str) -> str:
    """Return what a page looks at: chosen in this visit, or from the URL, unchecked."""
    views: dict[str, str] = st.session_state.setdefault("views", {})
    key = _key(page)
    if key not in views:
        views[key] = st.query_params.get(VIEW, "") if st.query_params.get(MODEL) == st.session_state[MODEL] else ""
    return views[key]


def selected_view(page: str, options: list[str], default: str) -> str:
    """Return which of the options a page looks at, or the default."""
    text = view_text(page)
    return text if text in options else default


def set_view(page: str, text: str) -> None:
    """Remember what a page looks at."""
    st.session_state.setdefault("views", {})[_key(page)] = text


def forget_views() -> None:
    """Let the next run take what pages look at from the URL."""
    for name in ("views", "keys", "looked_up"):
        st.session_state.pop(name, None)


def _key(page: str) -> str:
    return f"{page}/{st.session_state[MODEL]}"
