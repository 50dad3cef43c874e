"""The banner: it shows the first error of this run. It is the only place that shows errors of queries."""

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from client import Busy, Failed, Health, InvalidAnswer, Refused, ServiceError, TooSlow
from demo.session import query_errors, shared_resources, visitor
from demo.text.translation import Translation

_CHECK_SECONDS = 2
_ACCESS_DENIED = {401, 403}


def draw_banner(placeholder: Any, *, is_on_stage: bool = False) -> None:
    """Draw the first error: what happened, what to do, and the request id. Without an error the banner disappears.

    A page on the large screen says itself what it cannot show (`is_on_stage`). It only waits for the service.
    """
    errors = query_errors.get_errors()
    with placeholder.container():
        if not errors:
            return
        tr = visitor.get_translation()
        error = errors[0]
        text = _describe_error(error, tr)
        if error.request_id:
            text += f"  \n:small[{tr.text('Request')} `{_safe_id(error.request_id)}`]"
        if not is_on_stage:
            st.warning(text, icon=":material/warning:")
        if not isinstance(error, Refused) or query_errors.is_other_version(error):
            _check_service()


def _describe_error(error: ServiceError, tr: Translation) -> str:
    if query_errors.is_other_version(error):
        return tr.text("The model is being updated. Your entries are kept; the page tries again by itself.")
    if isinstance(error, Refused):
        return (
            tr.text("The demo has no access to the model service. Please tell the person who runs it.")
            if error.status in _ACCESS_DENIED
            else tr.text("The model did not accept these values. Please check the marked fields.")
        )
    sentences = {
        Busy: tr.text("The model service is busy. Your entries are kept; the page tries again by itself."),
        TooSlow: tr.text("The model service is slow to answer. Your entries are kept; the page tries again by itself."),
        InvalidAnswer: tr.text("The model service sent an invalid answer, so it is not shown. The page tries again."),
        Failed: tr.text("The model could not answer. Your entries are kept; the page tries again by itself."),
    }
    return sentences.get(type(error)) or tr.text(
        "The model service cannot be reached. Your entries are kept; the page goes on by itself once it is back."
    )


def _safe_id(request_id: str) -> str:
    return "".join(letter for letter in request_id if letter.isalnum() or letter in "-_.")[:64]


@st.fragment(run_every=_CHECK_SECONDS)
def _check_service() -> None:
    """Check every two seconds whether the service is ready again; then rerun the page. A run of the page never waits."""
    context = get_script_run_ctx()
    if not (context and context.fragment_ids_this_run):
        return
    try:
        health: Health = shared_resources.health_client().ready()
    except ServiceError:
        return
    if health["status"] == "ready":
        query_errors.ask_again()
        st.rerun()
