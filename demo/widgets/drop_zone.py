"""The zone where a visitor drops a file, with translated texts: those of Streamlit are English only."""

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.uploaded_file_manager import UploadedFile

from demo.text.translation import Translation


def draw_drop_zone(label: str, types: list[str] | None, max_mb: int, key: str, tr: Translation) -> UploadedFile | None:
    """Draw the drop zone; return the dropped file. Each run returns it again, as long as the zone is drawn.

    `types` are the extensions that are taken. None: all; Streamlit names a wrong one only in English.
    """
    choose_text, limit_text = (
        tr.text("Choose a file"),
        tr.text("or drop it here, up to {n} MB", n=tr.number(max_mb)),
    )
    st.html(Markup("<style>:root {{ --choose: '{}'; --limits: '{}'; }}</style>").format(choose_text, limit_text))
    return st.file_uploader(label, type=types, max_upload_size=max_mb, key=key)
