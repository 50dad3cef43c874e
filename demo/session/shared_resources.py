"""Objects that all visits share: the client of the service, which holds the key, and the feeds of the settings."""

import os

import streamlit as st

from client import Client
from demo.feed.growing_feed import GrowingFeed
from demo.settings import read_settings


@st.cache_resource
def client() -> Client:
    """Return the client of the service in the settings."""
    settings = read_settings(os.environ)
    return Client(settings.service_url, settings.api_key or None, connect_timeout_seconds=2, deadline_seconds=12)


@st.cache_resource
def docs_url() -> str:
    """Return the address of the service's docs for a browser; empty if a browser may not reach them."""
    return read_settings(os.environ).docs_of_service()


@st.cache_resource
def _feeds() -> dict[str, GrowingFeed]:
    return {model: GrowingFeed(path) for model, path in read_settings(os.environ).feeds_by_model().items()}


def feed(model: str) -> GrowingFeed | None:
    """Return the file to which a pipeline adds records of this model; None if the settings name none."""
    return _feeds().get(model)
