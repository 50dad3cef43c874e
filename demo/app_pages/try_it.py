"""Try: the fields on one side; on the other the answer, its change, its explanation, and how usual the case is."""

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from client import Card, Explanation, Prediction
from demo.address.parameters import MODEL
from demo.charts import answer_scale
from demo.charts.canvas import Figure, ScaleBand
from demo.charts.ticks import round_numbers
from demo.feedback import feedback_entry, feedback_form
from demo.feedback.feedback_entry import ShownAnswer
from demo.fields import field_types
from demo.files import row_fault_text
from demo.meetings import case_in_try
from demo.session import current_case, page_address, query_errors, saved_case_list, service_queries, visitor
from demo.session.cases import Case
from demo.sharing import share_menu
from demo.text import answer_html, wording
from demo.text.markup import build_footer, build_paragraph
from demo.text.translation import Translation
from demo.views import answered_row, case_story, explanation_view, field_notes
from demo.widgets import forms, link_notices

_HEADROOM = 0.15
"""The scale of a value is longer than the range of the training data by this part: some answers lie above it."""
_MAX_TICKS = 6


def page() -> None:
    """Draw the page from top to bottom."""
    card = service_queries.get_card(st.session_state[MODEL])
    tr = visitor.get_translation()
    case = current_case.get_case(card)
    st.title(forms.escape_markdown(card["question"]), anchor=False)
    case_in_try.draw_way_back(card, case, tr)
    link_notices.draw_notices(card, case, tr)
    fault_slot = st.container()
    with st.container(key="page"):
        form, answer = st.columns([5, 6], gap="large")
    with form:
        forms.draw_starts(card, case, tr)
        notes = forms.draw_form(card, case, tr)
        hidden_slot = st.container()
    faults = {name: _describe_fault(card, case, name, tr) for name in case.open_faults()}
    if faults:
        with fault_slot:
            _draw_fault_notice(case, tr)
    page_address.write_address(card)
    with answer, st.container(key="answer"):  # a phone shows the form between the answer and the explanation
        explanations = service_queries.explain(card, [case.row, case.start_row])
        if explanations is None:
            st.html(build_paragraph("answer-none", "–"))
            st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
            _draw_notes(card, notes, hidden_slot, faults=faults, warnings={}, tr=tr)
            return
        now, start = explanations
        with st.container(key="answer-text"):
            _draw_answer(card, case, now["prediction"], start["prediction"], tr)
        with st.container(key="why"):
            _draw_explanation(card, case, now, start, tr)
            _draw_truth(card, case, tr)
            _draw_footer(card, case, (now, start), tr)
            reasons = feedback_entry.list_reasons(now["contributions"])
            feedback_form.draw_feedback(ShownAnswer(card, case.row, now["prediction"], "try", reasons), tr)
        warnings = field_notes.build_field_notes(card, now["prediction"]["warnings"], tr)
        _draw_notes(card, notes, hidden_slot, faults=faults, warnings=warnings, tr=tr)


def _draw_fault_notice(case: Case, tr: Translation) -> None:
    """Draw that values of a row of a file could not be used, and a button that accepts their substitutes."""
    st.warning(tr.text("Some values of this row could not be used. Correct the marked fields."), icon=":material/edit:")
    st.button(tr.text("Accept the values used instead"), on_click=case.faults.clear, type="tertiary")


def _draw_answer(card: Card, case: Case, now: Prediction, start: Prediction, tr: Translation) -> None:
    st.html(answer_html.build_large_answer(card, now, tr))
    if answer_notes := field_notes.build_answer_notes(card, now["warnings"], tr):
        st.html(answer_notes)
    if wording.knows_nothing(card, now):
        return
    if most_likely := answer_html.build_most_likely(card, now, tr):
        st.html(most_likely)
    if wording.only_names_labels(card):
        st.html(build_paragraph("range", tr.text("This model names one answer, without a probability.")))
    elif wording.names_label(card):
        pass  # the bars of all labels are above
    elif wording.is_classification(card) or card["output"].get("seen") or now.get("interval"):
        figure, alt = _draw_scale(card, case, now, wording.answer_value(card, start), tr)
        st.plotly_chart(figure, key="scale", config={"displayModeBar": False, "staticPlot": True}, theme=None, alt=alt)
    before, difference, after = case_story.describe_case(card, case, start, now, tr)
    st.html(
        Markup('<p class="story">{} <strong>{}</strong>{} {}</p>').format(
            before, difference, "." if difference else "", after
        )
    )


