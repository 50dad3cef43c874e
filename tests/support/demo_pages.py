"""Pages of the demo as AppTest draws them: opened by a link, left by the menu, read as HTML and widgets."""

import functools
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit import config as st_config
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.util import calc_hash

from client import Client
from demo.session import shared_resources
from tests.support.repository import ROOT

APP = ROOT / "demo" / "app.py"
SENDER = "meeting state"
"""The name of the thread that brings a step of a meeting to the service, until it has it."""
PAGES = ("", "what-if", "to-change", "compare", "files", "clients", "feed", "how-good", "take-away", "about")

# A server reads the metadata of all installed packages once; AppTest would before every run, for most of its time.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)
# The demo leaves its modules out of the collection after each run; here it would go through what all tests have made.
st_config.set_option("runner.postScriptGC", value=False)
st_config.set_option("runner.magicEnabled", value=False)  # as in the settings of the demo, which AppTest does not read
_give_up = local_script_runner.require_widgets_deltas


def _wait_for_end(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    """Wait for the end of a run; AppTest asks for it a thousand times a second, and takes turns with what draws the page."""
    if runner._script_thread:
        runner._script_thread.join(timeout)
    _give_up(runner, 0 if runner._script_thread and runner._script_thread.is_alive() else timeout)


local_script_runner.require_widgets_deltas = _wait_for_end


def forget() -> None:
    """Clear what all visits share."""
    st.cache_data.clear()
    st.cache_resource.clear()


def serve_by(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo use this client."""
    forget()
    for name in ("client", "card_client", "health_client"):
        monkeypatch.setattr(shared_resources, name, lambda: client)


def opened(path: str = "", **parameters: str) -> AppTest:
    """Return the page as a browser that followed this link sees it."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, text in parameters.items():
        app.query_params[name] = text
    app.run() if not path else None
    return app if not path else go_to(app, path)


def go_to(app: AppTest, path: str) -> AppTest:
    """Follow a link of the menu; the page that opens has no path."""
    app._page_hash = calc_hash(path)
    app.run()
    assert not app.exception, [problem.value for problem in app.exception]
    return app


def html_of(app: AppTest) -> str:
    pieces: list[Any] = list(app.get("html"))
    return "".join(piece.value for piece in pieces if not re.search("<style>|<script>", piece.value))


def widget(app: AppTest, name: str) -> Any:
    """Return the field of this name, in whatever kind of widget."""
    kinds = (app.text_input, app.select_slider, app.selectbox, app.text_area, app.toggle, app.checkbox)
    results = [each for kind in kinds for each in kind if each.key and each.key.endswith(f"/{name}")]
    assert len(results) == 1, name
    return results[0]


def sent_entries(app: AppTest) -> set[str]:
    """Return the keys of the text boxes whose value the last run sent, which replaces what is typed in the browser."""
    return {str(box.key) for box in (*app.text_input, *app.text_area) if box.proto.set_value}


def wait_for_steps() -> None:
    """Wait until every step of a meeting that a page has shown is brought to the service, which must not end before."""
    for thread in threading.enumerate():
        if thread.name == SENDER:
            thread.join()


@pytest.fixture(autouse=True)
def steps_brought() -> Iterator[None]:
    """Fail a test that leaves a step behind: its thread would ask a service that is gone for the rest of the run."""
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == SENDER], "call wait_for_steps()"


def quiet(app: AppTest) -> AppTest:
    assert not app.exception, [problem.value for problem in app.exception]
    assert [warning.value for warning in app.warning] == []
    return app
