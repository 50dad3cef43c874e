"""Take it away: the files in which the model can be had, one case in all of them, and code that asks the service."""

import json
from functools import partial

import streamlit as st
from markupsafe import Markup

from client import Card, Export, Refused, Row, ServiceError
from demo.address.parameters import MODEL
from demo.exports import answer_comparison, case_code, form_texts
from demo.exports.answer_comparison import STORED, CaseComparison
from demo.session import (
    current_case,
    page_address,
    page_view,
    query_errors,
    service_queries,
    shared_resources,
    visitor,
)
from demo.snippets.request_snippets import KEY
from demo.text.translation import Translation
from demo.widgets import forms, link_notices
from wire.error_codes import NOT_EXPORTABLE

PAGE = "take-away"
_FILES, _ANSWERS, _CODE = "files", "answers", "code"
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
    view = page_view.select_view(PAGE, [_FILES, _ANSWERS, *case_code.TITLES], _FILES)
    section = _draw_choice_of_section(card, view, tr)
    page_address.write_address(card, view)
    if section == _FILES:
        _draw_files(card, tr)
    elif section == _ANSWERS:
        _draw_answers(card, case.row, tr)
    else:
        _draw_snippet(card, case.row, view, tr)


def _draw_choice_of_section(card: Card, view: str, tr: Translation) -> str:
    """Draw the choice of a section and return it. The view is the section, or for the code its language."""
    titles = {
        _FILES: tr.text("Files to take"),
        _ANSWERS: tr.text("The same answer everywhere"),
        _CODE: tr.text("Code that asks the service"),
    }
    key = f"{PAGE}-sections/{card['name']}"
    st.session_state[key] = section = _CODE if view in case_code.TITLES else view

    def choose() -> None:
        page_view.set_view(PAGE, next(iter(case_code.TITLES)) if st.session_state[key] == _CODE else st.session_state[key])

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
    exports = _list_exports(card, tr)
    titles = form_texts.form_titles(exports, tr)
    if not exports:
        return
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


def _list_exports(card: Card, tr: Translation) -> list[Export]:
    """Return all forms of the model; draw that there is no answer, and return none, if the service does not say them."""
    answer = service_queries.list_exports(card, st.session_state.setdefault("exports_made", 0))
    if answer is None:
        st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
    return answer["exports"] if answer else []


def _draw_form(card: Card, form: Export, titles: dict[str, str], common_cost: str, tr: Translation) -> None:
    """Draw a form: what it needs, how it was proved, and a button that makes or downloads its file."""
    kind, title = form["kind"], titles[form["kind"]]
    cost, made = form_texts.in_language(form["cost"], tr), form["made"]
    is_too_large = made is not None and made["bytes"] > MAX_DOWNLOAD_BYTES
    with st.container(horizontal=True, vertical_alignment="center", key=f"form-{kind}"):
        st.html(
            Markup('<p class="form"><strong>{}</strong> <span>{}</span></p>{}{}').format(
                title,
                form_texts.in_language(form["needs"], tr),
                Markup("<p>{}</p>").format(cost) if cost != common_cost else "",
                form_texts.build_state(form, card, titles, tr, is_too_large=is_too_large),
            )
        )
        if made and not is_too_large:
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


def _download(card: Card, kind: str) -> bytes:
    return shared_resources.client().download_export(card["name"], kind, version=card["version"]).content


def _make(card: Card, kind: str, tr: Translation) -> None:
    """Let the service make the file of a form, and draw the page again with its size, or with the reason why not."""
    st.session_state["exports_made"] += 1  # before: another click may end this run as soon as the file is made
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
    st.rerun()


def _draw_answers(card: Card, row: Row, tr: Translation) -> None:
    """Draw the answers of all ways to the case on screen, asked one after another when the visitor wants them."""
    exports = _list_exports(card, tr)
    if not exports:
        return
    key = current_case.find_key(card)
    titles = answer_comparison.way_titles(form_texts.form_titles(exports, tr), tr, has_key=key is not None)
    comparison = _get_comparison(card, row, key)
    sentence_slot, table_slot = st.empty(), st.empty()
    if comparison.is_running:
        for way in titles:
            if way in comparison.answers:
                continue
            table_slot.html(answer_comparison.build_answer_table(card, titles, comparison.answers, tr))
            sentence_slot.caption(tr.text("Asking: {form} …", form=forms.escape_markdown(titles[way])))
            try:
                comparison.answers[way] = shared_resources.client().compare(
                    card["name"], row, [way], entity=key if way == STORED else None, version=card["version"]
                )["answers"][0]
            except ServiceError as error:
                query_errors.add_error(error)
                break
        comparison.is_running = False
        st.session_state["exports_made"] += 1
    if agreement := answer_comparison.build_agreement(card, titles, comparison.answers, tr):
        sentence_slot.html(agreement)
    else:
        sentence_slot.markdown(tr.text("Ask the case on screen live, in a file, and in every form that can be taken away."))
    if comparison.answers:
        table_slot.html(answer_comparison.build_answer_table(card, titles, comparison.answers, tr))
    if len(comparison.answers) < len(titles):
        st.button(
            tr.text("Ask in every form"),
            on_click=lambda: setattr(comparison, "is_running", True),
            icon=":material/compare_arrows:",
            key=f"{PAGE}/ask",
        )
        st.caption(tr.text("The service makes the files first if need be. That takes a minute or two."))


def _get_comparison(card: Card, row: Row, key: str | None) -> CaseComparison:
    """Return the answers that have come for the case; another case begins without any."""
    case = json.dumps([card["name"], card["version"], row, key])
    comparison: CaseComparison | None = st.session_state.get("comparison")
    if comparison is None or comparison.case != case:
        comparison = st.session_state["comparison"] = CaseComparison(case)
    return comparison


def _draw_snippet(card: Card, row: Row, language: str, tr: Translation) -> None:
    """Draw the choice of a language, and the code that asks for the case in it."""
    st.markdown(tr.text("This code asks for the case on screen. Copy it, and put your own values in."))
    key = f"{PAGE}/language/{card['name']}"
    st.session_state[key] = language
    st.pills(
        tr.text("Programming language"),
        list(case_code.TITLES),
        format_func=case_code.TITLES.__getitem__,
        key=key,
        on_change=lambda: page_view.set_view(PAGE, st.session_state[key]),
        required=True,
        label_visibility="collapsed",
    )
    address, with_key = shared_resources.service_address(), shared_resources.needs_key()
    code = case_code.write_case_code(language, address or _ADDRESS, card, row, with_key=with_key)
    if code is None:
        st.info(
            tr.text(
                "Excel's function WEBSERVICE sends no key, no picture, and no address of more than 2,048 characters. "
                "Use Power Query."
            ),
            icon=":material/info:",
        )
        return
    st.code(code.text, language=code.highlighting, wrap_lines=code.highlighting is None)
    for file, content in case_code.case_pictures(card, row).items():
        text = tr.text("Save {file} for this code", file=file.name)
        st.download_button(text, content, file.name, file.media_type, on_click="ignore")
    if not address:
        st.caption(tr.text("Replace {address}: the person who runs the service knows it.", address=_ADDRESS))
    if with_key:
        st.caption(tr.text("Replace {key} by your own API key: the person who runs the service gives you one.", key=KEY))
