"""The zone where a visitor drops a file, with translated texts: those of Streamlit are English only."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.uploaded_file_manager import UploadedFile

from demo.text.translation import Translation

_SCRIPT = Path(__file__).parents[1] / "assets" / "drop_zone.html"


def draw_zone(
    label: str, max_mb: int, key: str, tr: Translation, on_change: Callable[[], None] | None = None
) -> UploadedFile | None:
    """Draw the zone; return the dropped file. Each run returns it again, as long as the zone is drawn.

    A file of more than `max_mb` is refused in the browser.
    """
    choose_text, limit_text = (
        tr.text("Choose a file"),
        tr.text("or drop it here, up to {n} MB", n=tr.number(max_mb)),
    )
    st.html(Markup("<style>:root {{ --choose: '{}'; --limits: '{}'; }}</style>").format(choose_text, limit_text))
    upload = st.file_uploader(label, max_upload_size=max_mb, key=key, on_change=on_change)
    text = tr.text("this file is too large. The limit is {n} MB.", n=tr.number(max_mb))
    notice = Markup('<p class="fault too-large" role="alert" data-max-bytes="{}" data-text="{}"></p>')
    st.html(notice.format(max_mb * 2**20, text))
    st.html(_read_script(), unsafe_allow_javascript=True)
    return upload


@cache
def _read_script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
