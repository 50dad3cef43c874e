"""Take it away: the files in which the model can be had, and code that asks the service for the case on screen."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from client import Card, Export, Refused, Row, ServiceError
from demo.address.parameters import MODEL
from demo.exports import form_texts
from demo.session import (
    current_case,
    page_address,
    page_view,
    query_errors,
    service_queries,
    shared_resources,
    visitor,
)
from demo.snippets.request_snippets import KEY, LANGUAGES, write_snippet
from demo.text.translation import Translation
from demo.widgets import forms, link_notices
from wire.error_codes import NOT_EXPORTABLE

PAGE = "take-away"
_FILES, _CODE = "files", "code"
MAX_DOWNLOAD_BYTES = 64_000_000
"""A download passes through the memory of the demo. Larger files are made by the command."""
_ADDRESS = "https://ADDRESS-OF-THE-SERVICE"
"""Stands for the address of the service if the demo does not know one that readers reach."""


def can_show(card: Card) -> bool:
    """Return whether the card lets the model be taken away."""
    return card.get("exports") != "no"


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    case = current_case.get_case(card)
    st.title(tr.text("Take it away"), anchor=False)
    if not can_show(card):
        page_address.write_address(card)
        st.info(
            tr.text("The owner of this model does not hand it over. Choose another model above."), icon=":material/lock:"
        )
        return
    link_notices.draw_notices(card, case, tr)
    view = page_view.select_view(PAGE, [_FILES, *LANGUAGES], _FILES)
    section = _draw_choice_of_section(card, view, tr)
    page_address.write_address(card, view)
    if section == _FILES:
        _draw_files(card, tr)
    else:
        _draw_snippet(card, case.row, view, tr)


def _draw_choice_of_section(card: Card, view: str, tr: Translation) -> str:
    """Draw the choice between files and code; return what the page shows. The view is `files`, or a language of code."""
    titles = {_FILES: tr.text("Files to take"), _CODE: tr.text("Code that asks the service")}
    key = f"{PAGE}-sections/{card['name']}"
    st.session_state[key] = section = _FILES if view == _FILES else _CODE

    def choose() -> None:
        page_view.set_view(PAGE, _FILES if st.session_state[key] == _FILES else next(iter(LANGUAGES)))

    st.segmented_control(
        tr.text("What to take"),
        list(titles),
        format_func=titles.__getitem__,
        key=key,
        on_change=choose,
        required=True,
        label_visibility="collapsed",
    )
    return section


def _draw_files(card: Card, tr: Translation) -> None:
    """Draw each form with what it needs and costs, in groups, and the commands that write the same files."""
    answer = service_queries.list_exports(card, st.session_state.setdefault("exports_made", 0))
    if answer is None:
        st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
        return
    exports = answer["exports"]
    titles = {form["kind"]: form_texts.in_language(form["title"], tr) for form in exports}
    st.markdown(tr.text("Each file answers as the service does: it is compared with it on real rows when it is made."))
    for group, title in form_texts.group_titles(tr).items():
        in_group = [form for form in exports if form["group"] == group]
        if not in_group:
            continue
        with st.container(key=f"forms-{group}"):
            st.header(title, anchor=False)
            common_cost = form_texts.find_common_cost(in_group, tr)
            st.caption(forms.escape_markdown(common_cost))
            for form in in_group:
                _draw_form(card, form, titles, common_cost, tr)
    with st.expander(tr.text("The same files from the command line")):
        st.code("\n".join(form["command"] for form in exports), language="bash")


def _draw_form(card: Card, form: Export, titles: dict[str, str], common_cost: str, tr: Translation) -> None:
    """Draw a form: what it needs, how it was proved, and a button that makes or downloads its file."""
    kind, title = form["kind"], titles[form["kind"]]
    cost = form_texts.in_language(form["cost"], tr)
    with st.container(horizontal=True, vertical_alignment="center", key=f"form-{kind}"):
        st.html(
            Markup('<p class="form"><strong>{}</strong> <span>{}</span></p>{}{}').format(
                title,
                form_texts.in_language(form["needs"], tr),
                Markup("<p>{}</p>").format(cost) if cost != common_cost else "",
                _build_state(form, titles, tr),
            )
        )
        made = form["made"]
        if made and made["bytes"] <= MAX_DOWNLOAD_BYTES:
            st.download_button(
                tr.text("Download {size}", size=form_texts.describe_size(made["bytes"], tr)),
                partial(_download, card, kind),
                form["file"],
                form["media_type"],
                on_click="ignore",
                icon=":material/download:",
                key=f"{PAGE}/download/{kind}",
                help=form["file"],
            )
        elif not made and not form["refused"]:
            label = tr.text("Make the file")
            if st.button(label, key=f"{PAGE}/make/{kind}", icon=":material/build:", help=title, type="tertiary"):
                _make(card, kind, tr)


def _build_state(form: Export, titles: dict[str, str], tr: Translation) -> Markup:
    """Return the proof of a form that was made, or why it is refused and what works instead."""
    made, refused = form["made"], form["refused"]
    if refused:
        text = Markup('<p class="refused">{} <span lang="en">{}.</span> <strong>{}</strong></p>')
        nearest = form_texts.describe_nearest(refused, titles, tr)
        return text.format(tr.text("Not for this model:"), refused["reason"].rstrip("."), nearest)
    if not made:
        return Markup()
    if made["proof"]:
        sentence = form_texts.describe_proof(made["proof"], tr)
    elif made["missing_runtime"]:
        sentence = tr.text("Not run here: the service has no {program}.", program=made["missing_runtime"])
    else:
        return Markup()
    if made["bytes"] > MAX_DOWNLOAD_BYTES:
        sentence += " " + tr.text("Too large for a download here: use the command below.")
    return Markup('<p class="proof">{}</p>').format(sentence)


def _download(card: Card, kind: str) -> bytes:
    return shared_resources.client().download_export(card["name"], kind, version=card["version"]).content


def _make(card: Card, kind: str, tr: Translation) -> None:
    """Let the service make the file of a form, and draw the page again with its size, or with the reason why not."""
    try:
        with st.spinner(tr.text("Making and comparing …")):
            shared_resources.client().make_export(card["name"], kind, version=card["version"])
    except Refused as error:
        if error.code != NOT_EXPORTABLE:
            query_errors.add_error(error)
            return
    except ServiceError as error:
        query_errors.add_error(error)
        return
    st.session_state["exports_made"] += 1
    st.rerun()


def _draw_snippet(card: Card, row: Row, language: str, tr: Translation) -> None:
    """Draw the choice of a language, and the code that asks for the case in it."""
    st.markdown(tr.text("This code asks for the case on screen. Copy it, and put your own values in."))
    key = f"{PAGE}/language/{card['name']}"
    st.session_state[key] = language
    st.pills(
        tr.text("Programming language"),
        list(LANGUAGES),
        format_func=lambda name: LANGUAGES[name].title,
        key=key,
        on_change=lambda: page_view.set_view(PAGE, st.session_state[key]),
        required=True,
        label_visibility="collapsed",
    )
    address, with_key = shared_resources.service_address(), shared_resources.needs_key()
    code = write_snippet(language, address or _ADDRESS, card["name"], row, with_key=with_key)
    st.code(code, language=LANGUAGES[language].highlighting)
    if not address:
        st.caption(tr.text("Replace {address}: the person who runs the service knows it.", address=_ADDRESS))
    if with_key:
        st.caption(tr.text("Replace {key} by your own API key: the person who runs the service gives you one.", key=KEY))
