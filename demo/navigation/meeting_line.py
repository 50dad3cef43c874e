"""The line that says in which meeting a visitor takes part, with the ways back to it and out of it."""

import streamlit as st
from markupsafe import Markup

from demo.text.translation import Translation

_LINE = Markup(
    '<p class="meeting-line">{} <a href="live/{}" target="_self">{}</a> <a href="live/leave" target="_self">{}</a></p>'
)
"""The addresses begin at the folder of the page: every page of the demo is in the same one, also below a path."""


def draw_meeting_line(title: str, code: str, tr: Translation) -> None:
    """Draw the line for a visitor of a meeting."""
    sentence = tr.text("You take part in the meeting {title}.", title=title)
    st.html(_LINE.format(sentence, code, tr.text("Back to the meeting"), tr.text("Leave the meeting")))
