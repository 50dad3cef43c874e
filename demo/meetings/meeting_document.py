"""The document of a whole meeting: its cases with answers, comparisons, guesses, feedback figures and models.

Notes of the presenter, tokens and codes are never read here: only what a client may keep goes into the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, TypeVar

import streamlit as st

from client import Card, Client, Explanation, Meeting, ServiceError
from demo.leave_behind.case_part import AnsweredCase
from demo.leave_behind.client_look import read_look
from demo.leave_behind.leave_behind_document import LeaveBehind
from demo.meetings import recordings
from demo.meetings.case_queries import choose_field
from demo.session import visitor
from demo.session.cases import complete_row
from demo.sharing import document_download
from demo.text.translation import Translation

T = TypeVar("T")


def draw_meeting_document(client: Client, meeting: Meeting, tr: Translation) -> None:
    """Draw the menu that gives the document of a meeting, in the language of the meeting if it has one."""
    content: Mapping[str, Any] = meeting["content"]
    written_in = Translation(content["language"] or tr.language)
    collect = partial(collect_document, client, meeting, written_in, visitor.get_time_zone())
    with st.popover(tr.text("To take home"), icon=":material/description:", type="tertiary"):
        st.caption(tr.text("All cases with their answers, without your notes."))
        document_download.draw_document_buttons("meeting-document", "meeting", collect, tr, written_in)


def collect_document(client: Client, meeting: Meeting, tr: Translation, zone: tzinfo) -> LeaveBehind:
    """Return the document of a meeting: live answers, else the recorded ones, which say when they were recorded.

    A case without either is named as missing. Guesses and figures are left out while the service does not answer.
    """
    content: Mapping[str, Any] = meeting["content"]
    guesses = _ask(partial(client.meetings.guesses, meeting["id"]))
    guesses_by_case = {each["case"]: each for each in guesses["cases"]} if guesses else {}
    figures = _ask(partial(client.feedback.figures, meeting=meeting["id"]))
    cards: dict[tuple[str, str | None], Card] = {}
    answered: dict[str, AnsweredCase] = {}
    missing = []
    for case in content["cases"]:
        found = _answer_live(client, case, cards, tr) or _find_recorded(meeting["id"], case, tr, zone)
        if found is None:
            missing.append(str(case["name"]))
            continue
        answered[case["id"]] = replace(found, guesses=guesses_by_case.get(case["id"]))
    pairs = [
        (answered[case["compare_with"]], answered[case["id"]])
        for case in content["cases"]
        if "compare" in case["show"] and case["compare_with"] in answered and case["id"] in answered
    ]
    models = {(case.card["name"], case.card["version"]): case.card for case in answered.values()}
    return LeaveBehind(
        title=str(content["title"]),
        cases=list(answered.values()),
        look=read_look(content["look"]),
        compared=[pair for pair in pairs if pair[0].card["name"] == pair[1].card["name"]],
        cards=list(models.values()),
        figures=figures["items"] if figures else (),
        missing=missing,
    )


def _answer_live(
    client: Client, case: Mapping[str, Any], cards: dict[tuple[str, str | None], Card], tr: Translation
) -> AnsweredCase | None:
    """Return a case with the answer of its planned version, or of the one that is served now."""
    key = (case["model"], case["version"])
    try:
        card = cards.get(key) or client.card(case["model"], tr.language, version=case["version"])
        cards[key] = card
        row = complete_row(card, case["row"])
        (explanation,) = client.explain(card["name"], [row], tr.language, version=card["version"])["explanations"]
        field = choose_field(card, case) if "what-if" in case["show"] else None
        curves = client.curves(card["name"], row, [field], tr.language, version=card["version"])["curves"] if field else []
    except ServiceError:
        return None
    return _build(case, card, explanation, curves)


def _find_recorded(meeting_id: str, case: Mapping[str, Any], tr: Translation, zone: tzinfo) -> AnsweredCase | None:
    recorded = recordings.find(meeting_id, case, tr.language)
    if recorded is None:
        return None
    at = tr.day_and_time(datetime.fromisoformat(recorded.recorded_at).astimezone(zone))
    curves = recorded.curves["curves"] if recorded.curves else []
    return _build(case, recorded.card, recorded.explanation, curves, at)


def _build(
    case: Mapping[str, Any], card: Card, explanation: Explanation, curves: list[Any], recorded: str = ""
) -> AnsweredCase:
    row = complete_row(card, case["row"])
    curve = curves[0] if curves else None
    return AnsweredCase(str(case["name"]), card, row, explanation, curve=curve, recorded=recorded)


def _ask(query: Callable[[], T]) -> T | None:
    try:
        return query()
    except ServiceError:
        return None
