"""Compare: the saved cases in a table and a chart, then a second model or version on the same cases."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from client import Card, Explanation
from demo.address.parameters import MODEL
from demo.charts import case_dots
from demo.charts.case_dots import CaseDot
from demo.feedback import feedback_entry, feedback_form
from demo.files import case_table, spreadsheet
from demo.leave_behind.case_part import AnsweredCase
from demo.leave_behind.leave_behind_document import LeaveBehind
from demo.meetings import presenter_session
from demo.review import clients_cases
from demo.session import (
    cases,
    current_case,
    page_address,
    page_view,
    saved_case_list,
    saved_cases,
    service_queries,
    visitor,
)
from demo.session.saved_cases import SavedCase
from demo.sharing import document_download, document_look
from demo.text import wording
from demo.text.translation import Translation
from demo.views import answered_row, chart_scales, comparable_models, comparison_table
from demo.widgets import forms, link_notices
from demo.widgets.widget_values import show_value
from wire.media_types import CSV

PAGE = "compare"


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    saved = saved_case_list.get_saved_cases(card)
    st.title(tr.text("Side by side"), anchor=False)
    case = current_case.get_case(card)
    link_notices.draw_notices(card, case, tr)
    is_saved = any(other.row == case.row for other in saved)
    if not is_saved:
        _draw_save_button(card, tr)
    if saved:
        _draw_tools(card, saved, tr)
    else:
        st.info(
            tr.text("No cases kept yet. Keep one here or on Try, change a field, and keep it again."),
            icon=":material/bookmark:",
        )
    other_models = comparable_models.find_comparable(card)
    chosen = page_view.select_view(PAGE, list(other_models), "")
    page_address.write_address(card, chosen)
    compared = saved if is_saved else [*saved, SavedCase(tr.text("The present case"), case.row)]
    explanations = service_queries.explain(card, [other.row for other in compared])
    if explanations is None:
        st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
        return
    if saved:
        with_truth = any(answered_row.find_truth(card, each.row) is not None for each in saved) and st.toggle(
            tr.text("Show what really happened"), key=f"{PAGE}/truth"
        )
        table = comparison_table.build_case_table(card, saved, explanations[: len(saved)], tr, with_truth=with_truth)
        st.html(table)
        if not wording.names_label(card):
            _draw_chart(card, saved, explanations[: len(saved)], tr)
        _draw_download(card, saved, explanations[: len(saved)], tr)
        _draw_feedback(card, saved, explanations, tr)
    if other_models:
        _draw_second_model(card, compared, explanations, other_models, chosen)


def _draw_save_button(card: Card, tr: Translation) -> None:
    if saved_case_list.can_save(card):
        st.button(
            tr.text("Keep this case"),
            on_click=lambda: saved_case_list.save_current_case(card),
            icon=":material/bookmark_add:",
        )
    else:
        st.caption(tr.text("There is no room to keep more cases: delete one."))


def _draw_tools(card: Card, saved: list[SavedCase], tr: Translation) -> None:
    """Draw the choice of a saved case and the buttons that change it."""
    key = f"{PAGE}/chosen/{card['name']}"
    index = saved_cases.index_of(saved, st.session_state.get(key)) or 0
    st.session_state[key] = saved[index].number
    names = {case.number: forms.escape_markdown(case.name) for case in saved}
    st.pills(tr.text("Kept cases"), list(names), format_func=lambda number: names[number], key=key, required=True)
    index = saved_cases.index_of(saved, st.session_state[key]) or 0
    chosen = saved[index]

    def make_callback(change: Callable[[int], int]) -> Callable[[], None]:
        """Return a callback that changes the list and chooses the case at the index that `change` returns."""

        def on_click() -> None:
            index = saved_cases.index_of(saved, chosen.number)
            if index is not None:
                new_index = change(index)
                st.session_state[key] = saved[new_index].number if saved else None

        return on_click

    def move(by: int) -> Callable[[int], int]:
        def move_case(index: int) -> int:
            new_index = min(max(index + by, 0), len(saved) - 1)
            saved.insert(new_index, saved.pop(index))
            return new_index

        return move_case

    def copy(index: int) -> int:
        name = saved_cases.make_unique_name(saved, saved[index].name)
        saved.insert(index + 1, saved_cases.save_row(card, name, saved[index].row))
        return index + 1

    def delete(index: int) -> int:
        del saved[index]
        return min(index, len(saved) - 1)

    def open_case() -> None:
        current_case.open_row(card, chosen.row)
        page_address.request_first_page(card)

    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        _draw_name_field(saved, chosen, tr)
        can_save = saved_case_list.can_save(card)
        st.button(tr.text("Duplicate"), on_click=make_callback(copy), type="tertiary", disabled=not can_save)
        st.button(tr.text("Move left"), on_click=make_callback(move(-1)), type="tertiary", disabled=index == 0)
        st.button(tr.text("Move right"), on_click=make_callback(move(1)), type="tertiary", disabled=index == len(saved) - 1)
        st.button(tr.text("Delete"), on_click=make_callback(delete), type="tertiary")
        st.button(tr.text("Open in Try"), on_click=open_case, type="tertiary")


def _draw_name_field(saved: list[SavedCase], chosen: SavedCase, tr: Translation) -> None:
    """Draw the name of a case. Each case has a widget, so that a late message of the browser cannot rename another case."""
    key = f"{PAGE}/name/{chosen.number}"

    def rename() -> None:
        name = st.session_state[key].strip()
        index = saved_cases.index_of(saved, chosen.number)
        if name and index is not None:
            saved[index].name = saved_cases.make_unique_name(saved[:index] + saved[index + 1 :], name)

    with st.popover(tr.text("Rename"), type="tertiary"):
        show_value(key, chosen.name)
        st.text_input(tr.text("Name"), key=key, max_chars=saved_cases.MAX_NAME, on_change=rename)


def _draw_chart(card: Card, saved: list[SavedCase], explanations: list[Explanation], tr: Translation) -> None:
    dots = []
    first = wording.answer_value(card, explanations[0]["prediction"])
    for case, explanation in zip(saved, explanations, strict=True):
        value, interval = wording.answer_value(card, explanation["prediction"]), explanation["prediction"].get("interval")
        ends = (interval["low"], interval["high"]) if interval else None
        answer_text = wording.format_answer_with_unit(card, value, tr)
        if value != first:
            answer_text += f" ({wording.format_signed_difference(card, first, value, tr)})"
        dots.append(
            CaseDot(case.name, value, answer_text, comparison_table.describe_strongest_reason(card, explanation, tr), ends)
        )
    ends_of_all = [end for dot in dots for end in (dot.interval or (dot.answer, dot.answer))]
    figure = case_dots.draw_case_dots(dots, chart_scales.make_scale(card, ends_of_all, tr), visitor.get_theme())
    lowest, highest = min(dots, key=lambda dot: dot.answer), max(dots, key=lambda dot: dot.answer)
    summary = (
        tr.text("All: {answer}.", answer=lowest.answer_label)
        if lowest.answer == highest.answer
        else tr.text(
            "Lowest: {low_name}, {low}. Highest: {high_name}, {high}.",
            low_name=lowest.name,
            low=wording.format_answer_with_unit(card, lowest.answer, tr),
            high_name=highest.name,
            high=wording.format_answer_with_unit(card, highest.answer, tr),
        )
    )
    config = {"displayModeBar": False, "staticPlot": True}
    st.plotly_chart(figure, key="compared", theme=None, config=config, alt=summary)
    st.caption(forms.escape_markdown(summary))


def _draw_download(card: Card, saved: list[SavedCase], explanations: list[Explanation], tr: Translation) -> None:
    answers = comparison_table.export_columns(card, explanations)
    table = case_table.cases_to_csv(card, saved, answers, spreadsheet.dialect_of_language(tr.language))
    st.download_button(
        tr.text("Download as CSV"),
        partial(table.encode, "utf-8-sig"),  # made when it is clicked, so that no visit keeps it
        f"{card['name']}.csv",
        CSV,
        on_click="ignore",
        icon=":material/download:",
    )
    answered = [AnsweredCase(each.name, card, each.row, why) for each, why in zip(saved, explanations, strict=True)]
    content = LeaveBehind(card["question"], answered, compared=[answered], cards=[card], look=document_look.get_look())
    document_download.draw_document_buttons(PAGE, f"{card['name']}-{PAGE}", lambda: content, tr)


def _draw_feedback(card: Card, saved: list[SavedCase], explanations: list[Explanation], tr: Translation) -> None:
    """Draw the question whether the answer to the chosen case is right."""
    index = saved_cases.index_of(saved, st.session_state[f"{PAGE}/chosen/{card['name']}"]) or 0
    case, explanation = saved[index], explanations[index]
    reasons = feedback_entry.list_reasons(explanation["contributions"])
    answer = feedback_entry.ShownAnswer(card, case.row, explanation["prediction"], PAGE, reasons)
    feedback_form.draw_feedback(answer, tr, tr.text("{name}: do you agree with this answer?", name=case.name))


def _draw_second_model(
    card: Card, saved: list[SavedCase], explanations: list[Explanation], other_models: dict[str, Card], chosen: str
) -> None:
    """Draw the answers of another model or version to the same cases. It has the same fields."""
    tr = visitor.get_translation()
    st.header(tr.text("Two models on the same cases"), anchor=False)
    key = f"{PAGE}/other"
    st.session_state[key] = chosen or None
    st.pills(
        tr.text("The other model"),
        list(other_models),
        format_func=lambda name: forms.escape_markdown(comparison_table.model_titles((card, other_models[name]), tr)[1]),
        key=key,
        on_change=lambda: page_view.set_view(PAGE, st.session_state[key] or ""),
    )
    if not chosen:
        return
    other = other_models[chosen]
    other_explanations = service_queries.explain(other, [cases.complete_row(other, case.row) for case in saved])
    if other_explanations is None:
        st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
        return
    st.html(comparison_table.build_model_table((card, other), saved, (explanations, other_explanations), tr))
    st.caption(
        forms.escape_markdown(
            comparison_table.describe_disagreement((card, other), saved, (explanations, other_explanations), tr)
        )
    )
    if presenter := presenter_session.get_presenter():  # whose cases they are is for those who present
        titles = comparison_table.model_titles((card, other), tr)
        clients_cases.draw_clients_cases(presenter.client, (card, other), titles, tr)
