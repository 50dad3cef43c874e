"""Queries to the service: cards for all visits, answers for this visit. Each query is sent once; errors are collected."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import streamlit as st

from client import (
    Card,
    Curve,
    Curves,
    Evaluation,
    Explanation,
    ExportList,
    Goal,
    InvalidAnswer,
    ModelState,
    Recommendations,
    Refused,
    Row,
    ServiceError,
)
from demo.session import shared_resources
from demo.session.query_errors import add_error, find_unreachable, is_other_version
from demo.session.visitor import get_config, get_translation
from wire.error_codes import NO_EVALUATION

_MODELS_SECONDS, _CARD_SECONDS = 1, 20  # the list shows within its short deadline that a service hangs
_MAX_CACHED = 60
_MAX_CURVES = 12
"""The service answers so many curves in one request."""

A = TypeVar("A")
P = TypeVar("P")


# All visits share the cards. While the service is unreachable, the last cached ones are used.


@st.cache_resource
def _last_responses() -> dict[str, Any]:
    return {}


@st.cache_data(ttl=_MODELS_SECONDS, show_spinner=False)
def _fetch_models(language: str) -> list[ModelState]:
    return shared_resources.card_client().models(language)


@st.cache_data(ttl=_CARD_SECONDS, show_spinner=False, max_entries=200)
def _fetch_card(model: str, language: str, version: str | None) -> Card:
    return shared_resources.card_client().card(model, language, version=version)


def get_models() -> list[ModelState]:
    """Return the models that the demo shows, or the last cached ones. Raises ServiceError if none are cached."""
    language = get_translation().language
    return get_config().choose_models(_fetch_or_last(language, lambda: _fetch_models(language)))


def get_card(model: str, version: str | None = None) -> Card:
    """Return the card of a model, or the last cached one. Raises ServiceError if none is cached."""
    language = get_translation().language
    key = f"{language}/{model}/{version or ''}"
    return _fetch_or_last(key, lambda: _fetch_card(model, language, version))


def _fetch_or_last(key: str, fetch: Callable[[], A]) -> A:
    """Return what `fetch` returns, or what it returned last. Raises ServiceError if it never did."""
    last, error = _last_responses(), find_unreachable()
    if error is None:
        try:
            last[key] = fetch()
        except ServiceError as failure:
            error = failure
            if key in last:
                add_error(error)
    if error is not None and key not in last:
        raise error
    return cast(A, last[key])


# Answers of this visit. The cache key is the query, so that a rerun or another page does not send it again.


def explain(card: Card, rows: list[Row]) -> list[Explanation] | None:
    """Return the explanation of each row, with its prediction. On an error, add it for the banner and return None."""
    language = get_translation().language
    rows_by_key = {cache_key("why", card, language, row): dict(row) for row in rows}
    answers: dict[str, Explanation] = {key: _cached_answers()[key] for key in rows_by_key if key in _cached_answers()}
    missing = [key for key in rows_by_key if key not in answers]
    if missing:
        missing_rows = [rows_by_key[key] for key in missing]

        def query() -> list[Explanation]:
            answer = shared_resources.client().explain(card["name"], missing_rows, language, version=card["version"])
            return _check_fields(card, answer["explanations"], "contributions")

        new = query_service(query)
        if new is None:
            return None
        answers |= zip(missing, new, strict=True)
    for key, explanation in answers.items():
        _cache_answer(key, explanation)
    return [answers[cache_key("why", card, language, row)] for row in rows]


def get_curves(card: Card, row: Row, fields: list[str], pinned: Row) -> Curves | None:
    """Return the curve of a field, or the surface of two, with the predictions for the row and the pinned row."""
    key = cache_key("curves", card, get_translation().language, row, fields, pinned)
    return query_once(key, lambda: _fetch_curves(card, row, fields, pinned, together=len(fields) > 1))


def get_all_curves(card: Card, row: Row, fields: list[str], pinned: Row) -> list[Curve]:
    """Return the curves of up to 12 fields with one request, none on an error. `get_curves` then has each of them."""
    answer = query_service(lambda: _fetch_curves(card, row, fields[:_MAX_CURVES], pinned, together=False))
    if answer is None:
        return []
    for curve in answer["curves"]:
        key = cache_key("curves", card, get_translation().language, row, [curve["field"]], pinned)
        _cache_answer(key, {**answer, "curves": [curve]})
    return answer["curves"]


def _fetch_curves(card: Card, row: Row, fields: list[str], pinned: Row, *, together: bool) -> Curves:
    client, language, version = shared_resources.client(), get_translation().language, card["version"]
    return client.curves(card["name"], dict(row), fields, language, together=together, pinned=dict(pinned), version=version)


def recommend(card: Card, row: Row, goal: Goal, fixed: list[str]) -> Recommendations | None:
    """Return the recommendations that reach a goal."""
    language = get_translation().language

    def query() -> Recommendations:
        client, version = shared_resources.client(), card["version"]
        answer = client.recommend(card["name"], dict(row), goal, fixed, language, version=version)
        _check_fields(card, answer["recommendations"], "changes")
        return answer

    return query_once(cache_key("recommendations", card, language, row, goal, fixed), query)


def get_evaluation(card: Card) -> Evaluation | None:
    """Return the evaluation of the model in the visitor's language; None if its bundle has none."""
    language = get_translation().language

    def query() -> Evaluation:
        return shared_resources.client().evaluation(card["name"], language, version=card["version"])

    return query_once(cache_key("evaluation", card, language), query, missing=NO_EVALUATION)


