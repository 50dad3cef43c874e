"""The visitor: language, time zone, and light or dark."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from demo.address.parameters import LANGUAGE
from demo.text.translation import Translation
from wire.languages import DEFAULT, LANGUAGES, language_of


def translation() -> Translation:
    """Return the visitor's language: chosen, from the URL, or from the browser."""
    if "language" not in st.session_state:
        wanted = st.query_params.get(LANGUAGE, "")
        st.session_state["language"] = wanted if wanted in LANGUAGES else language_of(st.context.locale or "") or DEFAULT
    return Translation(st.session_state["language"])


def time_zone() -> tzinfo:
    """Return the visitor's time zone, or UTC."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


def theme() -> str:
    """Return light or dark, as the page is shown now."""
    return "dark" if st.context.theme.type == "dark" else "light"
