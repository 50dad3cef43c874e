"""About the model: the texts, metrics and origin of its card."""

import streamlit as st

from client import Card
from demo.address.parameters import MODEL
from demo.evaluation import baseline_text, metric_text
from demo.session import current_case, page_address, service_queries, visitor
from demo.text.training_text import list_training_lines
from demo.text.translation import Translation
from demo.widgets.forms import escape_markdown


def page() -> None:
    """Draw the page from top to bottom."""
    card = service_queries.get_card(st.session_state[MODEL])
    tr = visitor.get_translation()
    current_case.get_case(card)
    page_address.write_address(card)
    st.title(escape_markdown(card["title"]), anchor=False)
    with st.container(key="leaflet"):
        if card.get("summary"):
            st.markdown(escape_markdown(card["summary"]))
        if card.get("purpose"):
            _draw_paragraph(tr.text("What it is for"), [card["purpose"]])
        else:
            st.info(tr.text("The purpose of this model has not been described yet."), icon=":material/description:")
        _draw_paragraph(tr.text("What it is not for"), card.get("not_for", []))
        _draw_metrics(card, tr)
        _draw_paragraph(tr.text("Good to know"), card.get("limits", []))
        _draw_origin(card, tr)


def _draw_paragraph(title: str, texts: list[str]) -> None:
    texts = [text for text in texts if text]
    if not texts:
        return
    st.header(title, anchor=False)
    st.markdown(escape_markdown(texts[0]) if len(texts) == 1 else "\n".join(f"- {escape_markdown(text)}" for text in texts))


def _draw_metrics(card: Card, tr: Translation) -> None:
    metrics = card.get("metrics", [])
    if not metrics:
        return
    st.header(tr.text("How good it is"), anchor=False)
    for column, metric in zip(st.columns(len(metrics)), metrics, strict=True):

        def format_value(value: float, name: str = metric["name"]) -> str:
            return metric_text.format_metric(name, value, tr)

        column.metric(escape_markdown(metric.get("label") or metric["name"]), format_value(metric["value"]))
        if "low" in metric and "high" in metric:
            column.caption(
                tr.text("between {low} and {high}", low=format_value(metric["low"]), high=format_value(metric["high"]))
            )
        if "baseline" in metric:
            baseline = format_value(metric["baseline"])
            column.caption(escape_markdown(baseline_text.describe_baseline(metric["name"], baseline, tr)))
    rows = metrics[0]["rows"]
    st.caption(
        baseline_text.describe_measured_rows(card, rows, tr)
        + " "
        + " ".join([tr.text("The ranges are 95% confidence intervals."), baseline_text.describe_threshold(card, tr)])
    )
    if note := card.get("evaluation_note"):
        st.caption(escape_markdown(note))


def _draw_origin(card: Card, tr: Translation) -> None:
    if lines := list_training_lines(card, tr):
        st.header(tr.text("Where it comes from"), anchor=False)
        st.markdown("\n".join(f"- **{title}:** {escape_markdown(text)}" for title, text in lines))
    version = f"{tr.text('Version')} {escape_markdown(card['version'])}"
    built = card.get("built")
    st.caption(f"{version} · {escape_markdown(tr.text('built on {day}', day=tr.date(built)))}" if built else version)
