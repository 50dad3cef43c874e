"""The addresses of a meeting: of the page on the audience's phones, and the link of a presenter."""

import os
from urllib.parse import urlencode, urlsplit

import streamlit as st

from client import Meeting
from demo.settings import read_settings
from demo.sharing.phone_address import list_phone_addresses
from demo.web.presenter_sign_in import SIGN_IN


def make_address(meeting: Meeting) -> str:
    """Return the address that the audience opens on its phones."""
    return f"{find_base()}/live/{meeting['audience_code']}"


def make_presenter_link(meeting: Meeting) -> str:
    """Return the link with which somebody else can present this meeting, and no other."""
    return f"{find_base()}/{SIGN_IN}?{urlencode({'token': meeting['presenter_token']})}"


def is_for_this_machine_alone() -> bool:
    """Return whether phones cannot reach the demo: it listens on this machine alone."""
    return not list_phone_addresses(_page_url(), read_settings(os.environ))


def find_base() -> str:
    """Return the address of the demo for others, without a slash at its end; that of this page if there is none."""
    settings = read_settings(os.environ)
    addresses = list_phone_addresses(_page_url(), settings)
    if addresses:
        return addresses[0]
    page = urlsplit(_page_url())
    return f"{page.scheme}://{page.netloc}{settings.base_path}"


def _page_url() -> str:
    return str(st.context.url or "")
