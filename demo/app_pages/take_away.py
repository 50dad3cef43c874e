"""Take it away: code that asks the service for the case on screen."""

import streamlit as st

from client import Card, Row
from demo.address.parameters import MODEL
from demo.session import current_case, page_address, page_view, service_queries, shared_resources, visitor
from demo.snippets.request_snippets import KEY, LANGUAGES, write_snippet
from demo.text.translation import Translation
from demo.widgets import link_notices

PAGE = "take-away"
_ADDRESS = "https://ADDRESS-OF-THE-SERVICE"
"""Stands for the address of the service if the demo does not know one that readers reach."""


def can_show(card: Card) -> bool:
    """Return whether the card lets the model be taken away."""
    return card.get("exports") != "no"


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    case = current_case.get_case(card)
    st.title(tr.text("Take it away"), anchor=False)
    if not can_show(card):
        page_address.write_address(card)
        st.info(
            tr.text("The owner of this model does not hand it over. Choose another model above."), icon=":material/lock:"
        )
        return
    link_notices.draw_notices(card, case, tr)
    language = page_view.select_view(PAGE, list(LANGUAGES), next(iter(LANGUAGES)))
    page_address.write_address(card, language)
    _draw_snippet(card, case.row, language, tr)


def _draw_snippet(card: Card, row: Row, language: str, tr: Translation) -> None:
    """Draw the choice of a language, and the code that asks for the case in it."""
    st.header(tr.text("Ask the model from your own program"), anchor=False)
    st.markdown(tr.text("This code asks for the case on screen. Copy it, and put your own values in."))
    key = f"{PAGE}/language/{card['name']}"
    st.session_state[key] = language
    st.pills(
        tr.text("Programming language"),
        list(LANGUAGES),
        format_func=lambda name: LANGUAGES[name].title,
        key=key,
        on_change=lambda: page_view.set_view(PAGE, st.session_state[key]),
        required=True,
        label_visibility="collapsed",
    )
    address, with_key = shared_resources.service_address(), shared_resources.needs_key()
    code = write_snippet(language, address or _ADDRESS, card["name"], row, with_key=with_key)
    st.code(code, language=LANGUAGES[language].highlighting)
    if not address:
        st.caption(tr.text("Replace {address}: the person who runs the service knows it.", address=_ADDRESS))
    if with_key:
        st.caption(tr.text("Replace {key} by your own API key: the person who runs the service gives you one.", key=KEY))
