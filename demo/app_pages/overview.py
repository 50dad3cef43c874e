"""Models: what the product is, a tile for each model, and the words of its figures."""

from functools import partial

import streamlit as st

from client import ModelState
from demo.address.parameters import MODEL
from demo.session import current_case, page_address, service_queries, shared_resources, visitor
from demo.text.translation import Translation
from demo.widgets import glossary
from demo.widgets.forms import escape_markdown

_TILE_COLUMNS = 2


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    current_case.get_case(card)
    page_address.write_address(card)
    config = shared_resources.demo_config()
    st.title(escape_markdown(config.title), anchor=False)
    product = tr.text("Try machine-learning models: change a case, and see the answer and why.")
    st.markdown(escape_markdown(config.sentence.get(tr.language, product)))
    models = [model for model in service_queries.get_models() if model["state"] == "ready"]
    with st.container(key="tiles"):
        columns = st.columns(_TILE_COLUMNS)
        for index, model in enumerate(models):
            with columns[index % _TILE_COLUMNS]:
                _draw_tile(model, tr)
    docs_url = shared_resources.docs_url()
    if docs_url:
        st.link_button(tr.text("API for programs"), docs_url, icon=":material/api:", type="tertiary")
    glossary.draw_glossary(tr)


def _draw_tile(model: ModelState, tr: Translation) -> None:
    with st.container(border=True, key=f"tile-{model['name']}"):
        title = escape_markdown(model["title"] or model["name"])
        st.header(title, anchor=False)
        if model["question"]:
            st.markdown(escape_markdown(model["question"]))
        label = tr.text("Open {model}", model=title)  # a screen reader reads buttons without their tiles
        st.button(label, key=f"open/{model['name']}", on_click=partial(_open_model, model["name"]))


def _open_model(name: str) -> None:
    st.session_state[MODEL] = name
    page_address.request_first_page(service_queries.get_card(name))
