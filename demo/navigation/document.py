"""The document around the page: language, title in the browser's tab, a link past the menu, the names of controls."""

import json
from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from demo.text.translation import Translation

_SCRIPT = Path(__file__).parents[1] / "assets" / "document.html"


def draw_document(page_title: str, group: str, demo_title: str, tr: Translation) -> None:
    """Set language and title of the document, the names of controls, and the link past the menu, the first stop of keys.

    `group` is the title of the menu's group that has the page; empty if it is in the row of the menu itself.
    """
    st.set_page_config(page_title=f"{page_title} · {demo_title}")
    names = json.dumps(_translate_control_names(tr))
    element = Markup(
        '<i id="document-texts" hidden data-language="{}" data-skip="{}" data-menu="{}" data-group="{}" data-copy="{}"'
        ' data-names="{}"></i>'
    )
    texts = element.format(tr.language, tr.text("Skip the menu"), tr.text("Menu"), group, tr.text("Copy"), names)
    st.html(f"{texts}{_read_script()}", unsafe_allow_javascript=True)


def _translate_control_names(tr: Translation) -> dict[str, str]:
    """Return English name → name of Streamlit's own controls. A label follows a name with a space at its end."""
    return {
        "App pages": tr.text("App pages"),
        "Clear all": tr.text("Clear all"),
        "Clear value": tr.text("Clear value"),
        "Close": tr.text("Close"),
        "Collapse sidebar": tr.text("Collapse sidebar"),
        "Help for ": tr.text("Help for "),
        "Main menu": tr.text("Main menu"),
        "No results": tr.text("No results"),
        "Open": tr.text("Open"),
        "Remove ": tr.text("Remove "),
        "Select all": tr.text("Select all"),
        "Selected values": tr.text("Selected values"),
        "Sidebar": tr.text("Sidebar"),
        "Upload ": tr.text("Choose a file") + ": ",
        "file upload": tr.text("Choose a file"),
    }


@cache
def _read_script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
