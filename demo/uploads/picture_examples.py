"""The examples of a model that reads pictures, as thumbnails to click."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from client import Card
from demo.fields import field_types
from demo.fields.field_type import FieldType
from demo.text.markup import build_paragraph
from demo.text.translation import Translation


def find_picture_field(card: Card) -> FieldType | None:
    """Return the first field of a card that is a picture; None if it has none."""
    return next((kind for kind in field_types.get_fields(card).values() if kind.is_picture), None)


def draw_examples(
    card: Card,
    kind: FieldType,
    tr: Translation,
    *,
    chosen: str | None,
    choose: Callable[[str], None],
    escape: Callable[[str], str],
) -> None:
    """Draw the examples. `chosen` is the start of the case if nothing was changed. `escape` makes a text a label."""
    examples = card.get("examples", [])
    if not examples:
        return
    st.html(build_paragraph("picture-title", tr.text("Start from")))
    with st.container(horizontal=True, key="picture-examples"):
        for index, example in enumerate(examples):
            name, label = example["name"], example.get("label") or example["name"]
            state = "-chosen" if name == chosen else ""
            thumbnail = kind.build_value(example["row"].get(kind.field["name"]), tr)
            with st.container(key=f"example-tile-{index}{state}"):
                st.html(Markup('<div aria-hidden="true">{}</div>').format(thumbnail))
                st.button(
                    escape(label) + (" ✓" if state else ""),
                    key=f"picture-example/{card['name']}/{index}",
                    on_click=choose,
                    args=(name,),
                    type="tertiary",
                )
