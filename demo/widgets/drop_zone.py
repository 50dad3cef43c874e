"""The place to drop a file, in the reader's language: Streamlit's own words speak English only."""

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.uploaded_file_manager import UploadedFile

from demo.text.translation import Translation


def draw(label: str, types: list[str], max_mb: int, key: str, tr: Translation) -> UploadedFile | None:
    """Draw the drop zone; return the dropped file. It stays there, run after run, while the zone is drawn."""
    choose, limits = (
        tr.text("Choose a file"),
        tr.text("or drop it here, up to {n} MB", n=tr.number(max_mb)),
    )
    st.html(Markup("<style>:root {{ --choose: '{}'; --limits: '{}'; }}</style>").format(choose, limits))
    return st.file_uploader(label, type=types, max_upload_size=max_mb, key=key)