def list_exports(card: Card, made: int) -> ExportList | None:
    """Return the forms in which the model can be taken away, after this visit let the service make so many files."""
    key = cache_key("exports", card, made)
    return query_once(key, lambda: shared_resources.client().exports(card["name"], version=card["version"]))


def _check_fields(card: Card, parts: list[P], key: str) -> list[P]:
    """Return the parts of an answer. Raises InvalidAnswer if one names, under `key`, a field that the card does not have."""
    known = {field["name"] for field in card["inputs"]}
    if any(each["field"] not in known for part in parts for each in cast(Any, part)[key]):
        raise InvalidAnswer("The answer names a field that the card does not have.")
    return parts


def query_once(key: str, query: Callable[[], A], missing: str = "") -> A | None:
    """Return the answer that the visit has under a key; without one, query the service as `query_service` does."""
    cached = _cached_answers()
    if key not in cached:
        answer = query_service(query, missing)
        if answer is None:
            return None
        _cache_answer(key, answer)
    return cast(A, cached[key])


def query_service(query: Callable[[], A], missing: str = "") -> A | None:
    """Return an answer. On an error, add it for the banner and return None; the code `missing` is no error."""
    if find_unreachable():
        return None
    try:
        answer = query()
    except ServiceError as error:
        if not (missing and isinstance(error, Refused) and error.code == missing):
            _renew_or_add_error(error)
        return None
    st.session_state["cards_renewed"] = False
    return answer


def _renew_or_add_error(error: ServiceError) -> None:
    """If the service no longer serves the card's version, fetch the cards and rerun the page, once. Else add the error."""
    if is_other_version(error) and not st.session_state.get("cards_renewed"):
        st.session_state["cards_renewed"] = True
        forget_cards()
        st.rerun()
    add_error(error)


def forget_cards() -> None:
    """Forget the cards of all visits, because the service now serves another version of a model."""
    _fetch_models.clear()
    _fetch_card.clear()


def cache_key(kind: str, card: Card, *parts: Any) -> str:
    """Return the key of an answer of a kind: of this version of a model, and to these parts of the question (JSON)."""
    return hashlib.sha256(json.dumps([kind, card["name"], card["version"], *parts]).encode()).hexdigest()


def _cached_answers() -> dict[str, Any]:
    answers: dict[str, Any] = st.session_state.setdefault("answers", {})
    return answers


def _cache_answer(key: str, answer: Any) -> None:
    cached = _cached_answers()
    cached.pop(key, None)  # the newest is last
    cached[key] = answer
    while len(cached) > _MAX_CACHED:
        del cached[next(iter(cached))]
