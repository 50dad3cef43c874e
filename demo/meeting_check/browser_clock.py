"""The clock of the visitor's browser against that of the demo."""

import secrets
import time

import streamlit as st

_SENT, _AHEAD = "browser_clock_request", "browser_clock_ahead"
_SCRIPT = """
export default function ({ data, setStateValue }) {
  if (window.witrynaClock === data.request) return;
  window.witrynaClock = data.request;
  setStateValue("milliseconds", Date.now());
}
"""


def read_browser_clock() -> float | None:
    """Ask the browser for its time, once a visit. Return by how many seconds it is ahead; None until it has answered.

    The answer lets the page run once more. It is late by the way to the demo, well below a second.
    """
    request = st.session_state.setdefault(_SENT, secrets.token_hex(4))
    component = st.components.v2.component("browser_clock", js=_SCRIPT)

    def keep() -> None:
        state = st.session_state["browser-clock"]
        milliseconds = state.get("milliseconds")
        if isinstance(milliseconds, int | float):
            st.session_state[_AHEAD] = milliseconds / 1000 - time.time()

    component(data={"request": request}, key="browser-clock", on_milliseconds_change=keep)
    ahead: float | None = st.session_state.get(_AHEAD)
    return ahead
