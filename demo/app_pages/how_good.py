"""How good: one question, one sentence and one chart at a time, and the number of cases measured."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from client import Card, Classification, Evaluation
from demo.address.parameters import MODEL
from demo.evaluation import (
    classification_findings,
    evaluation_query,
    findings,
    group_findings,
    regression_findings,
    threshold_costs,
)
from demo.evaluation.evaluation_query import EvaluationQuery
from demo.evaluation.findings import Finding
from demo.fields.number_entry import NumberEntry
from demo.session import current_case, page_address, page_view, query_errors, service_queries, visitor
from demo.text.translation import Translation
from demo.widgets import forms, number_box

PAGE = "how-good"
_MISTAKES, _GROUPS = "mistakes", "groups"
ReadQuery: TypeAlias = Callable[[], EvaluationQuery]


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    current_case.get_case(card)
    st.title(tr.text("How good is it?"), anchor=False)
    evaluation = service_queries.get_evaluation(card)
    if evaluation is None:
        page_address.write_address(card)
        if not query_errors.get_errors():
            st.info(
                tr.text("Nobody has measured this model yet: its bundle carries no evaluation."),
                icon=":material/straighten:",
            )
        return
    titles = _make_question_titles(evaluation, tr)
    segment_names = [segment["name"] for segment in evaluation["segments"]]

    def read() -> EvaluationQuery:
        return evaluation_query.decode_query(page_view.get_view(PAGE), list(titles), segment_names)

    query = read()
    _draw_question_choice(titles, read, tr)
    page_address.write_address(card, evaluation_query.encode_query(query))
    with st.container(key="finding"):
        if query.question == _MISTAKES and evaluation["kind"] == "classification":
            _draw_costs(card, evaluation, read, tr)
        elif query.question == _GROUPS:
            _draw_groups(card, evaluation, read, tr)
        else:
            _draw_finding(_make_finding(card, evaluation, query.question, tr))
    st.caption(
        tr.count(
            "Measured on {n} case that the model had never seen.",
            "Measured on {n} cases that the model had never seen.",
            evaluation["rows"],
        )
    )


def _make_question_titles(evaluation: Evaluation, tr: Translation) -> dict[str, str]:
    """Return question → title, for the questions that this evaluation answers, in the order of the page."""
    if evaluation["kind"] == "classification":
        titles = {
            "apart": tr.text("Does it tell them apart?"),
            "trust": tr.text("Can its percentages be trusted?"),
            _MISTAKES: tr.text("Mistakes and their cost"),
            "finding": tr.text("How many does it find?"),
        }
    else:
        titles = {
            "against": tr.text("How near does it come?"),
            "errors": tr.text("How large are its errors?"),
            "ranges": tr.text("Do its ranges hold?"),
        }
    if evaluation["bands"]:
        titles["bands"] = tr.text("What do the decisions mean?")
    if evaluation["importance"]:  # a model of one text has nothing to rank
        titles["matters"] = tr.text("What does it lean on?")
    if evaluation["segments"]:
        titles[_GROUPS] = tr.text("For whom is it worse?")
    return titles | {"weak": tr.text("Where is it wrong?")}


def _draw_question_choice(titles: dict[str, str], read: ReadQuery, tr: Translation) -> None:
    key = f"{PAGE}/chosen"
    st.pills(
        tr.text("Question"),
        list(titles),
        format_func=titles.__getitem__,
        key=_set_widget(key, read().question),
        on_change=_on_change(read, "question", key),
        label_visibility="collapsed",
        required=True,
    )


def _set_widget(key: str, value: Any) -> str:
    """Set the value of a widget to that of the URL; return the key of the widget."""
    st.session_state[key] = value
    return key


def _on_change(read: ReadQuery, name: str, key: str) -> Callable[[], None]:
    return lambda: _change_query(read, name, st.session_state[key])


def _change_query(read: ReadQuery, name: str, value: Any) -> None:
    """Change the query of the URL. It is decoded again, because the browser may send two changes in one message."""
    page_view.set_view(PAGE, evaluation_query.encode_query(replace(read(), **{name: value})))


def _make_finding(card: Card, evaluation: Evaluation, chosen: str, tr: Translation) -> Finding:
    theme = visitor.get_theme()
    if chosen == "bands":
        return findings.describe_bands(card, evaluation, theme, tr)
    if chosen == "matters":
        return findings.describe_importance(card, evaluation, theme, tr)
    if chosen == "weak":
        return findings.describe_weak_spots(evaluation, tr)
    if evaluation["kind"] == "classification":
        of_labels = {
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
        on_change=_on_change(read, "by", key),
        width=360,
    )
    _draw_finding(group_findings.describe_groups(card, evaluation, unseen_first[by], visitor.get_theme(), tr))


def _draw_costs(card: Card, evaluation: Classification, read: ReadQuery, tr: Translation) -> None:
    """Draw the threshold and the prices of both kinds of mistake, then the results for them."""
    query = read()
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    key, change = f"{PAGE}/threshold/{card['name']}", partial(_change_query, read, "threshold")
    with left:
        number_box.draw_share_slider(tr.text("Flag from"), key, query.threshold, tr=tr, on_change=change)
    _draw_price(middle, tr.text("A false alarm costs"), card, read, "alarm")
    _draw_price(right, tr.text("A missed one costs"), card, read, "missed")
    counts = threshold_costs.find_nearest(evaluation["thresholds"], query.threshold)
    st.header(forms.escape_markdown(classification_findings.describe_threshold(card, evaluation, counts, tr)), anchor=False)
    drawing, sentence = classification_findings.describe_costs(
        evaluation, counts, query.alarm, query.missed, theme=visitor.get_theme(), tr=tr
    )
    counted, drawn = st.columns([2, 3], gap="large", vertical_alignment="center")
    counted.html(classification_findings.build_confusion_table(card, counts, tr))
    with drawn:
        config = {"displayModeBar": False, "staticPlot": True}
        st.plotly_chart(drawing, key="drawing", theme=None, config=config, alt=sentence)
        st.markdown(forms.escape_markdown(sentence))
    sure = classification_findings.describe_threshold_intervals(counts, tr)
    st.markdown(
        "  \n".join(forms.escape_markdown(text) for text in (sure, findings.explain_intervals(tr, in_chart=False)) if text)
    )


def _draw_price(column: DeltaGenerator, label: str, card: Card, read: ReadQuery, name: str) -> None:
    entry = NumberEntry(low=0.0, high=evaluation_query.MAX_PRICE)
    key, change = f"{PAGE}/{name}/{card['name']}", partial(_change_query, read, name)
    tr = visitor.get_translation()
    with column:
        number_box.draw_number_box(label, key, getattr(read(), name), entry=entry, tr=tr, on_change=change)
