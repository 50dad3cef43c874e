"""Objects that all visits share: the client of the service, which holds the key, the feeds, and the store of long links."""

import os

import streamlit as st

from client import Client
from demo.address.link_store import LinkStore
from demo.configuration.demo_file import DemoConfig, read_demo_config
from demo.feed.growing_feed import GrowingFeed
from demo.settings import read_settings

_CONNECT_SECONDS, _HEALTH_SECONDS, _CARD_SECONDS, _ANSWER_SECONDS = 2, 1, 3, 12
"""The waits for a connection, for the health, for a card, and for an answer, which the model computes."""


@st.cache_resource
def client() -> Client:
    """Return the client of the service in the settings."""
    return _make_client(_ANSWER_SECONDS)


@st.cache_resource
def card_client() -> Client:
    """Return the client for the list of models and the cards: what each page needs before it can be drawn."""
    return _make_client(_CARD_SECONDS)


@st.cache_resource
def health_client() -> Client:
    """Return the client that asks whether the service is back. A step of the visitor waits for the end of its question."""
    return _make_client(_HEALTH_SECONDS)


def _make_client(deadline_seconds: float) -> Client:
    settings = read_settings(os.environ)
    return Client(
        settings.service_url,
        settings.api_key or None,
        connect_timeout_seconds=_CONNECT_SECONDS,
        deadline_seconds=deadline_seconds,
    )


@st.cache_resource
def demo_config() -> DemoConfig:
    """Return what demo.toml says of the demo."""
    return read_demo_config(read_settings(os.environ).config)


@st.cache_resource
def needs_login() -> bool:
    """Return whether visitors have to log in."""
    return bool(read_settings(os.environ).login)


@st.cache_resource
def docs_url() -> str:
    """Return the address of the service's docs for a browser; empty if a browser may not reach them."""
    return read_settings(os.environ).docs_of_service()


@st.cache_resource
def service_address() -> str:
    """Return the address of the service for programs of those who read the page; empty if no setting says it."""
    return read_settings(os.environ).service_address()


@st.cache_resource
def needs_key() -> bool:
    """Return whether the service has API keys."""
    return bool(read_settings(os.environ).api_key)


@st.cache_resource
def link_store() -> LinkStore:
    """Return the store of what is too long for a URL, which the service keeps."""
    return LinkStore(client())


@st.cache_resource
def _feeds() -> dict[str, GrowingFeed]:
    return {model: GrowingFeed(path) for model, path in read_settings(os.environ).feeds_by_model().items()}


def feed(model: str) -> GrowingFeed | None:
    """Return the file to which a pipeline adds records of this model; None if the settings name none."""
    return _feeds().get(model)
