"""What to change: a goal at the top, then recommendations that reach it, each with a button that applies it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from markupsafe import Markup

from client import Card, Change, Field, Recommendation, Recommendations, Row
from demo.address import goal_choice
from demo.address.parameters import MODEL
from demo.feedback import feedback_entry, feedback_form
from demo.fields import field_types
from demo.fields.number_entry import NumberEntry
from demo.session import current_case, page_address, page_view, service_queries, visitor
from demo.sharing import share_menu
from demo.text import answer_html, wording
from demo.text.markup import concatenate
from demo.text.translation import Translation
from demo.views import case_story, field_notes
from demo.widgets import forms, link_notices, number_box

PAGE = "to-change"
_RANGE = ""
_MAX_NAMED = 12


def can_show(card: Card) -> bool:
    """Return whether the model has a field that a recommendation may change."""
    return bool(goal_choice.changeable_fields(card))


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    case = current_case.get_case(card)
    st.title(tr.text("What would have to change?"), anchor=False)
    link_notices.draw_notices(card, case, tr)
    if not can_show(card):
        page_address.write_address(card)
        st.info(case_story.describe_nothing_to_change(card, tr))
        return
    _choose_default_goal(card, case.row)
    choice = goal_choice.decode_goal(card, page_view.get_view(PAGE))
    with st.container(key="page"):
        controls, results = st.columns([5, 6], gap="large")
    with controls:
        answer_slot = st.empty()
        _draw_goal(card, choice, tr)
        _draw_fixed_fields(card, choice, tr)
        _draw_unchangeable(card, tr)
    page_address.write_address(card, goal_choice.encode_goal(choice))
    answer = service_queries.recommend(card, case.row, goal_choice.to_goal(card, choice), list(choice.fixed))
    with results:
        if answer is None:
            st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
            return
        line = answer_html.build_answer_line(card, answer["prediction"], tr.text("This case:"), tr)
        answer_slot.html(line + field_notes.build_contradictions(answer["prediction"], tr))
        _draw_results(card, choice, answer, tr)
        share_menu.draw_link_menu(card, case, answer["prediction"], tr, goal_choice.encode_goal(choice))
        feedback_form.draw_feedback(feedback_entry.ShownAnswer(card, case.row, answer["prediction"], PAGE), tr)


def _choose_default_goal(card: Card, row: Row) -> None:
    """Choose a goal that the case does not meet yet, if neither the visitor, the address nor a band of the card has one.

    It depends on the answer, which Try has mostly asked for already.
    """
    if page_view.get_view(PAGE) or card["output"].get("bands"):
        return
    if explanations := service_queries.explain(card, [row]):
        page_view.set_view(PAGE, goal_choice.encode_goal(goal_choice.default_goal(card, explanations[0]["output"])))


def _draw_results(card: Card, choice: goal_choice.GoalChoice, answer: Recommendations, tr: Translation) -> None:
    """Draw the recommendations, or why there are none."""
    if answer["recommendations"]:
        _draw_recommendations(card, answer["recommendations"], tr)
    elif answer["reachable"]:
        has_starts = bool(card.get("examples") or card.get("real_rows"))
        other_goal = tr.text("This case already meets the goal. Choose another goal.")
        other_case = tr.text("This case already meets the goal. Choose another goal, or another case:")
        st.success(other_case if has_starts else other_goal, icon=":material/check_circle:")
        if has_starts:
            forms.draw_starts(card, current_case.get_case(card), tr)
    else:
        _draw_unreachable(card, choice, answer, tr)


def _draw_unreachable(card: Card, choice: goal_choice.GoalChoice, answer: Recommendations, tr: Translation) -> None:
    """Draw that the goal is not reachable, the nearest result with its steps, and what stands in the way."""
    goals = {band["value"]: band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    st.info(
        tr.text("No allowed change leads to “{goal}”.", goal=forms.escape_markdown(goals[choice.band]))
        if choice.band in goals
        else tr.text("No allowed change leads to this goal."),
        icon=":material/explore:",
    )
    labels = {field["name"]: wording.field_label(field) for field in card["inputs"]}
    if nearest := answer.get("nearest"):
        fixed = ", ".join(labels[name] for name in choice.fixed)
        title = tr.text("Closest result, keeping fixed: {fields}", fields=fixed) if fixed else tr.text("Closest result")
        st.markdown(forms.escape_markdown(title))
        _draw_recommendation(card, nearest, "nearest", tr)
    obstacles = [labels[name] for name in answer.get("obstacles", []) if name in labels]
    if obstacles:
        st.markdown(forms.escape_markdown(tr.text("Main obstacles: {fields}.", fields=", ".join(obstacles))))


def _change_goal(card: Card, change: Callable[[goal_choice.GoalChoice], goal_choice.GoalChoice]) -> None:
    """Change the goal. It is decoded again, because the browser may send two changes in one message."""
    page_view.set_view(PAGE, goal_choice.encode_goal(change(goal_choice.decode_goal(card, page_view.get_view(PAGE)))))


def _draw_goal(card: Card, choice: goal_choice.GoalChoice, tr: Translation) -> None:
    """Draw the choice of a goal: a band of the card, or a range."""
    bands = {band["value"]: band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    if bands:
        key = f"{PAGE}/goal"
        st.session_state[key] = choice.band

        def on_change() -> None:
            chosen = st.session_state[key]
            if chosen is not None:
                new_choice = goal_choice.default_range(card) if chosen == _RANGE else goal_choice.GoalChoice(band=chosen)
                _change_goal(card, lambda now: replace(new_choice, fixed=now.fixed))

        st.pills(
            tr.text("The goal"),
            [*bands, _RANGE],
            format_func=lambda band: forms.escape_markdown(bands.get(band) or tr.text("Custom target")),
            key=key,
            on_change=on_change,
        )
    if not choice.band:
        _draw_range(card, choice, tr)


def _draw_range(card: Card, choice: goal_choice.GoalChoice, tr: Translation) -> None:
    """Draw the range in which the answer should lie."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="custom-goal"):
        if not wording.is_classification(card):
            _draw_ends(card, choice, tr)
            return
        if wording.only_names_labels(card):
            _draw_label(card, choice, tr.text("The answer should be"))
            return
        if len(goal_choice.get_labels(card)) > 2:  # noqa: PLR2004 - with two labels, one probability gives the other
            _draw_label(card, choice, tr.text("Probability of"))
        key = f"{PAGE}/chance/{card['name']}"
        st.session_state[key] = (choice.minimum or 0.0, 1.0 if choice.maximum is None else choice.maximum)

        def on_change() -> None:
            minimum, maximum = st.session_state[key]
            ends: dict[str, Any] = {"minimum": minimum or None, "maximum": maximum if maximum < 1 or not minimum else None}
            _change_goal(card, lambda now: replace(now, **ends))

        st.slider(
            tr.text("The probability should be between"), 0.0, 1.0, step=0.01, format="percent", key=key, on_change=on_change
        )