def _draw_scale(card: Card, case: Case, now: Prediction, start_value: float, tr: Translation) -> tuple[Figure, str]:
    value = wording.answer_value(card, now)
    pinned = start_value if case.changed() else None
    output = card["output"]
    answer_text = wording.format_answer_with_unit(card, value, tr)
    if wording.is_classification(card):
        bands = sorted(output.get("bands", []), key=lambda band: band["low"])
        scale_bands = [ScaleBand(b["low"], b["high"], b["tone"], b.get("label") or b["value"]) for b in bands]
        ends = {band["low"] for band in bands[1:]} or {0.0, 0.5, 1.0}
        ticks = [(end, tr.percent(end)) for end in sorted(ends)]
        figure = answer_scale.draw_probability_scale(scale_bands, ticks, value, pinned, visitor.get_theme())
        return figure, tr.text("Scale from 0% to 100%: the answer is {answer}.", answer=answer_text)
    interval = now.get("interval")
    low, high = (interval["low"], interval["high"]) if interval else (value, value)
    seen = output.get("seen") or (low, high)
    lowest, highest = seen[0], seen[1] + (seen[1] - seen[0]) * _HEADROOM
    ticks = [(at, wording.format_answer(card, at, tr)) for at in round_numbers(lowest, highest, _MAX_TICKS)]
    figure = answer_scale.draw_value_scale(
        (low, high), value, pinned, (lowest, highest), ticks=ticks, theme=visitor.get_theme()
    )
    if not interval:
        return figure, tr.text("The answer is {answer}.", answer=answer_text)
    sentence = answer_html.describe_interval(card, now, tr)
    st.html(build_paragraph("range", sentence))
    return figure, tr.text("The answer is {answer}.", answer=answer_text) + " " + sentence


def _draw_explanation(card: Card, case: Case, now: Explanation, start: Explanation, tr: Translation) -> None:
    st.html(explanation_view.build_explanation(card, case.row, now, start, tr))
    sentence, unusual = explanation_view.describe_usualness(card, now, tr)
    if sentence:
        st.html(build_paragraph("usual rare" if unusual else "usual", sentence))


def _draw_truth(card: Card, case: Case, tr: Translation) -> None:
    """Draw what really happened in a real case, hidden until the visitor asks for it."""
    truth = answered_row.find_truth(card, case.start_row)
    if truth is not None:
        with st.expander(tr.text("What really happened?"), key=f"truth/{card['name']}"):
            st.markdown(
                forms.escape_markdown(tr.text("Actually: {truth}", truth=answered_row.describe_truth(card, truth, tr)))
            )


def _draw_footer(card: Card, case: Case, explanations: tuple[Explanation, Explanation], tr: Translation) -> None:
    saved_name = next((other.name for other in saved_case_list.get_saved_cases(card) if other.row == case.row), "")

    with st.container(horizontal=True, key="foot", vertical_alignment="center"):
        if saved_name:
            st.caption(tr.text("Kept as {name}: see Compare.", name=forms.escape_markdown(saved_name)))
        elif saved_case_list.can_save(card):
            st.button(
                tr.text("Keep to compare"),
                on_click=saved_case_list.request_save,
                icon=":material/bookmark_add:",
                type="tertiary",
                key="keep",
            )
        else:
            st.caption(tr.text("There is no room to keep more cases: delete one on Compare."))
        share_menu.draw_answer_menu(card, case, *explanations, tr)
        case_in_try.draw_add_button(card, case, tr)
        st.html(build_footer([tr.text("live"), f"{tr.text('version')} {card['version'][:8]}"]))


def _describe_fault(card: Card, case: Case, name: str, tr: Translation) -> str:
    """Return what is wrong with the cell of a file, and which value the field has instead."""
    (field,) = (each for each in card["inputs"] if each["name"] == name)
    fault = row_fault_text.describe_cell_fault(field, *case.faults[name], tr) or tr.text("Please check this value.")
    instead = field_types.of(field).value_with_unit(case.row[name], tr)
    return tr.text("In the file: {fault}. Used instead: {value}.", fault=fault, value=instead)


def _draw_notes(
    card: Card,
    placeholders: dict[str, DeltaGenerator],
    hidden_slot: DeltaGenerator,
    *,
    faults: dict[str, str],
    warnings: dict[str, Markup],
    tr: Translation,
) -> None:
    """Draw under their fields the faults of a file, and the errors and warnings of the service (field → notes)."""
    field_errors = query_errors.get_field_errors()
    noted = {**faults, **field_errors, **warnings}
    with hidden_slot:
        hidden = [field["name"] for field in card["inputs"] if field["name"] in noted and field["name"] not in placeholders]
        forms.draw_hidden_notes(card, hidden, tr)
    for name, placeholder in placeholders.items():
        if name in faults:
            placeholder.html(build_paragraph("fault", faults[name]))
        elif name in field_errors:
            nothing = tr.text("Only names and addresses: there is nothing to read.")
            placeholder.error(nothing if field_errors[name] == "no_words" else tr.text("Please check this value."))
        elif name in warnings:
            placeholder.html(warnings[name])
