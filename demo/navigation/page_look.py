"""The title, the logo and the accent colour of every page."""

from pathlib import Path

import streamlit as st
from markupsafe import Markup
from streamlit import config as streamlit_config

from demo.charts import canvas
from demo.configuration.accent import DEFAULT_ACCENT, Accent
from demo.configuration.demo_file import DemoConfig

_STYLES = Path(__file__).parents[1] / "assets" / "look.css"
_ACCENT_STYLE = Markup("<style>:root {{ --accent: light-dark({0.light}, {0.dark}); }}</style>")


def use_accent(accent: Accent) -> None:
    """Let Streamlit's own controls, and the charts, of this process have the accent colour."""
    streamlit_config.set_option("theme.light.primaryColor", accent.light)
    streamlit_config.set_option("theme.dark.primaryColor", accent.dark)
    canvas.set_accent(accent.light, accent.dark)


def draw_look(config: DemoConfig) -> None:
    """Set the page up with its style; the first command of a run."""
    st.set_page_config(page_title=config.title, page_icon="🪟", layout="wide")  # other icons are fetched from another host
    st.html(_STYLES)
    if config.logo:
        st.logo(config.logo, size="large")
    if config.accent != DEFAULT_ACCENT:
        st.html(_ACCENT_STYLE.format(config.accent))