def _draw_label(card: Card, choice: goal_choice.GoalChoice, title: str) -> None:
    names = wording.label_texts(card)
    key = f"{PAGE}/label/{card['name']}"
    st.session_state[key] = choice.label
    st.selectbox(
        title,
        list(names),
        format_func=lambda name: forms.escape_markdown(names[name]),
        key=key,
        on_change=lambda: _change_goal(card, lambda now: replace(now, label=st.session_state[key])),
        width=260,
    )


def _draw_ends(card: Card, choice: goal_choice.GoalChoice, tr: Translation) -> None:
    unit = card["output"].get("unit", "")
    entry = NumberEntry(step=goal_choice.range_step(card), unit=unit, is_nullable=True)
    for name, key_part, label, end in (
        ("minimum", "least", tr.text("The answer should be at least"), choice.minimum),
        ("maximum", "most", tr.text("and at most"), choice.maximum),
    ):

        def on_change(number: float | None, name: str = name) -> None:
            _change_goal(card, lambda now: goal_choice.replace_end(now, name, number))

        title = forms.escape_markdown(label + (f", {unit}" if unit else ""))
        key, placeholder = f"{PAGE}/{key_part}/{card['name']}", tr.text("no limit")
        with st.container(width=260):
            number_box.draw_number_box(title, key, end, entry=entry, tr=tr, on_change=on_change, placeholder=placeholder)


def _draw_fixed_fields(card: Card, choice: goal_choice.GoalChoice, tr: Translation) -> None:
    fields = {field["name"]: field for field in card["inputs"]}
    key = f"{PAGE}/fixed/{card['name']}"
    st.session_state[key] = list(choice.fixed)
    st.multiselect(
        tr.text("Keep fixed"),
        goal_choice.changeable_fields(card),
        format_func=lambda name: forms.escape_markdown(wording.field_label(fields[name])),
        key=key,
        select_all=False,
        placeholder=tr.text("none"),
        on_change=lambda: _change_goal(card, lambda now: replace(now, fixed=tuple(st.session_state[key]))),
    )


def _draw_recommendations(card: Card, recommendations: list[Recommendation], tr: Translation) -> None:
    st.markdown(
        tr.count(
            "{n} way to reach the goal:", "{n} ways to reach the goal, the smallest change first:", len(recommendations)
        )
    )
    for index, recommendation in enumerate(recommendations):
        _draw_recommendation(card, recommendation, str(index), tr)


def _draw_recommendation(card: Card, recommendation: Recommendation, name: str, tr: Translation) -> None:
    """Draw the steps of a recommendation, its answer, and a button that applies it."""
    fields = {field["name"]: field for field in card["inputs"]}
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"proposal-{name}"):
        changes = concatenate(_build_change(fields[change["field"]], change, tr) for change in recommendation["changes"])
        answer = answer_html.build_answer_line(card, recommendation["prediction"], "", tr, recommendation["usualness"])
        st.html(Markup('<ul class="moves">{}</ul>{}').format(changes, answer))
        st.button(tr.text("Try it"), key=f"take-{name}", on_click=partial(_apply, card, recommendation), type="primary")


def _build_change(field: Field, change: Change, tr: Translation) -> Markup:
    kind = field_types.of(field)
    before, after = kind.value_text(change["from"], tr), kind.value_with_unit(change["to"], tr)
    return Markup("<li>{} <b>{} → {}</b></li>").format(wording.field_label(field), before, after)


def _apply(card: Card, recommendation: Recommendation) -> None:
    current_case.change_values(card, {change["field"]: change["to"] for change in recommendation["changes"]})
    page_address.request_first_page(card)


def _draw_unchangeable(card: Card, tr: Translation) -> None:
    """Draw which values can change in reality, and the fields that no recommendation changes."""
    if note := card.get("change_note"):
        st.caption(forms.escape_markdown(note))
    if unchangeable := [wording.field_label(each) for each in card["inputs"] if each.get("changeable", "both") == "no"]:
        listed = ", ".join(unchangeable[:_MAX_NAMED]) + (" …" if len(unchangeable) > _MAX_NAMED else "")
        st.caption(forms.escape_markdown(tr.text("Fixed: {fields}.", fields=listed)))
