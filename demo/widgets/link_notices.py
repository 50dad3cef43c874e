"""Notices about a link: what of it the page could not use."""

import streamlit as st

from client import Card
from demo.session import cases, current_case, query_parameters
from demo.session.cases import Case
from demo.text.translation import Translation
from demo.widgets import forms

_MAX_NAMED = 6


def draw_notices(card: Card, case: Case, tr: Translation) -> None:
    """Draw what a visitor should know about the link with which the visit began, and about a renewed model."""
    rejected = current_case.get_rejected_parameters()
    if rejected:
        parameters = ", ".join(f"`{text.replace('`', '´')}`" for text in rejected[:_MAX_NAMED])
        st.info(
            tr.text("Some values of this link do not fit the model and were left out:") + " " + parameters,
            icon=":material/link:",
        )
    if query_parameters.is_link_lost():
        st.info(
            tr.text("This link has expired. The page shows a sample case instead."),
            icon=":material/link:",
        )
    if not card["version"].startswith(case.version):
        versions = {"old": case.version, "new": cases.short_version(card)}
        st.info(
            tr.text(
                "The model has changed since this case was opened or its link was made (version {old}, now {new}). "
                "The values are kept; the answer may be another one.",
                **{name: forms.escape_markdown(version) for name, version in versions.items()},
            ),
            icon=":material/link:",
        )
    if st.session_state.pop("new_fields", False):
        st.info(
            tr.text("The model was updated. Please review the new fields; your entries are kept."),
            icon=":material/new_releases:",
        )
