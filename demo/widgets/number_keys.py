"""The arrow keys of number boxes: a script in the browser, because Streamlit's text box has no steps."""

import json
from pathlib import Path
from typing import Any

import streamlit as st

from demo.fields.number_entry import KEY_STEPS
from demo.text.translation import Translation

_SCRIPT = (Path(__file__).parents[1] / "assets" / "number_keys.html").read_text(encoding="utf-8")


def forget_boxes() -> None:
    """Forget the boxes of the previous run."""
    st.session_state[KEY_STEPS] = {}


def draw_script(tr: Translation) -> None:
    """Give the script of the page the boxes that this run has drawn. The browser runs it again only if they changed."""
    steps: dict[str, Any] = st.session_state.get(KEY_STEPS, {})
    boxes = json.dumps({"decimal": tr.decimal_sign, "group": tr.group_sign, "steps": steps}).replace("<", "\\u003c")
    st.html(_SCRIPT.replace("BOXES;", f"{boxes};"), unsafe_allow_javascript=True)
