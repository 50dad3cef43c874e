"""The errors of the queries in this run of the page. The banner shows them."""

import streamlit as st

from client import Refused, ServiceError
from wire.error_codes import UNKNOWN_VERSION


def clear_errors() -> None:
    """Forget the errors of the run before."""
    st.session_state["errors"] = []


def add_error(error: ServiceError) -> None:
    """Remember an error of this run."""
    st.session_state.setdefault("errors", []).append(error)


def errors() -> list[ServiceError]:
    """Return the errors of this run, the first one first."""
    found: list[ServiceError] = st.session_state.get("errors", [])
    return found


def field_errors() -> dict[str, str]:
    """Return field → code for the values that the service refused in this run."""
    refused = (each for error in errors() if isinstance(error, Refused) for each in error.errors)
    return {each["pointer"].rpartition("/")[2]: each["code"] for each in refused}


def is_other_version(error: ServiceError) -> bool:
    """Return whether the service no longer serves the version of the model that the page asked for."""
    return isinstance(error, Refused) and error.code == UNKNOWN_VERSION
