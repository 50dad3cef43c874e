"""What a visitor sees of the demo, and the visitor's language, time zone, theme and frame."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from demo.address.parameters import LANGUAGE
from demo.configuration.demo_file import DemoConfig
from demo.session import shared_resources
from demo.text.translation import Translation
from wire.languages import language_of


def set_config(config: DemoConfig) -> None:
    """Set what this visit shows."""
    st.session_state["config"] = config


def get_config() -> DemoConfig:
    """Return what this visit shows: what demo.toml says, limited by the meeting that the visitor takes part in."""
    config: DemoConfig | None = st.session_state.get("config")
    return config or shared_resources.demo_config()


def get_translation() -> Translation:
    """Return the translation to the visitor's language: the selected one, else that of the URL, else of the browser.

    A language that the demo does not have becomes its first one.
    """
    languages = get_config().languages
    if st.session_state.get("language") not in languages:  # None after a connection was lost at the wrong moment
        wanted = (st.query_params.get(LANGUAGE), language_of(st.context.locale or ""), languages[0])
        st.session_state["language"] = next(language for language in wanted if language in languages)
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
