"""The zone where a visitor drops a file, with translated texts: those of Streamlit are English only."""

from functools import cache
from pathlib import Path

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.uploaded_file_manager import UploadedFile

from demo.text.translation import Translation
from demo.widgets import forms

_SCRIPT = Path(__file__).parents[1] / "assets" / "drop_zone.html"


def draw_drop_zone(label: str, endings: list[str], max_mb: int, key: str, tr: Translation) -> UploadedFile | None:
    """Draw the drop zone; return the dropped file. Each run returns it again, as long as the zone is drawn.

    `endings` of names are taken, such as "csv". For another file it says so, and returns None. A file of more than `max_mb`
    is refused in the browser.
    """
    choose_text, limit_text = (
        tr.text("Choose a file"),
        tr.text("or drop it here, up to {n} MB", n=tr.number(max_mb)),
    )
    st.html(Markup("<style>:root {{ --choose: '{}'; --limits: '{}'; }}</style>").format(choose_text, limit_text))
    upload = st.file_uploader(label, max_upload_size=max_mb, key=key)
    text = tr.text("this file is too large. The limit is {n} MB.", n=tr.number(max_mb))
    notice = Markup('<p id="too-large" class="fault" role="alert" data-max-bytes="{}" data-text="{}"></p>')
    st.html(notice.format(max_mb * 2**20, text))
    st.html(_read_script(), unsafe_allow_javascript=True)
    if upload is None or upload.name.rpartition(".")[2].lower() in endings:
        return upload
    name = forms.escape_markdown(upload.name)
    listed = ", ".join(f".{ending}" for ending in endings)
    st.error(
        tr.text("{name}: files of this type are not read here. These are: {endings}.", name=name, endings=listed),
        icon=":material/description:",
    )
    return None


@cache
def _read_script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
