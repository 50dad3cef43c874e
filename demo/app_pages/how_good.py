"""How good: one question, one sentence and one chart at a time, and the number of cases measured."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import streamlit as st
from markupsafe import Markup

from client import Card, Classification, Evaluation, Row
from client.shapes.evaluation import ConfusionMatrix
from demo.address.parameters import MODEL
from demo.evaluation import (
    baseline_text,
    classification_findings,
    cost_findings,
    evaluation_query,
    findings,
    group_findings,
    label_findings,
    question_titles,
    regression_findings,
)
from demo.evaluation.cost_findings import CostReport
from demo.evaluation.evaluation_query import EvaluationQuery
from demo.evaluation.findings import Finding
from demo.evaluation.question_titles import CERTAIN, CONFUSED, GROUPS, MISTAKES, WORST
from demo.fields import field_types
from demo.session import current_case, page_address, page_view, query_errors, service_queries, visitor
from demo.text import wording
from demo.text.translation import Translation
from demo.views import answered_row, comparable_models
from demo.widgets import cost_controls, forms, glossary

PAGE = "how-good"
ReadQuery: TypeAlias = Callable[[], EvaluationQuery]


def can_show(card: Card) -> bool:
    """Return whether the model was evaluated: the metrics of a card are a selection of its evaluation."""
    return bool(card.get("metrics"))


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    current_case.get_case(card)
    st.title(tr.text("How good is it?"), anchor=False)
    evaluation = service_queries.get_evaluation(card)
    if evaluation is None:
        page_address.write_address(card)
        if query_errors.get_errors():
            st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
        else:
            st.info(
                tr.text("This model has not been evaluated yet. Choose another model above."),
                icon=":material/straighten:",
            )
        return
    titles = question_titles.make_titles(card, evaluation, tr)
    segment_names = [segment["name"] for segment in evaluation["segments"]]

    def read() -> EvaluationQuery:
        return evaluation_query.decode_query(card, page_view.get_view(PAGE), list(titles), segment_names)

    query = read()
    gain = findings.describe_gain(card, evaluation, tr)
    threshold = baseline_text.describe_threshold(card, tr) if gain else ""
    st.markdown(forms.escape_markdown(f"{gain} {threshold}".strip()))
    _draw_question_choice(card, titles, read, tr)
    page_address.write_address(card, evaluation_query.encode_query(card, query))
    with st.container(key="finding"):
        if query.question == MISTAKES and evaluation["kind"] == "classification":
            _draw_costs(card, evaluation, read, tr)
        elif query.question == CONFUSED and (matrix := label_findings.find_matrix(card, evaluation)):
            _draw_confusions(card, matrix, tr)
        elif query.question == WORST:
            _draw_worst_rows(card, evaluation, tr)
        elif query.question == GROUPS:
            _draw_groups(card, evaluation, read, tr)
        else:
            _draw_finding(_make_finding(card, evaluation, query.question, tr))
    st.caption(baseline_text.describe_measured_rows(card, evaluation["rows"], tr))
    if note := card.get("evaluation_note"):
        st.caption(forms.escape_markdown(note))
    glossary.draw_glossary(tr)


def _draw_question_choice(card: Card, titles: dict[str, str], read: ReadQuery, tr: Translation) -> None:
    key = f"{PAGE}/chosen"
    st.pills(
        tr.text("Question"),
        list(titles),
        format_func=titles.__getitem__,
        key=_set_widget(key, read().question),
        on_change=lambda: _change(card, read, question=st.session_state[key]),
        label_visibility="collapsed",
        required=True,
    )


def _set_widget(key: str, value: Any) -> str:
    """Set the value of a widget to that of the URL; return the key of the widget."""
    st.session_state[key] = value
    return key


def _make_finding(card: Card, evaluation: Evaluation, chosen: str, tr: Translation) -> Finding:
    theme = visitor.get_theme()
    if chosen == "bands":
        return findings.describe_bands(card, evaluation, theme, tr)
    if chosen == "matters":
        return findings.describe_importance(card, evaluation, theme, tr)
    if chosen == "weak":
        return findings.describe_weak_spots(evaluation, tr)
    if matrix := label_findings.find_matrix(card, evaluation):
        return (
            label_findings.describe_certainty(matrix, theme, tr)
            if chosen == CERTAIN
            else label_findings.describe_labels(card, evaluation, matrix, tr)
        )
    if evaluation["kind"] == "classification":
        of_labels = {
            "correct": classification_findings.describe_correct_answers,
            "apart": classification_findings.describe_discrimination,
            "trust": classification_findings.describe_calibration,
            "finding": classification_findings.describe_precision_and_recall,
        }
        return of_labels[chosen](card, evaluation, theme, tr)
    of_values = {
        "against": regression_findings.describe_predicted_vs_true,
        "errors": regression_findings.describe_residuals,
        "ranges": regression_findings.describe_coverage,
    }
    return of_values[chosen](card, evaluation, theme, tr)


def _draw_finding(finding: Finding) -> None:
    st.header(forms.escape_markdown(finding.sentence), anchor=False)
    if finding.figure is not None:
        config = {"displayModeBar": False, "staticPlot": True}
        st.plotly_chart(finding.figure, key="drawing", theme=None, config=config, alt=finding.sentence)
    if finding.items:
        st.markdown("\n".join(f"- {forms.escape_markdown(text)}" for text in finding.items))
    if finding.table:
        st.html(finding.table)
    if finding.notes:
        st.markdown("  \n".join(forms.escape_markdown(text) for text in finding.notes))


def _draw_groups(card: Card, evaluation: Evaluation, read: ReadQuery, tr: Translation) -> None:
    unseen_first = {each["name"]: each for each in sorted(evaluation["segments"], key=lambda segment: segment["is_input"])}
    by = read().by or next(iter(unseen_first))
    key = f"{PAGE}/by/{card['name']}"
    st.selectbox(
        tr.text("Compare by"),
        list(unseen_first),
        format_func=lambda name: forms.escape_markdown(unseen_first[name]["label"]),
        key=_set_widget(key, by),
        on_change=lambda: _change(card, read, by=st.session_state[key]),
        width=360,
    )
    _draw_finding(group_findings.describe_groups(card, evaluation, unseen_first[by], visitor.get_theme(), tr))


def _draw_costs(card: Card, evaluation: Classification, read: ReadQuery, tr: Translation) -> None:
    """Draw the thresholds and the prices, then what they decide and what that costs."""
    query = read()
    controls, result = st.columns(2, gap="large")
    with controls:
        cost_controls.draw_cost_controls(card, query, partial(_change, card, read), tr)
    report = CostReport(card, evaluation, query, tr)
    with result:
        st.header(forms.escape_markdown(cost_findings.describe_mistakes(card, report.outcome, tr)), anchor=False)
        st.html(cost_findings.build_outcome_table(card, report.outcome, tr))
    _draw_finding(report.describe(visitor.get_theme(), _find_other_model(card)))


def _find_other_model(card: Card) -> tuple[Card, Classification] | None:
    """Return another model that decides the same cases, with its evaluation."""
    for other in comparable_models.find_comparable(card).values():
        evaluation = service_queries.get_evaluation(other) if other["name"] != card["name"] else None
        if evaluation is not None and evaluation["kind"] == "classification":
            return other, evaluation
    return None


def _change(card: Card, read: ReadQuery, **settings: Any) -> None:
    """Change settings of the query. It is decoded again: the browser may send two changes in one message."""
    page_view.set_view(PAGE, evaluation_query.encode_query(card, replace(read(), **settings)))


def _draw_worst_rows(card: Card, evaluation: Evaluation, tr: Translation) -> None:
    """Draw the worst mistakes, each with a button that opens it on the first page."""
    if wording.only_names_labels(card):
        st.header(tr.text("Some of its mistakes"), anchor=False)
    else:
        st.header(forms.escape_markdown(tr.text("Its worst mistakes, the worst first")), anchor=False)
        st.caption(
            tr.text("In order of the relative error: the difference as a share of the true value.")
            if evaluation["kind"] == "regression"
            else tr.text("In order of how far the probability is from what really happened.")
        )
    for index, each in enumerate(evaluation.get("worst_rows", [])):
        outcome = answered_row.build_outcome(card, each["row"], each["answer"], each["truth"], tr)
        _draw_openable(card, f"worst-{index}", outcome, each["row"], tr)


def _draw_confusions(card: Card, matrix: ConfusionMatrix, tr: Translation) -> None:
    """Draw the most frequent confusions with some of their rows; the surest of them opens on the first page."""
    st.header(tr.text("What it takes for something else"), anchor=False)
    if field_types.list_pictures(card):
        st.caption(tr.text("Under each picture: the probability of the wrong answer. The button opens the first picture."))
    for index, confusion in enumerate(matrix["confusions"]):
        row = confusion["rows"][0]["row"] if confusion["rows"] else None
        _draw_openable(card, f"confusion-{index}", label_findings.build_confusion(card, confusion, tr), row, tr)


def _draw_openable(card: Card, key: str, html: Markup, row: Row | None, tr: Translation) -> None:
    """Draw a box with a button that opens a row on the first page."""

    def open_row() -> None:
        current_case.open_row(card, row or {})
        page_address.request_first_page(card)

    with st.container(border=True, horizontal=True, vertical_alignment="center", key=key):
        st.html(html)
        if row:
            st.button(tr.text("Open in Try"), key=f"open-{key}", on_click=open_row, type="tertiary")
