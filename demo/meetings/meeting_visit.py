"""The meeting that a visitor takes part in: the page on the phone sets a cookie, and the demo's other pages follow it."""

import re

import streamlit as st

from client import AudienceView, Refused, ServiceError
from demo.configuration.logo import find_media_type
from demo.session import shared_resources
from demo.web.presenter_sign_in import PRESENTER
from demo.web.visitor_cookie import MEETING
from wire.row_values import data_url

_CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_VIEW_SECONDS = 5
_MAX_MEETINGS = 500
_MAX_LOGOS = 20


def get_meeting_visit() -> AudienceView | None:
    """Return what the audience of the visitor's meeting sees; None outside a meeting, and for its presenter.

    Without the service it is the last view.
    """
    code = read_code()
    if not code or st.context.cookies.get(PRESENTER):
        return None
    last = _last_views()
    try:
        view = _fetch_view(code)
    except Refused:
        last.pop(code, None)
        return None
    except ServiceError:
        return last.get(code)
    while len(last) >= _MAX_MEETINGS:
        del last[next(iter(last))]
    last[code] = view
    return view


def get_logo(view: AudienceView) -> str:
    """Return the logo of the visitor's meeting as a `data:` URL; empty without one, and if the service does not answer."""
    logo = view["look"]["logo"]
    try:
        return _fetch_logo(read_code(), logo["digest"]) if logo else ""
    except ServiceError:
        return ""


def read_code() -> str:
    """Return the code in the visitor's cookie; empty if it cannot be one."""
    code = str(st.context.cookies.get(MEETING, ""))
    return code if _CODE.fullmatch(code) else ""


@st.cache_data(max_entries=_MAX_LOGOS, show_spinner=False)
def _fetch_logo(code: str, digest: str) -> str:  # noqa: ARG001 - another logo has another digest
    data = shared_resources.card_client().audience.logo(code)
    media_type = find_media_type(data)
    return data_url(data, media_type) if media_type else ""


@st.cache_data(ttl=_VIEW_SECONDS, max_entries=_MAX_MEETINGS, show_spinner=False)
def _fetch_view(code: str) -> AudienceView:
    return shared_resources.card_client().audience.view(code)


@st.cache_resource
def _last_views() -> dict[str, AudienceView]:
    return {}
