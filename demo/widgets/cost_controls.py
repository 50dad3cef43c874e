"""The thresholds and prices with which the page How good computes costs."""

from functools import partial
from typing import Protocol

import streamlit as st

from client import Card
from demo.evaluation import cost_findings, evaluation_query, threshold_costs
from demo.evaluation.evaluation_query import EvaluationQuery
from demo.fields.number_entry import NumberEntry
from demo.text.translation import Translation
from demo.widgets import forms, number_box
from demo.widgets.widget_values import show_value

_PRICE = NumberEntry(low=0.0, high=evaluation_query.MAX_PRICE)
_PRICE_PIXELS = 160


class ChangeQuery(Protocol):
    """Changes settings of the query."""

    def __call__(self, **settings: float | str | None) -> None: ...


def draw_cost_controls(card: Card, query: EvaluationQuery, change: ChangeQuery, tr: Translation) -> None:
    """Draw the thresholds, the prices, the cases of a year and the currency."""
    _draw_thresholds(card, query, change, tr)
    labels = {
        "alarm": tr.text("Cost: {mistake}", mistake=cost_findings.false_alarm_label(card, tr)),
        "missed": tr.text("Cost: {mistake}", mistake=cost_findings.missed_label(card, tr)),
    }
    if threshold_costs.has_person(card):
        labels["person"] = tr.text("Cost: {mistake}", mistake=cost_findings.band_label(card, 1, ""))
    labels["volume"] = tr.text("Cases in a year")
    with st.container(horizontal=True, vertical_alignment="bottom", key="prices"):
        for name, label in labels.items():
            number_box.draw_number_box(
                forms.escape_markdown(label),
                f"how-good/{name}/{card['name']}",
                getattr(query, name),
                entry=_PRICE,
                tr=tr,
                on_change=partial(_change_number, change, name),
                width=_PRICE_PIXELS,
            )
        key = f"how-good/currency/{card['name']}"
        show_value(key, query.currency)
        st.text_input(
            tr.text("Currency"),
            max_chars=evaluation_query.MAX_CURRENCY,
            key=key,
            on_change=lambda: change(currency=st.session_state[key].strip()),
            width=_PRICE_PIXELS,
        )


def _draw_thresholds(card: Card, query: EvaluationQuery, change: ChangeQuery, tr: Translation) -> None:
    """Draw a slider for each threshold: one, or two if the card has a band that asks a person."""
    refuse_label = tr.text("{refuse} from", refuse=cost_findings.refuse_label(card, tr))
    refuse_key = f"how-good/refuse/{card['name']}"
    if not threshold_costs.has_person(card):

        def change_both(share: float | None) -> None:
            change(approve=share, refuse=share)

        number_box.draw_share_slider(refuse_label, refuse_key, query.refuse, tr=tr, on_change=change_both)
        return
    approve_label = tr.text("{approve} below", approve=cost_findings.approve_label(card, tr))
    approve_key, approve_below = f"how-good/approve/{card['name']}", query.policy.approve_below

    def change_approve(share: float | None) -> None:
        change(approve=share, refuse=max(share or 0.0, query.refuse))

    def change_refuse(share: float | None) -> None:
        change(refuse=share, approve=min(share or 0.0, approve_below))

    left, right = st.columns(2)
    with left:
        number_box.draw_share_slider(approve_label, approve_key, approve_below, tr=tr, on_change=change_approve)
    with right:
        number_box.draw_share_slider(refuse_label, refuse_key, query.refuse, tr=tr, on_change=change_refuse)


def _change_number(change: ChangeQuery, name: str, number: float | None) -> None:
    change(**{name: number})
