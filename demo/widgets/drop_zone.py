"""The zone where a visitor drops a file of rows, and the sentence for a file of another type."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from demo.text.translation import Translation
from demo.uploads import upload_zone
from demo.widgets import forms


def draw_drop_zone(label: str, endings: list[str], max_mb: int, key: str, tr: Translation) -> UploadedFile | None:
    """Draw the drop zone; return the dropped file. Each run returns it again, as long as the zone is drawn.

    `endings` of names are taken, such as "csv". For another file it says so, and returns None. A file of more than `max_mb`
    is refused in the browser.
    """
    upload = upload_zone.draw_zone(label, max_mb, key, tr)
    if upload is None or upload.name.rpartition(".")[2].lower() in endings:
        return upload
    name = forms.escape_markdown(upload.name)
    listed = ", ".join(f".{ending}" for ending in endings)
    st.error(
        tr.text("{name}: files of this type are not read here. These are: {endings}.", name=name, endings=listed),
        icon=":material/description:",
    )
    return None
