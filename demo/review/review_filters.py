"""The filters of the page Review: what can be chosen, and the widgets for it."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from client import AgreementFigures
from demo.feedback.feedback_entry import REASONS, describe_reason
from demo.review.entry_html import state_texts, verdict_texts
from demo.review.review_view import ReviewView
from demo.text.translation import Translation

_SHORT_VERSION = 8
_WIDTH = 172
SetView = Callable[[ReviewView], None]


def draw_filters(
    view: ReviewView,
    set_view: SetView,
    figures: list[AgreementFigures],
    names: Mapping[str, Mapping[str, str]],
    tr: Translation,
) -> None:
    """Draw the filters. `names`: `model`, `meeting` and `reason` → value → its words; `figures` know all versions."""
    choices = {
        "verdict": (tr.text("Verdict"), verdict_texts(tr)),
        "state": (tr.text("State"), state_texts(tr)),
        "model": (tr.text("Model"), {each["model"]: names["model"].get(each["model"], each["model"]) for each in figures}),
        "version": (tr.text("Version"), _list_versions(figures, view.filters.get("model"))),
        "reason": (tr.text("Reason"), {**{reason: describe_reason(reason, tr) for reason in REASONS}, **names["reason"]}),
        "meeting": (tr.text("Meeting"), names["meeting"]),
    }
    with st.container(horizontal=True, key="review-filters", vertical_alignment="bottom"):
        for name, (label, texts) in choices.items():
            chosen = view.filters.get(name)
            options = {**texts} if chosen is None or chosen in texts else {**texts, chosen: chosen}
            if options:
                _draw_choice(name, label, options, view, set_view, tr.text("all"))
        if view.filters:
            show_all = partial(set_view, ReviewView())
            st.button(tr.text("All entries"), on_click=show_all, type="tertiary", icon=":material/filter_alt_off:")


def _list_versions(figures: list[AgreementFigures], model: str | None) -> dict[str, str]:
    """Return version → its first letters, of a model or of all models."""
    return {each["version"]: each["version"][:_SHORT_VERSION] for each in figures if model in {None, each["model"]}}


def _draw_choice(  # noqa: PLR0917 - what a widget needs
    name: str, label: str, texts: Mapping[str, str], view: ReviewView, set_view: SetView, placeholder: str
) -> None:
    key = f"review/filter/{name}"
    st.session_state[key] = view.filters.get(name)
    st.selectbox(
        label,
        list(texts),
        format_func=texts.__getitem__,
        key=key,
        placeholder=placeholder,
        width=_WIDTH,
        on_change=lambda: set_view(view.with_filter(name, st.session_state[key])),
    )
