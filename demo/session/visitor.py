"""The visitor's language, time zone and theme, and whether the visit is in a frame of another page."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from demo.address.parameters import LANGUAGE
from demo.text.translation import Translation
from wire.languages import DEFAULT, LANGUAGES, language_of


def get_translation() -> Translation:
    """Return the translation to the visitor's language: the selected one, else that of the URL, else of the browser."""
    if "language" not in st.session_state:
        requested = st.query_params.get(LANGUAGE, "")
        st.session_state["language"] = (
            requested if requested in LANGUAGES else language_of(st.context.locale or "") or DEFAULT
        )
    return Translation(st.session_state["language"])


def get_time_zone() -> tzinfo:
    """Return the visitor's time zone, or UTC."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return UTC


def get_theme() -> str:
    """Return the theme of the page: "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def is_embedded() -> bool:
    """Return whether another page shows this one in a frame: the URL has `embed=true`."""
    return bool(st.context.is_embedded)
