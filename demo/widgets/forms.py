"""The form of any card: the choice of a start, and a widget for each field. A new model needs no change here."""

import random
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from client import Card, Field
from demo.fields import field_types
from demo.fields.field_type import FieldType, InvalidEntry
from demo.session import cases, current_case
from demo.session.cases import Case
from demo.text.translation import Translation
from demo.text.wording import field_label
from demo.uploads import picture_examples, picture_input
from demo.widgets import number_box
from demo.widgets.widget_values import show_value

_MAX_NAMED = 8
_MAX_FIELDS, _MAIN_FIELDS = 24, 12
"""A form of more fields shows so many of them at first."""
_MARKDOWN_CHARACTERS = re.compile(r"([\\`*_{}\[\]()#+\-!:$<>~|^=])")
_PLAIN_LABEL = re.compile(r"(?![-+#\s]|\d+[.)])(?!.*(?:--|://|www\.|\$.*\$|:.*:|:\w+\[))[^\\`*_\[\]<>~|^=@&\n]*")
"""A text that Streamlit's Markdown shows unchanged: no construct can begin in it, and no pair of signs encloses a part."""


def escape_markdown(text: str) -> str:
    """Return a text with its Markdown characters escaped, so that Streamlit shows them unchanged."""
    return _MARKDOWN_CHARACTERS.sub(r"\\\1", text)


def escape_label(text: str) -> str:
    """Return a label with its Markdown characters escaped if it needs it: screen readers read a label with its escapes."""
    return text if _PLAIN_LABEL.fullmatch(text) else escape_markdown(text)


def draw_starts(card: Card, case: Case, tr: Translation) -> None:
    """Draw the choice of a start. A click starts another case before the page runs again."""
    examples = {example["name"]: example.get("label") or example["name"] for example in card.get("examples", [])}

    def start_case(start: str) -> None:
        current_case.start_case(card, start)
        current_case.get_rejected_parameters().clear()

    is_start = case.start in examples and not case.changed()
    picture_field = picture_examples.find_picture_field(card)
    if picture_field is not None:
        chosen = case.start if is_start else None
        picture_examples.draw_examples(card, picture_field, tr, chosen=chosen, choose=start_case, escape=escape_label)
    key = f"start/{card['name']}" if is_start else f"start/{card['name']}/none"
    seen = st.session_state[key] = case.start if is_start else None
    if examples and picture_field is None:

        def on_change() -> None:
            """Start another case, unless the value is not new.

            A message of the browser may be older than the last run of the page: then it says that the start before is
            chosen, which a visitor who types and clicks at once would lose an entry by. So each state has its own key.
            """
            nonlocal seen
            chosen = st.session_state[key]
            if chosen != seen:
                seen = chosen
                start_case(chosen or case.start)

        st.pills(
            tr.text("Start from"),
            list(examples),
            format_func=lambda name: escape_markdown(examples[name]),
            key=key,
            on_change=on_change,
        )
    _draw_start_buttons(card, case, examples, start_case, tr)


def _draw_start_buttons(
    card: Card, case: Case, examples: Collection[str], start_case: Callable[[str], None], tr: Translation
) -> None:
    """Draw the way to another real row of the card, and back to the start."""
    with st.container(horizontal=True, key="start-buttons"):
        real_rows = [name for name in cases.get_start_rows(card) if name not in examples and name != case.start]
        if card.get("real_rows") and real_rows:
            st.button(
                tr.text("Another real {row}", row=escape_markdown(card.get("row_name") or tr.text("case"))),
                on_click=lambda: start_case(random.choice(real_rows)),  # noqa: S311 - no secret
                type="tertiary",
                icon=":material/shuffle:",
            )
        st.button(
            tr.text("Back to the start"),
            on_click=lambda: _undo(card),
            type="tertiary",
            icon=":material/undo:",
            key="back",
            disabled=not case.changed(),
        )


def _undo(card: Card) -> None:
    current_case.undo_changes(card)
    current_case.get_rejected_parameters().clear()


def draw_form(card: Card, case: Case, tr: Translation) -> dict[str, DeltaGenerator]:
    """Draw the form; return a placeholder for a note under each drawn field.

    Of many fields it draws those that matter most, and the others that the visitor chooses or has changed.
    """
    if has_many_fields(card):
        return draw_main_fields(card, card["inputs"], case, tr, "form")
    notes: dict[str, DeltaGenerator] = {}
    for group, fields in _group_fields(card):
        section: Any = st.expander(escape_markdown(group), expanded=True) if group else st.container()
        with section:
            kinds = [field_types.of(field) for field in fields]
            is_wide = len(fields) == 1 or any(kind.is_long or kind.is_picture for kind in kinds)
            if not is_wide:
                notes |= draw_pairs(card, fields, case, tr, "form")
                continue
            for field in fields:
                draw_field(card, field, case, tr, "form")
                notes[field["name"]] = st.empty()
    return notes


