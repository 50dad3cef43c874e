"""One entry of Review with all that it refers to: the case, the answer then and now, the words; and what comes of it."""

from functools import partial

import streamlit as st

from client import Card, Client, ServiceError, StoredFeedback
from demo.address.parameters import MODEL
from demo.review import answer_text, entry_html, review_queries
from demo.review.review_view import STATES
from demo.session import cases, current_case, page_address, visitor
from demo.text.translation import Translation
from demo.widgets import number_box
from demo.widgets.widget_values import show_value

_MAX_REPLY = 2000
_REPLIES, _PROBLEM = "review_replies", "review_problem"


def draw_details(client: Client, entry: StoredFeedback, meeting: str, tr: Translation) -> None:
    """Draw an entry. `meeting` is how the page calls its meeting."""
    card = review_queries.find_card_of(entry)
    with st.container(key="review-details"):
        left, right = st.columns([5, 6], gap="large")
        with left:
            st.header(tr.text("The case as they saw it"), anchor=False)
            st.html(entry_html.build_case(entry, card, tr))
        with right:
            st.header(tr.text("The answer, then and now"), anchor=False)
            st.html(_build_answers(client, entry, card, tr))
            st.header(tr.text("What they say"), anchor=False)
            st.html(entry_html.build_words(entry, card, meeting, visitor.get_time_zone(), tr))
            _draw_decision(client, entry, tr)


def _build_answers(client: Client, entry: StoredFeedback, card: Card | None, tr: Translation) -> str:
    """Return what the person saw, and what the served version of the model answers to the same case now."""
    then = tr.text("Then, version {version}", version=entry["version"][:8])
    facts = [(then, answer_text.build_answer(card, answer_text.find_prediction(entry), tr))]
    served = review_queries.find_card(entry["model"])
    if served is not None:
        now = tr.text("Now, version {version}", version=served["version"][:8])
        row = {field["name"]: entry["row"].get(field["name"], field.get("default")) for field in served["inputs"]}
        answer = review_queries.predict(client, served, row)
        none = entry_html.build_note(tr.text("This version does not take such a case."))
        facts.append((now, none if answer is None else answer_text.build_answer(served, answer, tr)))
    else:
        facts.append((tr.text("Now"), entry_html.build_note(tr.text("This model is not served any more."))))
    return entry_html.build_facts(facts)


def draw_try_button(entry: StoredFeedback, tr: Translation) -> None:
    """Draw the button that opens the case in Try, which says so if its version is not the one that answers now."""
    card = review_queries.find_card(entry["model"])

    def open_case() -> None:
        if card is None:
            return
        st.session_state[MODEL] = card["name"]
        current_case.open_row(card, entry["row"])
        current_case.get_case(card).version = cases.shorten_version(entry["version"])
        page_address.request_first_page(card)

    st.button(
        tr.text("Open in Try"),
        on_click=open_case,
        key=f"review/try/{entry['id']}",
        type="tertiary",
        icon=":material/arrow_forward:",
        disabled=card is None,
    )


def _draw_decision(client: Client, entry: StoredFeedback, tr: Translation) -> None:
    """Draw what comes of an entry: its state and a reply. What is typed stays until it is saved."""
    replies: dict[str, tuple[str, str]] = st.session_state.setdefault(_REPLIES, {})
    state, reply = replies.get(entry["id"], (entry["state"], entry["reply"] or ""))
    key, texts = f"review/{entry['id']}", entry_html.state_texts(tr)
    st.session_state[f"{key}/state"] = state
    show_value(f"{key}/reply", reply)

    def keep() -> None:
        chosen = st.session_state[f"{key}/state"] or entry["state"]
        replies[entry["id"]] = (chosen, st.session_state[f"{key}/reply"])

    st.header(tr.text("What comes of it"), anchor=False)
    st.segmented_control(
        tr.text("State"),
        STATES,
        format_func=texts.__getitem__,
        key=f"{key}/state",
        required=True,
        label_visibility="collapsed",
        on_change=keep,
    )
    st.text_area(
        tr.text("Reply: “You said, we did”. They read it when they come back to the case."),
        key=f"{key}/reply",
        max_chars=_MAX_REPLY,
        height=90,
        on_change=keep,
    )
    if problem := st.session_state.pop(_PROBLEM, ""):
        number_box.draw_alert(problem)
    st.button(
        tr.text("Save"),
        on_click=partial(_save, client, entry, tr),
        key=f"{key}/save",
        type="primary",
        icon=":material/check:",
    )


def _save(client: Client, entry: StoredFeedback, tr: Translation) -> None:
    key = f"review/{entry['id']}"
    state, reply = st.session_state[f"{key}/state"] or entry["state"], st.session_state[f"{key}/reply"].strip()
    replies: dict[str, tuple[str, str]] = st.session_state[_REPLIES]
    replies[entry["id"]] = (state, reply)
    try:
        client.feedback.review(entry["id"], state, reply or None)
    except ServiceError:
        st.session_state[_PROBLEM] = tr.text("Not saved yet: what you wrote is kept here. Please save it again in a moment.")
        return
    del replies[entry["id"]]
    review_queries.ask_again()
    st.toast(tr.text("Saved."), icon=":material/check:")
