"""Draws what all pages share: set-up, style, navigation, the choice of model and language, and the banner."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # Streamlit adds the folder of the script to the path, not the project folder

import streamlit as st  # noqa: E402

from client import ServiceError  # noqa: E402
from demo.address.parameters import MODEL  # noqa: E402
from demo.app_pages import about, clients, compare, feed, files, how_good, to_change, try_it, what_if  # noqa: E402
from demo.session import current_case, page_address, query_errors, service_queries, visitor  # noqa: E402
from demo.text.translation import Translation  # noqa: E402
from demo.widgets import banner, document, number_keys  # noqa: E402
from demo.widgets.forms import escape_markdown  # noqa: E402
from wire.languages import LANGUAGES  # noqa: E402

_DAY_SECONDS = 86_400


@st.fragment(run_every=_DAY_SECONDS)
def _rebuild_lost_visit() -> None:
    """Let a tab whose connection was lost run the page again as soon as it is connected, before its first change.

    Streamlit's browser side does so only if the page has a fragment that runs by itself. After a restart of the demo the
    new session knows nothing of the tab: it rebuilds the visit from the address. The fragment itself does nothing.
    """


def main() -> None:
    """Draw one page."""
    st.set_page_config(page_title="Witryna", page_icon="🪟", layout="wide")  # other icons are fetched from another host
    st.html(Path(__file__).parent / "look.css")
    query_errors.clear_errors()
    number_keys.forget_boxes()
    page_address.follow_history()
    tr = visitor.get_translation()
    pages = [
        st.Page(try_it.page, title=tr.text("Try"), url_path="try", default=True),
        st.Page(what_if.page, title=tr.text("What if"), url_path="what-if"),
        st.Page(to_change.page, title=tr.text("What to change"), url_path="to-change"),
        st.Page(compare.page, title=tr.text("Compare"), url_path="compare"),
        st.Page(files.page, title=tr.text("Files"), url_path="files"),
        st.Page(clients.page, title=tr.text("Clients"), url_path="clients"),
        st.Page(feed.page, title=tr.text("Feed"), url_path="feed"),
        st.Page(how_good.page, title=tr.text("How good"), url_path="how-good"),
        st.Page(about.page, title=tr.text("About the model"), url_path="about"),
    ]
    page = st.navigation(pages, position="top")
    document.draw_document(page.title, tr)
    banner_slot = st.empty()
    try:
        _draw_choices(tr)
        # after the choices: Streamlit forgets the widgets that a run does not draw before a switch
        if parameters := page_address.take_first_page_request():
            st.switch_page(pages[0], query_params=parameters)
        page.run()
    except ServiceError as error:
        query_errors.add_error(error)
        st.header(tr.text("One moment, please"))
        st.write(tr.text("The demo shows the models of a service that does not answer yet."))
    _rebuild_lost_visit()
    number_keys.draw_script(tr)
    banner.draw_banner(banner_slot)


def _draw_choices(tr: Translation) -> None:
    """Draw the choice of model and language, and name each broken model with the reason."""
    models = service_queries.get_models()
    ready = [model["name"] for model in models if model["state"] == "ready"]
    if not ready:
        st.info(tr.text("The service has no model to show yet."))
        st.stop()
    titles = {model["name"]: model["title"] or model["name"] for model in models}
    current_case.choose_model(ready)
    with st.container(horizontal=True, key="choices", vertical_alignment="center"):
        if len(ready) > 1:
            st.selectbox(
                tr.text("Model"),
                ready,
                format_func=lambda name: titles[name],
                key=MODEL,
                label_visibility="collapsed",
                width=260,
            )
        st.segmented_control(
            "Language · Język",
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="language",
            required=True,
            label_visibility="collapsed",
        )
    for model in models:
        if model["state"] == "broken":
            values = {"model": escape_markdown(model["name"]), "reason": escape_markdown(model["reason"] or "")}
            is_served = model["name"] in ready
            st.caption(
                tr.text("The newest {model} is unavailable: {reason}. An earlier version is shown.", **values)
                if is_served
                else tr.text("{model} is unavailable: {reason}.", **values)
            )


main()
