"""About the model: its card as a leaflet for people."""

import streamlit as st

from client import Card
from demo.session import service_queries, session_state
from demo.session.cases import MODEL
from demo.text.translation import Tongue
from demo.widgets.forms import plain

_SHARES = {"accuracy", "coverage", "median_error"}


def page() -> None:
    """Draw the leaflet."""
    card = service_queries.card(st.session_state[MODEL])
    words = session_state.tongue()
    session_state.case(card)
    session_state.write_address(card)
    st.title(plain(card["title"]), anchor=False)
    with st.container(key="leaflet"):
        if card.get("summary"):
            st.markdown(plain(card["summary"]))
        if card.get("purpose"):
            _paragraph(words.say("What it is for"), [card["purpose"]])
        else:
            st.info(words.say("Nobody has written down yet what this model is for."), icon="📄")
        _paragraph(words.say("What it is not for"), card.get("not_for", []))
        _metrics(card, words)
        _paragraph(words.say("Good to know"), card.get("limits", []))
        _origin(card, words)


def _paragraph(title: str, texts: list[str]) -> None:
    texts = [text for text in texts if text]
    if not texts:
        return
    st.subheader(title, anchor=False)
    st.markdown(plain(texts[0]) if len(texts) == 1 else "\n".join(f"- {plain(text)}" for text in texts))


def _metrics(card: Card, words: Tongue) -> None:
    metrics = card.get("metrics", [])
    if not metrics:
        return
    st.subheader(words.say("How good it is"), anchor=False)
    for place, metric in zip(st.columns(len(metrics)), metrics, strict=True):

        def text(value: float, name: str = metric["name"]) -> str:
            return words.percent(value, 1) if name in _SHARES else words.number(value, 3)

        place.metric(plain(metric.get("label") or metric["name"]), text(metric["value"]))
        if "low" in metric and "high" in metric:
            place.caption(words.say("between {low} and {high}", low=text(metric["low"]), high=text(metric["high"])))
    rows = metrics[0]["rows"]
    st.caption(
        words.count(
            "Measured on {n} case that the model had never seen; the ranges hold 95% of repeated measurements.",
            "Measured on {n} cases that the model had never seen; the ranges hold 95% of repeated measurements.",
            rows,
        )
    )


def _origin(card: Card, words: Tongue) -> None:
    training = card.get("training")
    if training:
        st.subheader(words.say("Where it comes from"), anchor=False)
        lines = [
            (words.say("Data"), training["data"]),
            (words.say("Period"), training.get("period", "")),
            (words.say("Cases learned from"), words.number(training.get("rows", 0))),
            (words.say("Method"), training.get("algorithm", "")),
            (words.say("Source"), training["source"]),
            (words.say("Licence"), training["licence"]),
        ]
        st.markdown("\n".join(f"- **{title}:** {plain(text)}" for title, text in lines if text))
    version = f"{words.say('Version')} {plain(card['version'])}"
    built = card.get("built")
    st.caption(f"{version} · {plain(words.say('built on {day}', day=words.day(built)))}" if built else version)
