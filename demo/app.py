"""Draws what all pages share: set-up, style, navigation, the choice of model and language, and the banner."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # Streamlit adds the folder of the script to the path, not the project folder

import streamlit as st  # noqa: E402
from streamlit.navigation.page import StreamlitPage  # noqa: E402

from client import Card, ModelState, ServiceError  # noqa: E402
from demo.address.page_paths import CHECK_PATH, DEFAULT_PATH, STAGE_PATHS  # noqa: E402
from demo.address.parameters import MODEL  # noqa: E402
from demo.configuration.demo_file import DemoConfig  # noqa: E402
from demo.meetings import meeting_visit  # noqa: E402
from demo.navigation import document, login  # noqa: E402
from demo.navigation.meeting_limits import limit_to_meeting  # noqa: E402
from demo.navigation.meeting_line import draw_meeting_line  # noqa: E402
from demo.navigation.page_list import find_group, list_by_path, make_groups  # noqa: E402
from demo.navigation.page_look import draw_look  # noqa: E402
from demo.session import (  # noqa: E402
    current_case,
    page_address,
    query_errors,
    saved_case_list,
    service_queries,
    shared_resources,
    visitor,
)
from demo.text.translation import Translation  # noqa: E402
from demo.widgets import banner, forms, link_notices, number_keys, widget_values  # noqa: E402
from wire.languages import LANGUAGES, Language  # noqa: E402

_DAY_SECONDS = 86_400


@st.fragment(run_every=_DAY_SECONDS)
def _rebuild_lost_visit() -> None:
    """Let a tab whose connection was lost run the page again as soon as it is connected, before its first change.

    Streamlit's browser side does so only if the page has a fragment that runs by itself. After a restart of the demo the
    new session knows nothing of the tab: it rebuilds the visit from the address. The fragment itself does nothing.
    """


def main() -> None:
    """Draw one page."""
    config = _choose_config()
    draw_look(config)
    is_first_run = MODEL not in st.session_state
    query_errors.clear_errors()
    number_keys.forget_boxes()
    page_address.follow_history()
    tr = visitor.get_translation()
    is_open = login.is_open()
    models, card = _load_models() if is_open else (None, None)
    groups = make_groups(card, config.pages, tr, has_many_models=bool(models and len(models) > 1))
    is_bare = visitor.is_embedded() or not is_open
    page = st.navigation(groups, position="hidden" if is_bare else "top")
    document.draw_document(page.title, find_group(groups, page), config.title, tr)
    widget_values.begin_run(page.url_path)
    banner_slot = st.empty()
    is_on_stage = page.url_path in STAGE_PATHS
    try:
        if not is_open:
            login.draw_login(forms.escape_markdown(config.title), tr)
        elif is_on_stage or (models is None and page.url_path == CHECK_PATH):  # these go on without the service
            _switch_page(list_by_path(groups))
            page.run()
        elif models is None:
            _draw_waiting(tr)
        elif card is None:
            st.info(tr.text("No model has been published yet."))
            link_notices.draw_version_notice(models, card)
        else:
            _draw_page(page, list_by_path(groups), models, card, is_first_run=is_first_run)
    except ServiceError as error:
        query_errors.add_error(error)
        _draw_waiting(tr)
    _rebuild_lost_visit()
    number_keys.draw_script(tr)
    banner.draw_banner(banner_slot, is_on_stage=is_on_stage)


def _choose_config() -> DemoConfig:
    """Return what this visit shows: what demo.toml says, limited by the meeting that the visitor takes part in."""
    config, view = shared_resources.demo_config(), meeting_visit.get_meeting_visit()
    if view is not None:
        config = limit_to_meeting(config, view, meeting_visit.get_logo(view))
    visitor.set_config(config)
    return config


def _draw_page(
    page: StreamlitPage, pages: dict[str, StreamlitPage], models: list[ModelState], card: Card, *, is_first_run: bool
) -> None:
    """Draw the choices and the page, or switch to the page that was requested, or to the one that opens."""
    config, tr, is_embedded = visitor.get_config(), visitor.get_translation(), visitor.is_embedded()
    if not is_embedded:
        _draw_choices(models, config.languages, tr)
        if view := meeting_visit.get_meeting_visit():
            draw_meeting_line(view["title"], meeting_visit.read_code(), tr)
    link_notices.draw_version_notice(models, card)
    # after the choices: Streamlit forgets the widgets that a run does not draw before a switch
    _switch_page(pages)
    if is_first_run and not is_embedded and page == pages[DEFAULT_PATH] and MODEL not in st.query_params:
        opens = config.opens or ("models" if "models" in config.pages and len(models) > 1 else DEFAULT_PATH)
        if opens != DEFAULT_PATH:
            st.switch_page(pages[opens])
    saved_case_list.save_requested_case(card)
    page.run()
    if is_embedded:
        _draw_full_link(tr)


def _switch_page(pages: Mapping[str, StreamlitPage]) -> None:
    """Show another page if this run has been asked to."""
    if request := page_address.take_page_request():
        path, parameters = request
        st.switch_page(pages[path], query_params=parameters)


def _load_models() -> tuple[list[ModelState] | None, Card | None]:
    """Return the models and the card of the current one. No models without the service, no card without a ready model."""
    try:
        models = service_queries.get_models()
        ready = [model["name"] for model in models if model["state"] == "ready"]
        return models, service_queries.get_card(current_case.choose_model(ready)) if ready else None
    except ServiceError as error:
        query_errors.add_error(error)
        return None, None


def _draw_waiting(tr: Translation) -> None:
    st.header(tr.text("One moment, please"))
    st.write(tr.text("The model service does not answer yet. The page tries again by itself."))


def _draw_full_link(tr: Translation) -> None:
    """Draw a link from a frame to the whole demo, in a tab of its own, at the page and the case that the frame shows."""
    with st.container(key="full"):
        address = f"{st.context.url or ''}?{urlencode(st.query_params.to_dict())}"
        st.link_button(tr.text("Open in full"), address, icon=":material/open_in_new:", type="tertiary")


def _draw_choices(models: list[ModelState], languages: Sequence[Language], tr: Translation) -> None:
    """Draw the choice of model and language, and name each broken model with the reason."""
    ready = [model["name"] for model in models if model["state"] == "ready"]
    titles = {model["name"]: model["title"] or model["name"] for model in models}
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
        if len(languages) > 1:
            st.segmented_control(
                "Language · Język",
                languages,
                format_func=LANGUAGES.__getitem__,
                key="language",
                required=True,
                label_visibility="collapsed",
            )
        login.draw_logout(tr)
    for model in models:
        if model["state"] == "broken":
            values = {"model": forms.escape_markdown(model["name"]), "reason": forms.escape_markdown(model["reason"] or "")}
            is_served = model["name"] in ready
            st.caption(
                tr.text("The newest {model} is unavailable: {reason}. An earlier version is shown.", **values)
                if is_served
                else tr.text("{model} is unavailable: {reason}.", **values)
            )


main()
