"""The URL of the page. It is written after each change, so that a refresh or a link opens the same, and read on Back."""

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from client import Card
from demo.address.page_paths import DEFAULT_PATH, PagePath
from demo.address.parameters import LANGUAGE, MODEL, SAVED_CASES, VIEW
from demo.session import cases, current_case, page_view, query_parameters
from demo.session.saved_case_list import get_all_saved_cases
from demo.session.saved_cases import encode_saved_cases
from demo.session.visitor import get_config, get_translation

_REQUEST = "requested_page"


def write_address(card: Card, view: str = "") -> None:
    """Write the state of the page to the URL. A URL with the same meaning in another form stays."""
    current_case.remember_arrays(card)
    parameters = _parameters(card, view)
    if _meaning(card, query_parameters.read_parameters()) != _meaning(card, parameters):
        query_parameters.write_parameters(parameters)


def _parameters(card: Card, view: str = "") -> dict[str, str]:
    parameters = cases.encode_case(card, current_case.get_case(card), get_translation().language)
    optional = {VIEW: view, SAVED_CASES: encode_saved_cases(get_all_saved_cases())}
    return parameters | {name: text for name, text in optional.items() if text}


def _meaning(card: Card, parameters: dict[str, str]) -> tuple[Any, ...]:
    """Return the meaning of the parameters, in a form that can be compared."""
    case = cases.decode_case(card, parameters, current_case.get_arrays())
    model_and_language = (parameters.get(MODEL, ""), parameters.get(LANGUAGE, get_translation().language))
    return (
        case.start,
        case.row,
        case.rejected,
        case.missing_arrays,
        *model_and_language,
        parameters.get(VIEW, ""),
        parameters.get(SAVED_CASES, ""),
    )


def request_first_page(card: Card) -> None:
    """Request that this run shows the page Try with the current case."""
    request_page(DEFAULT_PATH, query_parameters.shorten_parameters(_parameters(card)))


def request_page(path: PagePath, parameters: dict[str, str]) -> None:
    """Request that this run shows another page, with these parameters of the URL."""
    st.session_state[_REQUEST] = (path, parameters)


def take_page_request() -> tuple[PagePath, dict[str, str]] | None:
    """Return and clear a requested switch to a page, with the parameters of its URL; None without a request."""
    request: tuple[PagePath, dict[str, str]] | None = st.session_state.pop(_REQUEST, None)
    return request


def follow_history() -> None:
    """On Back and Forward of the browser, read model, language and case from the URL. Other models keep their cases."""
    context = get_script_run_ctx()
    if not (context and context.is_history_navigation and MODEL in st.query_params):
        return
    st.session_state[MODEL] = st.query_params[MODEL]
    if st.query_params.get(LANGUAGE) in get_config().languages:
        st.session_state["language"] = st.query_params[LANGUAGE]
    current_case.forget_case(st.query_params[MODEL])
    page_view.forget_views()
