"""What if: one field swept over its range for this very case, or two as a map. A click takes a value into the case."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from client import Card, Curves, Field, Row
from demo.address.parameters import MODEL
from demo.charts import answer_map, curve_chart
from demo.charts.canvas import Figure
from demo.charts.curve_chart import Point
from demo.fields import field_types
from demo.session import current_case, page_address, page_view, service_queries, visitor
from demo.session.cases import Case
from demo.text import answer_html, wording
from demo.text.translation import Translation
from demo.views import curve_view
from demo.views.curve_view import FieldValues
from demo.widgets import forms

PAGE = "what-if"
_WIDE = 270
"""Pixels of a control: two of them and a choice stand side by side on a laptop."""


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.card(st.session_state[MODEL]), visitor.translation()
    case = current_case.get_case(card)
    st.title(tr.text("What if?"), anchor=False)
    fields = {name: kind.field for name, kind in field_types.by_name(card).items() if kind.can_sweep}
    if not fields:
        page_address.write_address(card)
        st.info(
            tr.text("This model reads a text only: no field to sweep. On Try, change the words and watch their colours.")
        )
        return
    names = _controls(card, case, fields, tr)
    page_address.write_address(card, ",".join(names))
    asked = service_queries.sweep(card, case.row, names, case.start_row)
    if asked is None:
        st.caption(tr.text("No answer at the moment."))
        return
    st.html(answer_html.build_answer_line(card, asked["prediction"], tr.text("This case:"), tr, asked["usualness"]))
    if asked["surface"]:
        _map(card, case, (fields[names[0]], fields[names[1]]), asked, tr)
    else:
        _curve(card, case, fields[names[0]], asked, tr)


def _controls(card: Card, case: Case, fields: dict[str, Field], tr: Translation) -> list[str]:
    """Draw the choice of one field, or two, and the fields themselves; return their names."""
    pairs = [f"{one},{two}" for one in fields for two in fields if one != two]
    first, _, second = page_view.selected_view(PAGE, [*fields, *pairs], next(iter(fields))).partition(",")
    one_key, two_key = f"{PAGE}/one", f"{PAGE}/two"
    st.session_state[one_key], st.session_state[two_key] = first, second

    def look() -> None:
        one, two = st.session_state[one_key] or first, st.session_state[two_key]
        page_view.set_view(PAGE, f"{one},{two}" if two and two != one else one)

    def name_of(name: str) -> str:
        return forms.plain(wording.field_label(fields[name])) if name else tr.text("nothing else")

    st.pills(tr.text("Change"), list(fields), format_func=name_of, key=one_key, on_change=look)
    others = ["", *(name for name in fields if name != first)]
    names = [first, second] if second else [first]
    with st.container(horizontal=True, vertical_alignment="bottom", key="by-hand"):
        _by_hand(card, case, [fields[name] for name in names], tr)
        st.selectbox(tr.text("together with"), others, format_func=name_of, key=two_key, on_change=look, width=_WIDE)
        st.button(
            tr.text("Back to the start"),
            on_click=lambda: current_case.undo_changes(card),
            type="tertiary",
            icon=":material/undo:",
            key="back",
            disabled=not case.changed(),
        )
    return names


def _by_hand(card: Card, case: Case, fields: list[Field], tr: Translation) -> None:
    """Draw the fields themselves: for the keyboard, and for values between the points."""
    for field in fields:
        with st.container(width=_WIDE):
            case.row[field["name"]] = forms.draw_field(card, field, case, tr, PAGE)


def _curve(card: Card, case: Case, field: Field, asked: Curves, tr: Translation) -> None:
    side, points = curve_view.make_curve_points(card, field, asked["curves"][0], tr)
    now, begun = side.index(case.row), case.start_row[field["name"]]
    scale = curve_view.make_scale(card, points, tr)
    pinned = wording.answer_value(card, asked["pinned"]) if asked["pinned"] and case.changed() else None
    rare = False
    kind = field_types.of(field)
    if kind.is_ordered:
        start = None if pinned is None or begun is None else Point(kind.position(begun), pinned, "", "")
        axis = side.axis(asked["curves"][0]["usual"] or asked["curves"][0]["seen"], tr)
        rare = bool(axis.rare_ranges(points, (points[0].position, points[-1].position)))
        figure = curve_chart.draw_line(points, axis, scale, now=now, start=start, theme=visitor.theme())
    else:
        place = side.index(case.start_row)
        mark = None if pinned is None or place is None else (place, pinned)
        figure = curve_chart.draw_bars(points, scale, now=now, start=mark, theme=visitor.theme())

    def take(clicked: dict[str, Any]) -> None:
        if clicked["curve_number"] == 0:  # what lies above it only marks
            current_case.change_values(card, {field["name"]: side.values[clicked["point_index"]]})

    _draw(
        figure,
        f"curve/{card['name']}/{field['name']}",
        curve_view.summarize_curve(field, points, tr),
        take,
        tr,
        rare=rare,
    )
    for point in asked["curves"][0]["points"]:
        if point["value"] is None and kind.is_ordered:
            unknown = wording.format_answer_with_unit(card, wording.answer_value(card, point["prediction"]), tr)
            st.caption(tr.text("Where it is not known, the answer is {answer}.", answer=forms.plain(unknown)))


def _map(card: Card, case: Case, fields: tuple[Field, Field], asked: Curves, tr: Translation) -> None:
    assert asked["surface"] is not None  # noqa: S101 - the page looked
    one, two, cells = curve_view.make_surface_points(card, fields, asked["surface"], tr)
    scale = curve_view.make_scale(card, [point for line in cells for point in line], tr)
    figure = answer_map.draw_surface(
        (one.axis(None, tr), two.axis(None, tr)),
        (one.positions, two.positions),
        cells,
        scale,
        now=_spot((one, two), case.row),
        start=_spot((one, two), case.start_row) if case.changed() else None,
        theme=visitor.theme(),
    )

    def take(clicked: dict[str, Any]) -> None:
        if clicked["curve_number"] == 1:
            first, second = clicked["customdata"]
            names = (field["name"] for field in fields)
            current_case.change_values(
                card, dict(zip(names, (one.values[int(first)], two.values[int(second)]), strict=True))
            )

    key = f"map/{card['name']}/{fields[0]['name']}/{fields[1]['name']}"
    _draw(figure, key, curve_view.summarize_surface(cells, tr), take, tr)
    unknown = [forms.plain(wording.field_label(side.field)) for side in (one, two) if side.position(case.row) is None]
    if unknown:
        st.caption(tr.text("This case is not on the map, for this is not known: {fields}.", fields=", ".join(unknown)))


def _spot(sides: tuple[FieldValues, FieldValues], row: Row) -> tuple[float, float] | None:
    """Return where a row stands on a map; None where one of its values has no place."""
    x, y = (side.position(row) for side in sides)
    return None if x is None or y is None else (x, y)


def _draw(
    figure: Figure,
    key: str,
    summary: str,
    take: Callable[[dict[str, Any]], None],
    tr: Translation,
    *,
    rare: bool = False,
) -> None:
    """Draw a chart whose points can be clicked; `take` gets the clicked one."""
    last = f"{key}/clicked"

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"] or st.session_state.get(last, [])  # again: it is let go
        st.session_state[last] = points
        for point in points[:1]:
            take(point)

    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config={"displayModeBar": False},
        on_select=clicked,
        selection_mode="points",
        alt=summary,
    )
    marks = tr.text("Full mark: now; hollow mark: where you started. Click a point to take its value.")
    grey = tr.text("Grey: values that are rare among those the model learned from.") if rare else ""
    st.caption(f"{forms.plain(summary)} {forms.plain(marks)} {forms.plain(grey)}")
