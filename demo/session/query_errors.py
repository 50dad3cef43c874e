"""The errors of the queries in this run of the page. The banner shows them.

A service that does not answer is not asked again by the visitor's next step, which would wait as long: the banner checks
whether it is back (a circuit breaker).
"""

import streamlit as st

from client import Refused, ServiceError, TooSlow, Unavailable
from wire.error_codes import UNKNOWN_VERSION

_UNREACHABLE = "unreachable_service"
"""In the session state: the error because of which the service is not asked, until it is back."""


def clear_errors() -> None:
    """Forget the errors of the previous run, but not that the service does not answer."""
    unreachable = st.session_state.get(_UNREACHABLE)
    st.session_state["errors"] = [unreachable] if unreachable else []


def add_error(error: ServiceError) -> None:
    """Add an error of this run."""
    st.session_state.setdefault("errors", []).append(error)
    if isinstance(error, TooSlow | Unavailable):
        st.session_state[_UNREACHABLE] = error


def ask_again() -> None:
    """Let queries be sent again, because the service is back."""
    st.session_state.pop(_UNREACHABLE, None)


def get_errors() -> list[ServiceError]:
    """Return the errors of this run, in the order in which they occurred."""
    errors: list[ServiceError] = st.session_state.get("errors", [])
    return errors


def find_unreachable() -> ServiceError | None:
    """Return the error because of which no other query is sent: it would only wait as long again."""
    return next((error for error in get_errors() if isinstance(error, TooSlow | Unavailable)), None)


def get_field_errors() -> dict[str, str]:
    """Return field → code for the values that the service refused in this run."""
    field_errors = (field_error for error in get_errors() if isinstance(error, Refused) for field_error in error.errors)
    return {field_error["pointer"].rpartition("/")[2]: field_error["code"] for field_error in field_errors}


def is_other_version(error: ServiceError) -> bool:
    """Return whether the service no longer serves the version of the model that the page requested."""
    return isinstance(error, Refused) and error.code == UNKNOWN_VERSION
