"""The saved cases of this visit, model by model."""

import streamlit as st

from client import Card
from demo.address.parameters import SAVED_CASES, describe_part
from demo.session import cases, current_case, saved_cases
from demo.session.saved_cases import CasesByModel, SavedCase
from demo.session.visitor import translation


def all_saved_cases() -> CasesByModel:
    """Return the saved cases of all models; the first ones come from the URL."""
    if "kept" not in st.session_state:
        text = st.query_params.get(SAVED_CASES, "")
        try:
            st.session_state["kept"] = saved_cases.decode_saved_cases(text)
        except ValueError:
            st.session_state["kept"] = {}
            current_case.rejected_parts().append(describe_part(SAVED_CASES, text))
    saved: CasesByModel = st.session_state["kept"]
    return saved


def saved_cases_of(card: Card) -> list[SavedCase]:
    """Return this model's saved cases, in their order; what the caller does to the list stays."""
    saved = all_saved_cases().setdefault(card["name"], [])
    saved[:], lost = saved_cases.check_saved_cases(card, saved)
    if lost:
        current_case.rejected_parts().append(SAVED_CASES)
    return saved


def has_room(card: Card) -> bool:
    """Return whether one more case can be saved and brought back by the URL."""
    saved = saved_cases_of(card)
    more = all_saved_cases() | {card["name"]: [*saved, SavedCase("?", current_case.get_case(card).row)]}
    return len(saved) < saved_cases.MAX_CASES and saved_cases.fits_url(more)


def save_current_case(card: Card) -> None:
    """Save the present case under the words of its start, where it is not saved yet and there is room."""
    saved, case = saved_cases_of(card), current_case.get_case(card)
    if has_room(card) and all(each.row != case.row for each in saved):
        name = cases.start_label(card, case.start) or translation().text("Case")
        saved.append(SavedCase(saved_cases.unique_name(saved, name), dict(case.row)))
