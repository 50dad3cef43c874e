"""The document around the page: its language, its title in the browser's tab, and a link past the menu."""

from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from demo.text.translation import Translation

_SCRIPT = Path(__file__).parents[1] / "document.html"


def draw_document(page_title: str, tr: Translation) -> None:
    """Set language and title of the document, and draw the link past the menu, the first stop of the keyboard."""
    st.set_page_config(page_title=f"{page_title} · Witryna")
    element = Markup('<i id="document-texts" hidden data-language="{}" data-skip="{}" data-menu="{}" data-copy="{}"></i>')
    texts = element.format(tr.language, tr.text("Skip the menu"), tr.text("Menu"), tr.text("Copy"))
    st.html(f"{texts}{_read_script()}", unsafe_allow_javascript=True)


@cache
def _read_script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
