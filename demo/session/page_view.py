"""The view of each page: the field, question, goal or key that it shows. The URL holds it as the text `view`."""

import streamlit as st

from demo.address.parameters import MODEL, VIEW
from demo.session import query_parameters

_OF_ALL_MODELS = {"review"}
"""The pages whose view is not about one model."""


def get_view(page: str) -> str:
    """Return the view of a page, unchecked: the selected one, else the one of the URL."""
    views: dict[str, str] = st.session_state.setdefault("views", {})
    key = _key(page)
    if key not in views:
        parameters = query_parameters.read_parameters()
        is_of_page = page in _OF_ALL_MODELS or parameters.get(MODEL) == st.session_state[MODEL]
        views[key] = parameters.get(VIEW, "") if is_of_page else ""
    return views[key]


def select_view(page: str, options: list[str], default: str) -> str:
    """Return the view of a page if it is one of the options, else the default."""
    text = get_view(page)
    return text if text in options else default


def set_view(page: str, text: str) -> None:
    """Set the view of a page."""
    st.session_state.setdefault("views", {})[_key(page)] = text


def forget_views() -> None:
    """Forget the views of all pages, so that the next run reads them from the URL."""
    for name in ("views", "keys", "lookups"):
        st.session_state.pop(name, None)


def _key(page: str) -> str:
    return page if page in _OF_ALL_MODELS else f"{page}/{st.session_state[MODEL]}"
