"""Notices about a link: what of it the page could not use."""

import streamlit as st

from demo.session import current_case, query_parameters
from demo.text.translation import Translation

_MAX_NAMED = 6


def draw_notices(tr: Translation) -> None:
    """Draw what a visitor should know about the link with which the visit began, and about a renewed model."""
    rejected = current_case.get_rejected_parameters()
    if rejected:
        parameters = ", ".join(f"`{text.replace('`', '´')}`" for text in rejected[:_MAX_NAMED])
        st.info(
            tr.text("The link held values that this model does not know; they were left out:") + " " + parameters,
            icon="🔗",
        )
    if query_parameters.is_link_lost():
        st.info(tr.text("The values of this link are no longer kept. The page shows a start of the model."), icon="🔗")
    if st.session_state.pop("new_fields", False):
        st.info(tr.text("The model was renewed. Please review the new fields; what you typed is kept."), icon="🆕")
