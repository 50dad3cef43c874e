"""The parameters of the page's URL. Long ones are shortened when they are written, and expanded when they are read."""

import streamlit as st

from demo.address import short_address
from demo.address.short_address import UnknownLink
from demo.session import shared_resources

_LOST = "lost_link"


def read_parameters() -> dict[str, str]:
    """Return the parameters of the URL. If the service no longer holds them, `is_link_lost` says so.

    Raises ServiceError if the service holds them and does not answer.
    """
    short = st.query_params.to_dict()
    cached: tuple[dict[str, str], dict[str, str]] | None = st.session_state.get("expanded_parameters")
    if cached and cached[0] == short:
        return dict(cached[1])
    try:
        parameters = short_address.expand(short, shared_resources.link_store())
        st.session_state.pop(_LOST, None)
    except UnknownLink:
        parameters = short_address.without_shortened(short)
        st.session_state[_LOST] = True
    st.session_state["expanded_parameters"] = (short, parameters)
    return dict(parameters)


def is_link_lost() -> bool:
    """Return whether the URL names parameters that the demo no longer holds."""
    return bool(st.session_state.get(_LOST))


def shorten_parameters(parameters: dict[str, str]) -> dict[str, str]:
    """Return parameters with the same meaning that fit a URL."""
    return short_address.shorten(parameters, shared_resources.link_store())


def write_parameters(parameters: dict[str, str]) -> None:
    """Replace the parameters of the URL."""
    st.session_state.pop(_LOST, None)
    st.query_params.from_dict(shorten_parameters(parameters))
