"""The current model of a visit, and its current case of each model."""

from dataclasses import replace

import streamlit as st

from client import Card, Row, Value
from demo.address.field_values import Arrays, list_arrays
from demo.address.parameters import MODEL, shorten_parameter
from demo.session import cases, query_parameters
from demo.session.cases import Case, Fault
from demo.session.entity_lookup import EntityLookup

_MAX_ARRAYS = 24
"""A visit remembers so many pictures and vectors."""


def choose_model(names: list[str]) -> str:
    """Return the current model: the selected one, else the one of the URL, else the first that is ready."""
    requested = st.session_state.get(MODEL) or st.query_params.get(MODEL, "")
    if requested and requested not in names:
        get_rejected_parameters().append(shorten_parameter(MODEL, requested))
    st.session_state[MODEL] = requested if requested in names else names[0]
    return str(st.session_state[MODEL])


def get_case(card: Card) -> Case:
    """Return the current case of a model. The first one comes from the URL."""
    cases_by_model: dict[str, Case] = st.session_state.setdefault("cases", {})
    versions: dict[str, str] = st.session_state.setdefault("versions_of_cases", {})
    """Model → the version of the card that the case fits."""
    name = card["name"]
    if name not in cases_by_model:
        parameters = query_parameters.read_parameters()
        own = parameters if parameters.get(MODEL, name) == name else {}
        cases_by_model[name] = cases.decode_case(card, own, get_arrays())
        get_rejected_parameters().extend(cases_by_model[name].rejected)
        versions[name] = card["version"]
    case = cases_by_model[name]
    if versions.get(name) != card["version"]:
        versions[name] = card["version"]
        _get_fields_to_review()[name] = cases.refit_case(card, case)
    return case


def find_key(card: Card) -> str | None:
    """Return the key whose stored answer is one to the case, if this visit has looked it up on Clients."""
    lookup: EntityLookup | None = st.session_state.get("lookups", {}).get(card["name"])
    if lookup is None or lookup.entity["stored_prediction"] is None or get_case(card).row != lookup.case.start_row:
        return None
    return lookup.entity["id"]


def take_fields_to_review(card: Card) -> list[str]:
    """Return, once, the fields that another version of the model has added, or whose value it does not accept."""
    return _get_fields_to_review().pop(card["name"], [])


def _get_fields_to_review() -> dict[str, list[str]]:
    fields: dict[str, list[str]] = st.session_state.setdefault("fields_to_review", {})
    return fields


def get_arrays() -> Arrays:
    """Return the pictures and vectors that this visit has used last, by their digest: a link does not hold them."""
    arrays: dict[str, Value] = st.session_state.setdefault("known_arrays", {})
    return arrays


def remember_arrays(card: Card) -> None:
    """Remember the pictures and vectors of the case, so that Back and the address of the page find them in this visit."""
    case, known = get_case(card), dict(get_arrays())
    for digest, value in list_arrays(card, [case.start_row, case.row]).items():
        known.pop(digest, None)  # the newest is last
        known[digest] = value
    st.session_state["known_arrays"] = dict(list(known.items())[-_MAX_ARRAYS:])


def _set_case(card: Card, case: Case) -> None:
    """Replace the case of a model. An entry for the case before, in the same run, does not reach it."""
    st.session_state.setdefault("cases", {})[card["name"]] = case


def forget_case(model: str) -> None:
    """Forget the case of a model, so that the next run reads it from the URL."""
    st.session_state.setdefault("cases", {}).pop(model, None)


def start_case(card: Card, start: str) -> None:
    """Start another case, from a start of the card."""
    get_models_with_lost_pictures().discard(card["name"])
    _set_case(card, cases.start_case(card, start))


def open_row(card: Card, row: Row, faults: dict[str, Fault] | None = None) -> None:
    """Start another case, from a row that is not in the card. `faults` are the cells that could not be read."""
    get_models_with_lost_pictures().discard(card["name"])
    _set_case(card, replace(cases.case_from_row(card, row), faults=faults or {}))


def undo_changes(card: Card) -> None:
    """Go back to the start of the case."""
    case = get_case(card)
    _set_case(card, replace(case, row=dict(case.start_row), entry_notes={}))


def change_values(card: Card, values: Row) -> None:
    """Change some values of the case."""
    case = get_case(card)
    case.row = case.row | values


def get_rejected_parameters() -> list[str]:
    """Return the parameters of the URL that fit no card. The pages show them until the visitor starts another case."""
    rejected: list[str] = st.session_state.setdefault("rejected_parameters", [])
    return rejected


def get_models_with_lost_pictures() -> set[str]:
    """Return the models whose kept cases of the link have lost pictures. The pages say it until another case is started."""
    models: set[str] = st.session_state.setdefault("models_with_lost_pictures", set())
    return models
