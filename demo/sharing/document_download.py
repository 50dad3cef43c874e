"""The buttons that give a document: HTML always, PDF where this demo can write it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import streamlit as st

from demo.leave_behind import pdf_file
from demo.leave_behind.leave_behind_document import LeaveBehind, build_document
from demo.session import visitor
from demo.text.translation import Translation

_HTML, _PDF = "text/html", "application/pdf"


def draw_document_buttons(
    key: str, file_name: str, collect: Callable[[], LeaveBehind], tr: Translation, written_in: Translation | None = None
) -> None:
    """Draw the buttons. A click makes the document of what `collect` returns, and notes the moment in it.

    It does so outside of the visit: `collect` may ask the service, but no widget. `file_name` has no ending. `written_in`
    is the language of the document, if it is not that of the page.
    """
    language = written_in or tr
    zone = visitor.get_time_zone()

    def make_html() -> str:
        return build_document(replace(collect(), made=language.day_and_time(datetime.now(zone))), language)

    def make_pdf() -> bytes:
        return pdf_file.write_pdf(make_html())

    draw = partial(st.download_button, on_click="ignore", type="tertiary", icon=":material/download:")
    with st.container(horizontal=True, vertical_alignment="center"):
        draw(tr.text("Document (HTML)"), lambda: make_html().encode(), f"{file_name}.html", _HTML, key=f"{key}/html")
        if pdf_file.can_write_pdf():
            draw(tr.text("Document (PDF)"), make_pdf, f"{file_name}.pdf", _PDF, key=f"{key}/pdf")
    if not pdf_file.can_write_pdf():
        st.caption(tr.text("For a PDF, open the document and print it: the browser can save it as PDF."))
