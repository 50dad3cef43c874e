"""Which of the cases whose right answer people named does each of two versions, or models, get right?"""

import streamlit as st
from markupsafe import Markup

from client import Card, Client, ComparedCase, FeedbackCaseComparison, Refused, RightAnswer, ServiceError
from demo.review import answer_text, review_queries
from demo.session import query_errors
from demo.text.markup import TableRow, build_scrollable, build_table, concatenate
from demo.text.translation import Translation
from wire.error_codes import UNAUTHORIZED

_MAX_ROWS = 30


def draw_clients_cases(client: Client, cards: tuple[Card, Card], titles: tuple[str, str], tr: Translation) -> None:
    """Draw the counts, then the cases on which the two differ, then those that neither gets right."""
    try:
        found = review_queries.compare_cases(client, cards)
    except ServiceError as error:
        if not (isinstance(error, Refused) and error.code == UNAUTHORIZED):  # a link that is no longer good shows nothing
            query_errors.add_error(error)
        return
    st.header(tr.text("Whose answers are right in the clients' eyes?"), anchor=False)
    if not found["cases"]:
        st.caption(tr.text("No case has a right answer yet: somebody agrees, or says what would be right."))
        return
    st.html(_build_counts(found, titles, tr))
    differing = [case for case in found["items"] if any(answer["is_right"] for answer in case["answers"])]
    neither = [case for case in found["items"] if case not in differing]
    if differing:
        st.html(_build_table(differing, cards, titles, tr))
    else:
        st.caption(tr.text("Both are right on the same cases."))
    if neither:
        title = tr.count("{n} case that neither gets right", "{n} cases that neither gets right", len(neither))
        with st.expander(title):
            st.html(_build_table(neither, cards, titles, tr))
    shown = min(len(differing), _MAX_ROWS) + min(len(neither), _MAX_ROWS)
    if hidden := len(found["items"]) + found["omitted"] - shown:
        st.caption(tr.count("{n} more case is not shown.", "{n} more cases are not shown.", hidden))


def _build_counts(found: FeedbackCaseComparison, titles: tuple[str, str], tr: Translation) -> Markup:
    pieces = [
        Markup('<p class="headline"><strong>{}</strong><span>{}: {}</span></p>').format(
            tr.text("{right} of {all}", right=tr.number(counts["right"]), all=tr.number(found["cases"])),
            title,
            tr.text("right")
            if not counts["unanswered"]
            else tr.text("right; {n} cannot be answered", n=tr.number(counts["unanswered"])),
        )
        for counts, title in zip(found["candidates"], titles, strict=True)
    ]
    return concatenate(pieces)


def _build_table(cases: list[ComparedCase], cards: tuple[Card, Card], titles: tuple[str, str], tr: Translation) -> Markup:
    rows = [
        TableRow(
            answer_text.build_case(cards[0], case["row"], tr),
            [
                answer_text.describe_named_answer(cards[0], case["right_answer"], tr),
                *(
                    _build_answer(card, answer["answer"], answer["is_right"], tr)
                    for card, answer in zip(cards, case["answers"], strict=True)
                ),
            ],
        )
        for case in cases[:_MAX_ROWS]
    ]
    return build_scrollable(build_table([tr.text("Right in their eyes"), *titles], rows, "compared"))


def _build_answer(card: Card, answer: RightAnswer | None, is_right: bool | None, tr: Translation) -> Markup:  # noqa: FBT001
    if answer is None:
        return Markup("– {}").format(tr.text("no answer"))
    mark, word = ("✓", tr.text("right")) if is_right else ("✕", tr.text("wrong"))
    template = Markup('<span class="verdict verdict-{}">{}</span> {} <span class="screen-reader">{}</span>')
    return template.format(
        "agree" if is_right else "disagree", mark, answer_text.describe_named_answer(card, answer, tr), word
    )
