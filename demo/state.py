"""What a visit remembers: the client, the language, the cards, the case of each model, the last answer. And its errors.

Knows: Streamlit's session and caches. Must not know: widgets, drawing. The ONE place that shows what went wrong.
"""

import os
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from client import (
    Busy,
    Card,
    Client,
    Failed,
    Health,
    ModelState,
    Nonsense,
    Predictions,
    Refused,
    Row,
    ServiceError,
    TooSlow,
)
from demo import cases
from demo.cases import LANGUAGE, MODEL, Case
from demo.settings import read_settings
from demo.tongue import LANGUAGES, Tongue, from_browser

_KEEP_SECONDS = 20
_ASK_AGAIN_SECONDS = 2


@st.cache_resource
def client() -> Client:
    """Return the one client of all visits; it holds the key, no visit does."""
    settings = read_settings(os.environ)
    return Client(settings.service_url, settings.api_key or None, connect_timeout_seconds=2, deadline_seconds=12)


def tongue() -> Tongue:
    """Return the language of this visit: chosen, from the address, or from the browser."""
    if "language" not in st.session_state:
        asked = st.query_params.get(LANGUAGE, "")
        st.session_state["language"] = asked if asked in LANGUAGES else from_browser(st.context.locale)
    return Tongue(st.session_state["language"])


def theme() -> str:
    """Return light or dark, as the page is shown now."""
    return "dark" if st.context.theme.type == "dark" else "light"


# Cards are the same for all visits; the last known ones stay in use while the service is away.


@st.cache_resource
def _last_known() -> dict[str, Any]:
    return {}


@st.cache_data(ttl=_KEEP_SECONDS, show_spinner=False)
def _fetch_models(language: str) -> list[ModelState]:
    return client().models(language)


@st.cache_data(ttl=_KEEP_SECONDS, show_spinner=False, max_entries=200)
def _fetch_card(model: str, language: str) -> Card:
    return client().card(model, language)


def models() -> list[ModelState]:
    """Return the models, or the last known ones; raises ServiceError where there never were any."""
    language = tongue().language
    try:
        _last_known()[language] = _fetch_models(language)
    except ServiceError as error:
        if language not in _last_known():
            raise
        note(error)
    known: list[ModelState] = _last_known()[language]
    return known


def card(model: str) -> Card:
    """Return a model's card, or the last known one; raises ServiceError where there never was one."""
    key = f"{tongue().language}/{model}"
    try:
        _last_known()[key] = _fetch_card(model, tongue().language)
    except ServiceError as error:
        if key not in _last_known():
            raise
        note(error)
    known: Card = _last_known()[key]
    return known


def forget_cards() -> None:
    """Ask for the cards anew: an answer came from another version than the card's."""
    _fetch_models.clear()
    _fetch_card.clear()


# The model and the case of this visit.


def chosen_model(names: list[str]) -> str:
    """Return the model on the page: chosen, from the address, or the first that is ready."""
    asked = st.session_state.get(MODEL) or st.query_params.get(MODEL, "")
    if asked and asked not in names:
        misunderstood().append(f"{MODEL}={asked[:40]}")
    st.session_state[MODEL] = asked if asked in names else names[0]
    return str(st.session_state[MODEL])


def case(card_: Card) -> Case:
    """Return this visit's case of a model; the first one comes from the address."""
    kept: dict[str, Case] = st.session_state.setdefault("cases", {})
    name = card_["name"]
    if name not in kept:
        from_address = st.query_params.get(MODEL, name) == name
        kept[name] = cases.read(card_, st.query_params.to_dict() if from_address else {})
        misunderstood().extend(kept[name].misunderstood)
    held = kept[name]
    fields = [field["name"] for field in card_["inputs"]]
    if list(held.row) != fields:  # another version of the model asks for other fields: what was typed stays
        held.start_row, held.row = cases.complete(card_, held.start_row), cases.complete(card_, held.row)
        st.session_state["new_fields"] = True
    return held


def begin(card_: Card, start: str) -> None:
    """Pin another start: the case begins anew."""
    st.session_state.setdefault("cases", {})[card_["name"]] = cases.begin(card_, start)


def misunderstood() -> list[str]:
    """Return what the address said and nobody understood; shown until the visit goes on."""
    unread: list[str] = st.session_state.setdefault("misunderstood", [])
    return unread


