"""Queries of the page Review, with the presenter's secret. Each visit keeps its answers for some seconds."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from client import (
    AgreementFigures,
    Card,
    CaseCandidate,
    Client,
    FeedbackCaseComparison,
    Refused,
    Row,
    ServiceError,
    StoredFeedback,
)
from demo.review.entry_list import EntryPage, list_entries
from demo.session import shared_resources
from demo.session.visitor import get_translation

_SECONDS, _CARD_SECONDS = 10, 60
_MAX_PAGES, _MAX_CARDS = 50, 100


@st.cache_data(ttl=_SECONDS, max_entries=_MAX_PAGES, scope="session", show_spinner=False)
def _list_entries(_client: Client, filters: dict[str, str], place: str) -> EntryPage:
    return list_entries(_client, filters, place)


@st.cache_data(ttl=_SECONDS, max_entries=_MAX_PAGES, scope="session", show_spinner=False)
def _read_figures(_client: Client, filters: dict[str, str]) -> list[AgreementFigures]:
    return _client.feedback.figures(**filters)["items"]


@st.cache_data(ttl=_CARD_SECONDS, max_entries=_MAX_PAGES, scope="session", show_spinner=False)
def _list_meetings(_client: Client) -> dict[str, str]:
    return {meeting["id"]: meeting["title"] for meeting in _client.meetings.list()["items"]}


@st.cache_data(ttl=_CARD_SECONDS, max_entries=_MAX_CARDS, show_spinner=False)
def _find_card(model: str, language: str, version: str | None) -> Card | None:
    try:
        return shared_resources.card_client().card(model, language, version=version)
    except Refused:
        return None


@st.cache_data(ttl=_CARD_SECONDS, max_entries=_MAX_PAGES, scope="session", show_spinner=False)
def _compare_cases(_client: Client, candidates: list[CaseCandidate]) -> FeedbackCaseComparison:
    return _client.feedback.compare_cases(candidates[0]["model"], candidates)


def compare_cases(client: Client, cards: Sequence[Card]) -> FeedbackCaseComparison:
    """Return which of the cases of the first model each version gets right. Raises ServiceError."""
    return _compare_cases(client, [{"model": card["name"], "version": card["version"]} for card in cards])


def get_entries(client: Client, filters: Mapping[str, str], place: str) -> EntryPage:
    """Return a page of the list. Raises ServiceError."""
    return _list_entries(client, dict(filters), place)


def get_figures(client: Client, filters: Mapping[str, str]) -> list[AgreementFigures]:
    """Return how often people agree with each version. Raises ServiceError."""
    return _read_figures(client, dict(filters))


def get_meetings(client: Client) -> dict[str, str]:
    """Return id → title of the newest meetings. Raises ServiceError."""
    return _list_meetings(client)


@st.cache_data(ttl=_SECONDS, max_entries=_MAX_PAGES, scope="session", show_spinner=False)
def _get_newest(_client: Client, filters: dict[str, str]) -> str:
    return find_newest(_client, filters)


def get_newest(client: Client, filters: Mapping[str, str]) -> str:
    """Return the id of the newest entry that the visit knows of; empty without one."""
    return _get_newest(client, dict(filters))


def find_newest(client: Client, filters: Mapping[str, str]) -> str:
    """Return the id of the newest entry, whatever this visit has kept; empty without one, and without an answer."""
    try:
        entries = client.feedback.entries(**filters)["items"]
    except ServiceError:
        return ""
    return entries[0]["id"] if entries else ""


def find_card(model: str, version: str | None = None) -> Card | None:
    """Return the card of a version, or of the present one; None if the service does not have it."""
    return _find_card(model, get_translation().language, version)


def find_card_of(entry: StoredFeedback) -> Card | None:
    """Return the card of an entry's version, or of the present one if the service does not have that version any more."""
    return find_card(entry["model"], entry["version"]) or find_card(entry["model"])


def ask_again() -> None:
    """Forget what this visit has kept of feedback."""
    _list_entries.clear()
    _read_figures.clear()
    _get_newest.clear()


def predict(client: Client, card: Card, row: Row) -> dict[str, Any] | None:
    """Return what the version of a card answers to a row now; None if it does not take the row. Raises ServiceError."""
    answers: dict[str, dict[str, Any] | None] = st.session_state.setdefault("review_answers", {})
    key = repr((card["name"], card["version"], row))
    if key not in answers:
        answers.clear()
        try:
            answers[key] = dict(client.predict(card["name"], [row], card["version"])["predictions"][0])
        except Refused:
            answers[key] = None
    return answers[key]