def has_many_fields(card: Card) -> bool:
    """Tell whether a form cannot show all fields of a card."""
    return len(card["inputs"]) > _MAX_FIELDS


def draw_main_fields(
    card: Card, fields: Sequence[Field], case: Case, tr: Translation, key_prefix: str
) -> dict[str, DeltaGenerator]:
    """Draw the fields that matter most, a choice of the others, and those that are chosen, changed or have a fault."""
    by_name = {field["name"]: field for field in fields}
    names = field_types.order_by_importance(card)
    notes = draw_pairs(card, [by_name[name] for name in names[:_MAIN_FIELDS]], case, tr, key_prefix)
    chosen: dict[str, list[str]] = st.session_state.setdefault("chosen_fields", {})
    needed = {*chosen.get(card["name"], []), *case.changed(), *case.open_faults(), *case.entry_notes}
    others = [name for name in names[_MAIN_FIELDS:] if name in needed]
    key = f"{key_prefix}/others/{card['name']}"
    st.session_state[key] = others

    def on_change() -> None:
        chosen[card["name"]] = st.session_state[key]

    st.multiselect(
        tr.count("{n} more field: search", "{n} more fields: search", len(names) - _MAIN_FIELDS),
        names[_MAIN_FIELDS:],
        format_func=lambda name: escape_markdown(field_label(by_name[name])),
        key=key,
        on_change=on_change,
        select_all=False,
        placeholder=tr.text("Type a name to change its value"),
    )
    return notes | draw_pairs(card, [by_name[name] for name in others], case, tr, key_prefix)


def draw_hidden_notes(card: Card, names: Sequence[str], tr: Translation) -> None:
    """Draw which fields that the form does not show have a note, so that the visitor can choose them."""
    if not names:
        return
    labels = {field["name"]: field_label(field) for field in card["inputs"]}
    listed = ", ".join(labels[name] for name in names[:_MAX_NAMED]) + (" …" if len(names) > _MAX_NAMED else "")
    number_box.draw_alert(tr.text("Please check in the list of fields: {fields}.", fields=listed))


def draw_pairs(
    card: Card, fields: Sequence[Field], case: Case, tr: Translation, key_prefix: str
) -> dict[str, DeltaGenerator]:
    """Draw fields pair by pair, so that a phone shows them in their order; return a placeholder for a note under each."""
    notes: dict[str, DeltaGenerator] = {}
    for first in range(0, len(fields), 2):
        for column, field in zip(st.columns(2, gap="medium"), fields[first : first + 2], strict=False):
            with column:
                draw_field(card, field, case, tr, key_prefix)
                notes[field["name"]] = st.empty()
    return notes


def _group_fields(card: Card) -> list[tuple[str, list[Field]]]:
    groups: dict[str, list[Field]] = {}
    for field in card["inputs"]:
        groups.setdefault(field.get("group", ""), []).append(field)
    return list(groups.items())


def draw_field(card: Card, field: Field, case: Case, tr: Translation, key_prefix: str) -> None:
    """Draw the widget of one field. An entry changes the case at once, before the page runs for whatever the visitor does.

    Each page has another key prefix, because Streamlit deletes the value of a key when the visitor leaves a page.
    """
    kind, name = field_types.of(field), field["name"]
    if not kind.has_widget:
        hint = escape_markdown(field["help"]) if field.get("help") else None
        st.caption(f"{escape_markdown(_label_with_unit(kind))}  \n{kind.caption(case.row[name], tr)}", help=hint)
        return
    key = f"{key_prefix}/{card['name']}/{case.start}/{kind.widget_format(tr)}/{name}"

    def read_entry() -> None:
        case.entry_notes.pop(name, None)
        try:
            value = kind.from_widget(st.session_state[key], case.row[name], tr)
        except InvalidEntry as error:
            value, case.entry_notes[name] = error.value, str(error)
        case.row = case.row | {name: value}

    if kind.is_picture:
        picture_input.draw_picture_input(kind, case, _title(kind, case, tr), f"picture/{key}", tr)
        return
    show_value(key, kind.to_widget(case.row[name], tr))
    hint = escape_markdown(field["help"]) if field.get("help") else None
    kind.draw(key, escape_label(_title(kind, case, tr)), tr, help=hint, on_change=read_entry)
    if name in case.entry_notes:
        number_box.draw_alert(case.entry_notes[name])


def _title(kind: FieldType, case: Case, tr: Translation) -> str:
    """Return the title of a widget: label, unit and, if the value was changed, the value at the start."""
    title = _label_with_unit(kind)
    before = case.start_row[kind.field["name"]]
    if case.row[kind.field["name"]] == before:
        return title
    if kind.is_long or kind.is_array:
        return f"{title} ●"
    return f"{title} ●\N{NO-BREAK SPACE}{tr.text('was {value}', value=kind.value_text(before, tr))}"


def _label_with_unit(kind: FieldType) -> str:
    unit = kind.unit()
    return field_label(kind.field) + (f", {unit}" if unit else "")
