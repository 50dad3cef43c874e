"""The errors of the queries in this run of the page. The banner shows them."""

import streamlit as st

from client import Refused, ServiceError, TooSlow, Unavailable
from wire.error_codes import UNKNOWN_VERSION


def clear_errors() -> None:
    """Forget the errors of the previous run."""
    st.session_state["errors"] = []


def add_error(error: ServiceError) -> None:
    """Add an error of this run."""
    st.session_state.setdefault("errors", []).append(error)


def get_errors() -> list[ServiceError]:
    """Return the errors of this run, in the order in which they occurred."""
    errors: list[ServiceError] = st.session_state.get("errors", [])
    return errors


def find_unreachable() -> ServiceError | None:
    """Return the error of this run because of which no other query is sent: it would only wait as long again."""
    return next((error for error in get_errors() if isinstance(error, TooSlow | Unavailable)), None)


def get_field_errors() -> dict[str, str]:
    """Return field → code for the values that the service refused in this run."""
    field_errors = (field_error for error in get_errors() if isinstance(error, Refused) for field_error in error.errors)
    return {field_error["pointer"].rpartition("/")[2]: field_error["code"] for field_error in field_errors}


def is_other_version(error: ServiceError) -> bool:
    """Return whether the service no longer serves the version of the model that the page requested."""
    return isinstance(error, Refused) and error.code == UNKNOWN_VERSION
