"""The log-in with OpenID, if the settings ask for one: until a visitor has logged in, no page shows anything."""

import streamlit as st

from demo.session import shared_resources
from demo.text.translation import Translation


def is_open() -> bool:
    """Return whether this visit may see the pages."""
    return not shared_resources.needs_login() or bool(st.user.get("is_logged_in"))


def draw_login(title: str, tr: Translation) -> None:
    """Draw what a visitor sees instead of every page."""
    st.title(title, anchor=False)
    st.markdown(tr.text("Please log in to see the models."))
    st.button(tr.text("Log in"), key="log-in", type="primary", on_click=st.login)


def draw_logout(tr: Translation) -> None:
    """Draw a button that ends the log-in, if there is one."""
    if shared_resources.needs_login():
        st.button(tr.text("Log out"), key="log-out", type="tertiary", on_click=st.logout)
