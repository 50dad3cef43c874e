"""What if: the answer over the range of one field, or of two as a map. A click changes the case to a value."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from client import Card, Curves, Field
from demo.address.parameters import MODEL
from demo.charts import answer_map
from demo.charts.canvas import Figure
from demo.drawings import curve_figure
from demo.feedback import feedback_entry, feedback_form
from demo.fields import field_types
from demo.session import current_case, page_address, page_view, service_queries, visitor
from demo.session.cases import Case
from demo.sharing import share_menu
from demo.text import answer_html, wording
from demo.text.translation import Translation
from demo.views import case_story, curve_view, field_notes
from demo.widgets import forms, link_notices

PAGE = "what-if"
_CONTROL_PIXELS = 270
"""The width of a control: a row on a laptop holds two of them and a list."""


def can_show(card: Card) -> bool:
    """Return whether the model has a field whose values form a curve."""
    return bool(_get_curve_fields(card))


def _get_curve_fields(card: Card) -> dict[str, Field]:
    """Return the fields that a curve can vary, those that matter most first."""
    kinds = field_types.get_fields(card)
    names = field_types.order_by_importance(card) if forms.has_many_fields(card) else list(kinds)
    return {name: kinds[name].field for name in names if kinds[name].can_sweep}


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    case = current_case.get_case(card)
    st.title(tr.text("What if?"), anchor=False)
    link_notices.draw_notices(card, case, tr)
    fields = _get_curve_fields(card)
    if not fields:
        page_address.write_address(card)
        st.info(case_story.describe_nothing_to_vary(card, tr))
        return
    _select_first_view(card, case, fields, tr)
    names = _draw_controls(card, case, fields, tr)
    page_address.write_address(card, ",".join(names))
    answer = service_queries.get_curves(card, case.row, names, case.start_row)
    if answer is None:
        st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
        return
    line = answer_html.build_answer_line(card, answer["prediction"], tr.text("This case:"), tr, answer["usualness"])
    st.html(line + field_notes.build_contradictions(answer["prediction"], tr))
    if answer["surface"]:
        _draw_map(card, case, (fields[names[0]], fields[names[1]]), answer, tr)
    else:
        _draw_curve(card, case, fields[names[0]], answer, tr)
    share_menu.draw_link_menu(card, case, answer["prediction"], tr, ",".join(names))
    feedback_form.draw_feedback(feedback_entry.ShownAnswer(card, case.row, answer["prediction"], PAGE, tuple(names)), tr)


def _select_first_view(card: Card, case: Case, fields: dict[str, Field], tr: Translation) -> None:
    """If no field is selected, select the one that moves the answer of this case most.

    The page keeps it: the field does not change by itself when the case does.
    """
    names = list(fields)
    if _read_view(fields) or len(names) == 1:
        return
    curves = service_queries.get_all_curves(card, case.row, names, case.start_row)
    known = [curve for curve in curves if curve["field"] in fields]
    if known:
        best = max(known, key=lambda curve: curve_view.measure_effect(card, fields[curve["field"]], curve, tr))
        page_view.set_view(PAGE, best["field"])


def _read_view(fields: dict[str, Field]) -> tuple[str, ...]:
    """Return the field or the two fields of the view; nothing if they do not fit. A name may hold a comma."""
    view = page_view.get_view(PAGE)
    if view in fields:
        return (view,)
    ends = [index for index, sign in enumerate(view) if sign == ","]
    pairs = ((view[:end], view[end + 1 :]) for end in ends)
    return next(((one, two) for one, two in pairs if one in fields and two in fields and one != two), ())


def _draw_controls(card: Card, case: Case, fields: dict[str, Field], tr: Translation) -> list[str]:
    """Draw the choice of one field, or two, and the fields themselves; return their names."""
    first, second = [*(_read_view(fields) or [next(iter(fields))]), ""][:2]
    one_key, two_key = f"{PAGE}/one", f"{PAGE}/two"
    st.session_state[one_key], st.session_state[two_key] = first, second

    def on_change() -> None:
        one, two = st.session_state[one_key] or first, st.session_state[two_key]
        page_view.set_view(PAGE, f"{one},{two}" if two and two != one else one)

    def format_name(name: str) -> str:
        return forms.escape_markdown(wording.field_label(fields[name])) if name else tr.text("none")

    draw_choice: Any = partial(st.selectbox, width=2 * _CONTROL_PIXELS) if forms.has_many_fields(card) else st.pills
    draw_choice(tr.text("Change"), list(fields), format_func=format_name, key=one_key, on_change=on_change)
    names = [first, second] if second else [first]
    with st.container(horizontal=True, vertical_alignment="bottom", key="by-hand"):
        _draw_fields(card, case, [fields[name] for name in names], tr)
        st.selectbox(
            tr.text("Second field"),
            ["", *(name for name in fields if name != first)],
            format_func=format_name,
            key=two_key,
            on_change=on_change,
            width=_CONTROL_PIXELS,
        )
        st.button(
            tr.text("Back to the start"),
            on_click=lambda: current_case.undo_changes(card),
            type="tertiary",
            icon=":material/undo:",
            key="back",
            disabled=not case.changed(),
        )
    return names


def _draw_fields(card: Card, case: Case, fields: list[Field], tr: Translation) -> None:
    """Draw the fields as widgets, for the keyboard and for values between the points."""
    for field in fields:
        with st.container(width=_CONTROL_PIXELS):
            forms.draw_field(card, field, case, tr, PAGE)


def _draw_curve(card: Card, case: Case, field: Field, answer: Curves, tr: Translation) -> None:
    drawn = curve_figure.build_curve_figure(
        card, field, answer, (case.row, case.start_row), theme=visitor.get_theme(), tr=tr
    )
    axis_values, notes = drawn.axis_values, list(drawn.notes)

    def apply_point(point: dict[str, Any]) -> None:
        if point["curve_number"] == 0:  # the other curves are marks
            current_case.change_values(card, {field["name"]: axis_values.values[point["point_index"]]})

    if rules := curve_view.describe_impossible_values(field, answer["curves"][0]):
        notes.append(tr.text("Impossible: {rules}", rules=rules))
    _draw_clickable_chart(
        drawn.figure,
        f"curve/{card['name']}/{field['name']}",
        curve_view.summarize_curve(card, field, answer["curves"][0], case.row, tr),
        apply_point,
        tr=tr,
        notes=notes,
    )
    for point in answer["curves"][0]["points"]:
        if point["value"] is None and field_types.of(field).is_ordered:
            unknown = wording.format_prediction(card, point["prediction"], tr)
            st.caption(tr.text("If unknown, the answer is {answer}.", answer=forms.escape_markdown(unknown)))


def _draw_map(card: Card, case: Case, fields: tuple[Field, Field], answer: Curves, tr: Translation) -> None:
    assert answer["surface"] is not None  # noqa: S101 - the page checked
    one, two, cells = curve_view.make_surface_points(card, fields, answer["surface"], tr)
    scale = curve_view.make_scale(card, [point for line in cells for point in line], tr)
    figure = answer_map.draw_surface(
        (one.axis(None, tr), two.axis(None, tr)),
        (one.positions, two.positions),
        cells,
        scale,
        now=curve_view.find_position((one, two), case.row),
        start=curve_view.find_position((one, two), case.start_row) if case.changed() else None,
        theme=visitor.get_theme(),
    )

    def apply_point(point: dict[str, Any]) -> None:
        if point["curve_number"] == 1:
            first, second = point["customdata"]
            names = (field["name"] for field in fields)
            current_case.change_values(
                card, dict(zip(names, (one.values[int(first)], two.values[int(second)]), strict=True))
            )

    key = f"map/{card['name']}/{fields[0]['name']}/{fields[1]['name']}"
    is_whole = all(point.is_possible for line in cells for point in line)
    notes = [] if is_whole else [tr.text("Empty cells: combinations that cannot occur.")]
    _draw_clickable_chart(figure, key, curve_view.summarize_surface(card, cells, tr), apply_point, tr=tr, notes=notes)
    unknown = [
        forms.escape_markdown(wording.field_label(axis_values.field))
        for axis_values in (one, two)
        if axis_values.position(case.row) is None
    ]
    if unknown:
        st.caption(
            tr.text("This case is not on the map, because these values are unknown: {fields}.", fields=", ".join(unknown))
        )


def _draw_clickable_chart(
    figure: Figure,
    key: str,
    summary: str,
    apply_point: Callable[[dict[str, Any]], None],
    *,
    tr: Translation,
    notes: list[str],
) -> None:
    """Draw a chart whose points can be clicked, and notes on it; `apply_point` is called with the clicked point."""
    last_key = f"{key}/clicked"

    def on_select() -> None:
        points = st.session_state[key]["selection"]["points"] or st.session_state.get(
            last_key, []
        )  # a second click on a point clears the selection
        st.session_state[last_key] = points
        for point in points[:1]:
            apply_point(point)

    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config={"displayModeBar": False},
        on_select=on_select,
        selection_mode="points",
        alt=summary,
    )
    marks = tr.text("Solid mark: now; hollow mark: start. Click a point to use its value.")
    st.caption(forms.escape_markdown(" ".join([summary, marks, *notes])))
