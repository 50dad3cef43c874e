"""The menu Share of an answer: its link and QR code, and on Try its picture and a document to take home."""

import base64
from collections.abc import Callable
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from client import Card, Explanation, Prediction
from demo.leave_behind.answer_picture import build_picture
from demo.leave_behind.case_part import AnsweredCase
from demo.leave_behind.leave_behind_document import LeaveBehind
from demo.session import saved_case_list, visitor
from demo.session.cases import Case
from demo.sharing import share_link
from demo.sharing.document_download import draw_document_buttons
from demo.sharing.document_look import get_look
from demo.sharing.qr_code import build_qr_image
from demo.sharing.share_script import draw_share_script
from demo.text.markup import build_paragraph
from demo.text.translation import Translation
from demo.views import case_story

_KEY = "share"
_SVG = "image/svg+xml"
_PICTURE_BUTTON = Markup(
    '<button type="button" class="share-button" data-picture="data:image/svg+xml;base64,{}" data-name="{}">{}</button>'
)
_LINK_BOX = Markup(
    '<div class="share-link"><input readonly value="{}" aria-label="{}"><button type="button" data-copied="{}">{}</button>'
    "</div>"
)


def draw_link_menu(card: Card, case: Case, prediction: Prediction, tr: Translation, view: str = "") -> None:
    """Draw the button of the menu with the link to this page and case; `view` is the view of the page in its address."""
    _draw_button(lambda: _draw_link(card, case, prediction, tr, view), tr)
    draw_share_script()


def draw_answer_menu(card: Card, case: Case, now: Explanation, start: Explanation, tr: Translation) -> None:
    """Draw the buttons of the page Try: the menu, and the picture. `start` explains where the case started."""
    answered = _answer_case(card, case, now, start, tr)
    picture = build_picture(answered, get_look(), tr, tr.day_and_time(datetime.now(visitor.get_time_zone())))

    def draw_menu() -> None:
        _draw_link(card, case, now["prediction"], tr, "")
        _draw_files(card, answered, picture, tr)

    _draw_button(draw_menu, tr)
    source = base64.b64encode(picture.encode()).decode()
    st.html(_PICTURE_BUTTON.format(source, f"{card['name']}.png", tr.text("Picture")), width="content")
    draw_share_script()


def _draw_button(draw_menu: Callable[[], None], tr: Translation) -> None:
    """Draw the button that opens the menu. What is in it takes longer than the rest of the page: a click makes it."""
    if st.button(tr.text("Share"), icon=":material/share:", type="tertiary", key=_KEY):
        st.dialog(tr.text("Share"))(draw_menu)()


def _draw_files(card: Card, answered: AnsweredCase, picture: str, tr: Translation) -> None:
    st.download_button(
        tr.text("Picture (SVG)"),
        picture,
        f"{card['name']}.svg",
        _SVG,
        on_click="ignore",
        type="tertiary",
        icon=":material/image:",
        key=f"{_KEY}/svg",
    )
    content = LeaveBehind(card["question"], [answered], cards=[card], look=get_look())
    draw_document_buttons(_KEY, card["name"], lambda: content, tr)


def _draw_link(card: Card, case: Case, prediction: Prediction, tr: Translation, view: str) -> None:
    parameters = share_link.make_parameters(card, case, prediction, tr.language, view)
    if not share_link.needs_store(card, case, parameters):
        _draw_url(parameters, tr)
        return
    made: dict[str, str] = st.session_state.setdefault(f"{_KEY}/made", {})
    if made.get("of") == str(parameters):
        _draw_url({name: text for name, text in made.items() if name != "of"}, tr)
        return

    def make_link() -> None:
        stored = share_link.store(parameters)
        st.session_state[f"{_KEY}/made"] = {"of": str(parameters), **stored} if stored else {}
        st.session_state[f"{_KEY}/refused"] = stored is None

    st.html(build_paragraph("share-note", tr.text("The model service keeps the text of this case; the link holds no text.")))
    st.button(tr.text("Make a link"), key=f"{_KEY}/make", icon=":material/link:", on_click=make_link)
    if st.session_state.pop(f"{_KEY}/refused", False):
        st.html(build_paragraph("fault", tr.text("The model service cannot keep this case now, so there is no link.")))


def _draw_url(parameters: dict[str, str], tr: Translation) -> None:
    url, is_open = share_link.make_url(parameters)
    st.html(_LINK_BOX.format(url, tr.text("Link to this case"), tr.text("Copied"), tr.text("Copy")))
    if not is_open:
        st.html(build_paragraph("share-note", tr.text("This demo is open on this machine alone, and so is the link.")))
    try:
        st.html(Markup('<div class="share-code">{}</div>').format(build_qr_image(url)))
    except ValueError:
        st.html(build_paragraph("share-note", tr.text("This link is too long for a QR code.")))


def _answer_case(card: Card, case: Case, now: Explanation, start: Explanation, tr: Translation) -> AnsweredCase:
    name = saved_case_list.name_case(card, case)
    if not case.changed():
        return AnsweredCase(name, card, case.row, now)
    before, difference, after = case_story.describe_case(card, case, start["prediction"], now["prediction"], tr)
    return AnsweredCase(name, card, case.row, now, start, f"{before} {difference}. {after}")
