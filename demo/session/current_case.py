"""The model on the page and the case of each model that this visit works on."""

from dataclasses import replace

import streamlit as st

from client import Card, Row
from demo.address.parameters import MODEL, describe_part
from demo.session import cases
from demo.session.cases import Case


def choose_model(names: list[str]) -> str:
    """Return the model on the page: chosen, from the URL, or the first that is ready."""
    wanted = st.session_state.get(MODEL) or st.query_params.get(MODEL, "")
    if wanted and wanted not in names:
        rejected_parts().append(describe_part(MODEL, wanted))
    st.session_state[MODEL] = wanted if wanted in names else names[0]
    return str(st.session_state[MODEL])


def get_case(card: Card) -> Case:
    """Return this visit's case of a model; the first one comes from the URL."""
    known: dict[str, Case] = st.session_state.setdefault("cases", {})
    name = card["name"]
    if name not in known:
        is_in_url = st.query_params.get(MODEL, name) == name
        known[name] = cases.decode_case(card, st.query_params.to_dict() if is_in_url else {})
        rejected_parts().extend(known[name].rejected)
    case = known[name]
    if list(case.row) != [field["name"] for field in card["inputs"]]:  # another version of the model has other fields
        case.start_row, case.row = cases.complete_row(card, case.start_row), cases.complete_row(card, case.row)
        st.session_state["new_fields"] = True
    return case


def _set_case(card: Card, case: Case) -> None:
    """Put another case in place. As it is another object, every widget shows it."""
    st.session_state.setdefault("cases", {})[card["name"]] = case


def forget_case(model: str) -> None:
    """Let the next run take the case of a model from the URL."""
    st.session_state.setdefault("cases", {}).pop(model, None)


def start_case(card: Card, start: str) -> None:
    """Begin another case, at a start of the card."""
    _set_case(card, cases.start_case(card, start))


def open_row(card: Card, row: Row) -> None:
    """Begin another case, with a row that is none of the card's."""
    _set_case(card, cases.case_of_row(card, row))


def undo_changes(card: Card) -> None:
    """Go back to the start of the case."""
    case = get_case(card)
    _set_case(card, replace(case, row=dict(case.start_row)))


def change_values(card: Card, values: Row) -> None:
    """Change some values of the case."""
    case = get_case(card)
    _set_case(card, replace(case, row=case.row | values))


def rejected_parts() -> list[str]:
    """Return the parts of the URL that fit no card; they are shown until the visit goes on."""
    rejected: list[str] = st.session_state.setdefault("misunderstood", [])
    return rejected
