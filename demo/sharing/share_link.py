"""The link of a case for other devices and people: the values, the version and the answer, and no free text."""

import os
from urllib.parse import urlencode, urlsplit

import streamlit as st

from client import Card, Prediction
from demo.address import answer_value, short_address
from demo.address.parameters import ANSWER, VIEW
from demo.fields import field_types
from demo.session import cases, shared_resources
from demo.session.cases import Case
from demo.settings import read_settings
from demo.sharing.phone_address import list_phone_addresses

MAX_QUERY = 900
"""A longer link makes a code that few cameras read from a screen."""


def make_parameters(card: Card, case: Case, prediction: Prediction, language: str, view: str = "") -> dict[str, str]:
    """Return the parameters of a link to a page with this case, and the answer with which the link is made."""
    parameters = cases.encode_case(card, case, language)
    optional = {VIEW: view, ANSWER: answer_value.encode_answer(card, prediction)}
    return parameters | {name: text for name, text in optional.items() if text}


def needs_store(card: Card, case: Case, parameters: dict[str, str]) -> bool:
    """Return whether the service has to hold the parameters: the case has free text, or they are long."""
    texts = (name for name, kind in field_types.get_fields(card).items() if kind.is_long)
    return any(case.row.get(name) for name in texts) or len(urlencode(parameters)) > MAX_QUERY


def store(parameters: dict[str, str]) -> dict[str, str] | None:
    """Return parameters that name what the service holds; None if it does not take it."""
    return short_address.store(parameters, shared_resources.link_store())


def make_url(parameters: dict[str, str]) -> tuple[str, bool]:
    """Return the link to the page on screen with these parameters, and whether other machines can open it."""
    page = urlsplit(st.context.url or "")
    addresses = list_phone_addresses(st.context.url or "", read_settings(os.environ))
    own = f"{page.scheme}://{page.netloc}"
    base = addresses[0] if addresses else own
    base_path = read_settings(os.environ).base_path
    path = page.path.removeprefix(base_path)
    return f"{base}{base_path if base == own else ''}{path or '/'}?{urlencode(parameters)}", bool(addresses)
