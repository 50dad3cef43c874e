"""Models: what the product is, a tile for each model, and the words of its figures."""

from functools import partial

import streamlit as st

from client import ModelState, ServiceError
from demo.address.parameters import MODEL
from demo.evaluation import metric_text
from demo.session import current_case, page_address, query_errors, service_queries, shared_resources, visitor
from demo.text.translation import Translation
from demo.widgets import glossary
from demo.widgets.forms import escape_markdown

_STYLE = "<style>.st-key-model { visibility: hidden; }</style>"
"""The tiles choose the model here."""


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    current_case.get_case(card)
    page_address.write_address(card)
    config = visitor.get_config()
    st.html(_STYLE)
    st.title(escape_markdown(config.title), anchor=False)
    product = tr.text("Try machine-learning models: change a case, and see the answer and why.")
    st.markdown(escape_markdown(config.sentence.get(tr.language, product)))
    with st.container(key="tiles"):
        for model in service_queries.get_models():
            _draw_tile(model, tr)
    docs_url = shared_resources.docs_url()
    if docs_url:
        st.link_button(tr.text("API for programs"), docs_url, icon=":material/api:", type="tertiary")
    glossary.draw_glossary(tr)


def _draw_tile(model: ModelState, tr: Translation) -> None:
    """Draw a tile: title, what the model answers, how good it is. The button covers the whole tile."""
    with st.container(border=True, key=f"tile-{model['name']}"):
        title = escape_markdown(model["title"] or model["name"])
        st.header(title, anchor=False)
        if model["question"]:
            st.markdown(escape_markdown(model["question"]))
        if model["state"] != "ready":
            st.caption(tr.text("Not available now"))
            return
        if quality := _describe_quality(model["name"], tr):
            st.caption(escape_markdown(quality))
        label = tr.text("Open {model}", model=title)  # a screen reader reads buttons without their tiles
        st.button(label, key=f"open/{model['name']}", on_click=partial(_open_model, model["name"]))


def _describe_quality(name: str, tr: Translation) -> str:
    try:
        return metric_text.describe_quality(service_queries.get_card(name).get("metrics", []), tr)
    except ServiceError as error:
        query_errors.add_error(error)
        return ""


def _open_model(name: str) -> None:
    st.session_state[MODEL] = name
    page_address.request_first_page(service_queries.get_card(name))
