"""Who presents: the secret in the visitor's cookie, and a client that asks the service with it.

The demo never presents with its own key: what a presenter may do is what the service lets this secret do.
"""

import os
from dataclasses import dataclass

import streamlit as st

from client import Client
from demo.settings import read_settings
from demo.sharing.phone_address import is_loopback
from demo.web.presenter_sign_in import CONFINED, PRESENTER, is_presenter_secret

_CONNECT_SECONDS, _ANSWER_SECONDS = 2, 8
_MAX_CLIENTS = 100


@dataclass(frozen=True)
class Presenter:
    """A visitor who presents: in all meetings, or in the one of the link that they opened."""

    client: Client
    secret: str

    @property
    def is_confined(self) -> bool:
        """Whether this presenter has one meeting."""
        return self.secret.startswith(CONFINED)


def get_presenter() -> Presenter | None:
    """Return the presenter of this visit; None if the visitor has opened no presenter's link."""
    secret = read_cookie()
    return Presenter(_client(secret), secret) if is_presenter_secret(secret) else None


def is_signed_in() -> bool:
    """Return whether the visitor has opened a presenter's link. Whether it is still good is known when it is used."""
    return is_presenter_secret(read_cookie())


def may_present() -> bool:
    """Return whether the menu has the page of meetings: for presenters, and while the demo is open to this machine alone."""
    return is_signed_in() or is_loopback(read_settings(os.environ).host)


def read_cookie() -> str:
    """Return what the browser sent as the presenter's cookie, unchecked."""
    value = st.context.cookies.get(PRESENTER)
    return value if isinstance(value, str) else ""


def sign_in(token: str) -> tuple[str, str | None]:
    """Return the secret that a presenter's link gives, and the meeting to which it is confined. Raises ServiceError."""
    if token.startswith(CONFINED):
        with_token = make_client(token)
        return token, with_token.meetings.list()["items"][0]["id"]
    settings = read_settings(os.environ)
    return make_client(settings.api_key).meetings.session(token)["token"], None


@st.cache_resource(max_entries=_MAX_CLIENTS, show_spinner=False)
def _client(secret: str) -> Client:
    return make_client(secret)


def make_client(secret: str) -> Client:
    """Return a client of the service that presents with a secret."""
    return Client(
        read_settings(os.environ).service_url,
        secret or None,
        connect_timeout_seconds=_CONNECT_SECONDS,
        deadline_seconds=_ANSWER_SECONDS,
    )
