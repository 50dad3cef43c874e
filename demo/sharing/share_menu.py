"""The menu Share of an answer: what of it can be taken to another device, to a slide, or home."""

import streamlit as st

from client import Card, Explanation
from demo.leave_behind.case_part import AnsweredCase
from demo.leave_behind.leave_behind_document import LeaveBehind
from demo.session import saved_case_list
from demo.session.cases import Case
from demo.sharing.document_download import draw_document_buttons
from demo.text.translation import Translation
from demo.views import case_story


def draw_share_menu(card: Card, case: Case, now: Explanation, start: Explanation, tr: Translation) -> None:
    """Draw the menu of the page Try; `start` explains the row from which the case started."""
    with st.popover(tr.text("Share"), icon=":material/share:", type="tertiary", key="share"):
        answered = _answer_case(card, case, now, start, tr)
        content = LeaveBehind(card["question"], [answered], cards=[card])
        draw_document_buttons("share", card["name"], content, tr)


def _answer_case(card: Card, case: Case, now: Explanation, start: Explanation, tr: Translation) -> AnsweredCase:
    name = saved_case_list.name_case(card, case)
    if not case.changed():
        return AnsweredCase(name, card, case.row, now)
    before, difference, after = case_story.describe_case(card, case, start["prediction"], now["prediction"], tr)
    return AnsweredCase(name, card, case.row, now, start, f"{before} {difference}. {after}")
