"""The document around the page: its language, its title in the browser's tab, and a link past the menu."""

import json
from functools import cache
from pathlib import Path

import streamlit as st

from demo.text.translation import Translation

_SCRIPT = Path(__file__).parents[1] / "document.js"


def draw_document(page_title: str, tr: Translation) -> None:
    """Set language and title of the document, and draw the link past the menu, the first stop of the keyboard."""
    st.set_page_config(page_title=f"{page_title} · Witryna")
    texts = {"language": tr.language, "skip": tr.text("Skip the menu"), "menu": tr.text("Menu")}
    st.html(f"<script>({_script()})({json.dumps(texts)})</script>", unsafe_allow_javascript=True)


@cache
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8").strip()
