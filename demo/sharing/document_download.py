"""The buttons that give a document: HTML always, PDF where this demo can write it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

import streamlit as st

from demo.leave_behind import pdf_file
from demo.leave_behind.leave_behind_document import LeaveBehind, build_document
from demo.session import visitor
from demo.text.translation import Translation

_HTML, _PDF = "text/html", "application/pdf"


def draw_document_buttons(key: str, file_name: str, content: LeaveBehind, tr: Translation) -> None:
    """Draw the buttons. A click makes the document, and notes the moment in it. `file_name` has no ending."""
    zone = visitor.get_time_zone()  # a click makes the file outside of the visit

    def make_html() -> str:
        return build_document(replace(content, made=tr.day_and_time(datetime.now(zone))), tr)

    draw = partial(st.download_button, on_click="ignore", type="tertiary", icon=":material/download:")
    with st.container(horizontal=True, vertical_alignment="center"):
        draw(tr.text("Document (HTML)"), lambda: make_html().encode(), f"{file_name}.html", _HTML, key=f"{key}/html")
        if pdf_file.can_write_pdf():
            draw(
                tr.text("Document (PDF)"),
                lambda: pdf_file.write_pdf(make_html(), content.title),
                f"{file_name}.pdf",
                _PDF,
                key=f"{key}/pdf",
            )
    if not pdf_file.can_write_pdf():
        st.caption(tr.text("For a PDF, open the document and print it: the browser can save it as PDF."))