def write_address(card_: Card) -> None:
    """Let the address say what the page shows, so that a refresh or a copied link opens the same."""
    held, given = case(card_), st.query_params.to_dict()
    meant = cases.read(card_, given)
    same = (meant.start, meant.row, meant.misunderstood) == (held.start, held.row, [])
    if same and given.get(MODEL, "") == card_["name"] and given.get(LANGUAGE, tongue().language) == tongue().language:
        return
    parameters = cases.write(card_, held, tongue().language)
    if given != parameters:
        st.query_params.from_dict(parameters)


# The answer.


def predict(card_: Card, case_: Case) -> Predictions | None:
    """Return predictions of the row and of its start, in one request at most; None, and a note, where there is no answer."""
    rows: list[Row] = [case_.row] if case_.row == case_.start_row else [case_.row, case_.start_row]
    question = (card_["name"], card_["version"], rows)
    kept = st.session_state.get("answer")
    if kept and kept[0] == question:
        answered: Predictions = kept[1]
        return answered
    try:
        answer = client().predict(card_["name"], [dict(row) for row in rows])
    except ServiceError as error:
        note(error)
        return None
    if answer["version"] != card_["version"] and not st.session_state.get("renewed"):
        st.session_state["renewed"] = True
        forget_cards()
        st.rerun()
    st.session_state["renewed"] = False
    st.session_state["answer"] = ((card_["name"], card_["version"], [dict(row) for row in rows]), answer)
    return answer


# What went wrong.


def note(error: ServiceError) -> None:
    """Remember an error of this run; the banner shows the first one."""
    st.session_state.setdefault("errors", []).append(error)


def begin_run() -> None:
    st.session_state["errors"] = []
    context = get_script_run_ctx()
    if context and context.is_history_navigation and MODEL in st.query_params:
        _go_back_to(st.query_params.to_dict())


def _go_back_to(parameters: dict[str, str]) -> None:
    """Take model, language and case from the address that Back or Forward brought; other models keep their cases."""
    st.session_state[MODEL] = parameters[MODEL]
    if parameters.get(LANGUAGE) in LANGUAGES:
        st.session_state["language"] = parameters[LANGUAGE]
    st.session_state.setdefault("cases", {}).pop(parameters[MODEL], None)


def field_errors() -> dict[str, str]:
    """Return field → message for what the service refused in this run."""
    found: dict[str, str] = {}
    for error in st.session_state.get("errors", []):
        if isinstance(error, Refused):
            for each in error.errors:
                found[each["pointer"].rpartition("/")[2]] = each["code"]
    return found


def show_banner(place: Any) -> None:
    """Show the run's first error in its place: what happened, what to do, the request's id. Goes away by itself."""
    errors: list[ServiceError] = st.session_state.get("errors", [])
    with place.container():
        if not errors:
            return
        words = tongue()
        error = errors[0]
        text = _sentence(error, words)
        if error.request_id:
            text += f"  \n:small[{words.say('Request')} `{_safe_id(error.request_id)}`]"
        st.warning(text, icon="⚠️")
        if not isinstance(error, Refused):
            _ask_again()


def _sentence(error: ServiceError, words: Tongue) -> str:
    if isinstance(error, Refused):
        return words.say("The model did not accept these values. Please check the marked fields.")
    if isinstance(error, Busy):
        return words.say("The model service is busy. Your entries are kept; the page tries again by itself.")
    if isinstance(error, TooSlow):
        return words.say("The model service is slow to answer. Your entries are kept; the page tries again by itself.")
    if isinstance(error, Nonsense):
        return words.say(
            "The model service sent an answer that cannot be trusted, so it is not shown. The page tries again."
        )
    if isinstance(error, Failed):
        return words.say("The model could not answer. Your entries are kept; the page tries again by itself.")
    return words.say(
        "The model service cannot be reached. Your entries are kept; the page goes on by itself once it is back."
    )


def _safe_id(request_id: str) -> str:
    return "".join(letter for letter in request_id if letter.isalnum() or letter in "-_.")[:64]


@st.fragment(run_every=_ASK_AGAIN_SECONDS)
def _ask_again() -> None:
    """Look whether the service is back; runs only while a banner is shown."""
    asked = st.session_state.get("asked_again", 0)
    st.session_state["asked_again"] = asked + 1
    if asked == 0:
        return
    try:
        health: Health = client().ready()
    except ServiceError:
        return
    if health["status"] == "ready":
        st.session_state["asked_again"] = 0
        st.rerun()
