"""What the page Clients shows for a key, in three short texts; drawn before a key is entered."""

import streamlit as st

from demo.text.translation import Translation


def draw_introduction(tr: Translation) -> None:
    """Draw a box for each part of the page."""
    parts = {
        tr.text("Stored answer"): tr.text("What the nightly job has computed, with its age and the version of the model."),
        tr.text("Stored values"): tr.text("The values behind this answer, each marked if it is missing or too old."),
        tr.text("Today's answer"): tr.text("Change a value and see the new answer beside the stored one."),
    }
    for column, (title, text) in zip(st.columns(len(parts)), parts.items(), strict=True):
        with column, st.container(border=True):
            st.header(title, anchor=False)
            st.markdown(text)
