"""How good is it: one question, one sentence and one chart at a time, with the number of cases behind them.

Knows: the order of the page. Must not know: how a figure is computed or drawn.
"""

import streamlit as st

from client import Card, Evaluation, Refused
from demo import answers, forms, state
from demo.app_pages import how_good_of_labels, how_good_of_values
from demo.cases import MODEL
from demo.findings import Finding
from demo.tongue import Tongue

PAGE = "how-good"


def page() -> None:
    """Draw the page from top to bottom."""
    card, words = answers.card(st.session_state[MODEL]), state.tongue()
    state.case(card)
    st.title(words.say("How good is it?"), anchor=False)
    evaluation = answers.evaluation(card)
    if evaluation is None:
        state.write_address(card)
        _nothing(words)
        return
    views = _views(card, evaluation, words)
    chosen = _choose({name: title for name, (title, _) in views.items()}, words)
    state.write_address(card, chosen)
    views[chosen][1]()
    st.caption(
        words.count(
            "All figures are from {n} case that the model had never seen. Ranges in grey hold 95% of repeated measurements.",
            "All figures are from {n} cases that the model had never seen. Ranges in grey hold 95% of repeated measurements.",
            evaluation["rows"],
        )
    )
