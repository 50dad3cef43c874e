"""Queries to the service: cards for all visits, answers for this one. Each query is sent once; its errors are collected."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import streamlit as st

from client import (
    Card,
    Curves,
    Entity,
    Evaluation,
    Explanation,
    Goal,
    ModelState,
    Prediction,
    Recommendations,
    Refused,
    Row,
    ServiceError,
)
from demo.session import shared_resources
from demo.session.query_errors import add_error, is_other_version
from demo.session.visitor import translation

_KEEP_SECONDS = 20
_MAX_REMEMBERED = 60

A = TypeVar("A")


# Cards are the same for all visits; the last known ones stay in use while the service is away.


@st.cache_resource
def _last_known() -> dict[str, Any]:
    return {}


@st.cache_data(ttl=_KEEP_SECONDS, show_spinner=False)
def _fetch_models(language: str) -> list[ModelState]:
    return shared_resources.client().models(language)


@st.cache_data(ttl=_KEEP_SECONDS, show_spinner=False, max_entries=200)
def _fetch_card(model: str, language: str, version: str | None) -> Card:
    return shared_resources.client().card(model, language, version=version)


def models() -> list[ModelState]:
    """Return the models, or the last known ones; raises ServiceError where there never were any."""
    language = translation().language
    try:
        _last_known()[language] = _fetch_models(language)
    except ServiceError as error:
        if language not in _last_known():
            raise
        add_error(error)
    known: list[ModelState] = _last_known()[language]
    return known


def card(model: str, version: str | None = None) -> Card:
    """Return a model's card, or the last known one; raises ServiceError where there never was one."""
    key = f"{translation().language}/{model}/{version or ''}"
    try:
        _last_known()[key] = _fetch_card(model, translation().language, version)
    except ServiceError as error:
        if key not in _last_known():
            raise
        add_error(error)
    known: Card = _last_known()[key]
    return known


# Answers of this visit. Every one is kept by its question, so that a rerun, or another page, never asks again.


def explain(card_: Card, rows: list[Row]) -> list[Explanation] | None:
    """Return why for each row, its prediction with it; None, and a note for the banner, where there is no answer."""
    language = translation().language
    questions = {_key("why", card_, language, row): dict(row) for row in rows}
    found: dict[str, Explanation] = {key: _remembered()[key] for key in questions if key in _remembered()}
    wanted = [key for key in questions if key not in found]
    if wanted:
        asked = [questions[key] for key in wanted]
        answer = _ask(lambda: shared_resources.client().explain(card_["name"], asked, language, version=card_["version"]))
        if answer is None:
            return None
        found |= zip(wanted, answer["explanations"], strict=True)
    for key, explanation in found.items():
        _remember(key, explanation)
    return [found[_key("why", card_, language, row)] for row in rows]


def sweep(card_: Card, row: Row, fields: list[str], pinned: Row) -> Curves | None:
    """Return a field swept for this row, or two as a map, with the answers for the row and the pinned one."""
    together = len(fields) > 1

    def ask() -> Curves:
        version = card_["version"]
        return shared_resources.client().sweep(
            card_["name"], dict(row), fields, together=together, pinned=dict(pinned), version=version
        )

    return _once(_key("curves", card_, row, fields, pinned), ask)


def entity(card_: Card, key: str) -> Entity | None:
    """Return what is stored under a key; None where nothing is, or, with a note for the banner, where there is no answer."""
    try:
        return shared_resources.client().entity(card_["name"], key)
    except ServiceError as error:
        if not (isinstance(error, Refused) and error.code == "unknown_entity"):
            add_error(error)
        return None


def any_entity(card_: Card, after: str) -> str | None:
    """Return a key under which something is stored, the first one behind `after`, or the first of all."""
    try:
        for begin in (after, None):
            found = shared_resources.client().entities(card_["name"], begin)["items"]
            if found:
                return found[0]["id"]
    except ServiceError as error:
        add_error(error)
    return None


def predict_by_key(card_: Card, key: str, changes: Row, look_up: int) -> Prediction | None:
    """Return the answer of this moment for what is stored under a key, with these changes on top.

    It is remembered as long as the look-up whose number is given: what is stored may be another after the next.
    """
    row = {card_["entity"]["key"]: key} | changes
    answer = _once(
        _key("by key", card_, row, look_up),
        lambda: shared_resources.client().predict(card_["name"], [row], card_["version"]),
    )
    return answer["predictions"][0] if answer else None


def recommend(card_: Card, row: Row, goal: Goal, fixed: list[str]) -> Recommendations | None:
    """Return what would have to change to reach a goal."""

    def ask() -> Recommendations:
        return shared_resources.client().recommend(card_["name"], dict(row), goal, fixed, version=card_["version"])

    return _once(_key("recommendations", card_, row, goal, fixed), ask)


def evaluation(card_: Card) -> Evaluation | None:
    """Return how good the model is, in the language of this visit; None where nobody has measured it."""
    language = translation().language
    key = _key("evaluation", card_, language)
    known = _remembered()
    if key not in known:
        try:
            _remember(key, shared_resources.client().evaluation(card_["name"], language, version=card_["version"]))
        except ServiceError as error:
            if not (isinstance(error, Refused) and error.code == "no_evaluation"):
                _renew_or_add_error(error)
            return None
    return cast(Evaluation, known[key])


def _once(key: str, ask: Callable[[], A]) -> A | None:
    known = _remembered()
    if key not in known:
        answer = _ask(ask)
        if answer is None:
            return None
        _remember(key, answer)
    return cast(A, known[key])


def _ask(ask: Callable[[], A]) -> A | None:
    try:
        answer = ask()
    except ServiceError as error:
        _renew_or_add_error(error)
        return None
    st.session_state["renewed"] = False
    return answer


def _renew_or_add_error(error: ServiceError) -> None:
    """Where the card's version is no longer served, read the cards again and begin the run anew, once; else tell."""
    if is_other_version(error) and not st.session_state.get("renewed"):
        st.session_state["renewed"] = True
        read_cards_again()
        st.rerun()
    add_error(error)


def read_cards_again() -> None:
    """Forget the cards of all visits: a model is served in another version by now."""
    _fetch_models.clear()
    _fetch_card.clear()


def _key(kind: str, card_: Card, *asked: Any) -> str:
    return json.dumps([kind, card_["name"], card_["version"], *asked])


def _remembered() -> dict[str, Any]:
    answers: dict[str, Any] = st.session_state.setdefault("answers", {})
    return answers


def _remember(key: str, answer: Any) -> None:
    known = _remembered()
    known.pop(key, None)  # the newest use stands last
    known[key] = answer
    while len(known) > _MAX_REMEMBERED:
        del known[next(iter(known))]
