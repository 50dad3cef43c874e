"""The list of saved cases of each model in this visit."""

import streamlit as st

from client import Card
from demo.address.parameters import SAVED_CASES, shorten_parameter
from demo.fields import field_types
from demo.session import cases, current_case, query_parameters, saved_cases
from demo.session.cases import Case
from demo.session.saved_cases import CasesByModel, SavedCase
from demo.session.visitor import get_translation

_REQUEST = "save_requested"


def get_all_saved_cases() -> CasesByModel:
    """Return the saved cases of all models. The first ones come from the URL."""
    if "saved_cases" not in st.session_state:
        text = query_parameters.read_parameters().get(SAVED_CASES, "")
        try:
            st.session_state["saved_cases"] = saved_cases.decode_saved_cases(text)
        except ValueError:
            st.session_state["saved_cases"] = {}
            current_case.get_rejected_parameters().append(shorten_parameter(SAVED_CASES, text))
    saved: CasesByModel = st.session_state["saved_cases"]
    return saved


def get_saved_cases(card: Card) -> list[SavedCase]:
    """Return the list of saved cases of a model. The caller may change the list in place."""
    saved = get_all_saved_cases().setdefault(card["name"], [])
    saved[:], any_rejected = saved_cases.check_saved_cases(card, saved, current_case.get_arrays())
    if any_rejected and field_types.list_pictures(card):
        current_case.get_models_with_lost_pictures().add(card["name"])
    elif any_rejected:
        current_case.get_rejected_parameters().append(SAVED_CASES)
    return saved


def is_picture_lost(card: Card) -> bool:
    """Return whether the link had kept cases with pictures that only the visit knew in which it was made."""
    return card["name"] in current_case.get_models_with_lost_pictures()


def can_save(card: Card) -> bool:
    """Return whether the list and the URL can hold one more case."""
    saved = get_saved_cases(card)
    extended = get_all_saved_cases() | {
        card["name"]: [*saved, saved_cases.save_row(card, "?", current_case.get_case(card).row)]
    }
    return len(saved) < saved_cases.MAX_CASES and saved_cases.fits_url(extended)


def request_save() -> None:
    """Let this run save the current case after all callbacks, which read what was typed before the click."""
    st.session_state[_REQUEST] = True


def save_requested_case(card: Card) -> None:
    """Save the current case if a click asked for it, on whichever page: a click on a page link may follow at once."""
    if st.session_state.pop(_REQUEST, False):
        save_current_case(card)


def name_case(card: Card, case: Case) -> str:
    """Return a name for a case: the label of its start. The name of a changed case says that it is changed."""
    tr = get_translation()
    name = cases.get_start_label(card, case.start) or tr.text("Case")
    if case.changed():
        space = saved_cases.MAX_LABEL - len(tr.text("{name}, changed", name=""))
        name = tr.text("{name}, changed", name=name[:space])
    return name


def save_current_case(card: Card) -> None:
    """Save the current case under its name, unless it is saved already or the list is full."""
    saved, case = get_saved_cases(card), current_case.get_case(card)
    if can_save(card) and all(other.row != case.row for other in saved):
        saved.append(saved_cases.save_row(card, saved_cases.make_unique_name(saved, name_case(card, case)), case.row))
