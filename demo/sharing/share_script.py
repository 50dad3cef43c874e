"""The script of the menu Share: it copies a link and saves a picture, in the browser."""

from functools import cache
from pathlib import Path

import streamlit as st


def draw_share_script() -> None:
    """Draw the script. The browser runs it once."""
    st.html(_read_script(), unsafe_allow_javascript=True)


@cache
def _read_script() -> str:
    return (Path(__file__).parent / "share.html").read_text(encoding="utf-8")
