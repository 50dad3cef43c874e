"""What the page Clients shows before a key is entered: stored keys to choose from, and what the page tells of one."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from client import Card, EntityList, EntityName
from demo.entities import entity_notes, entity_queries
from demo.text.translation import Translation
from demo.widgets import forms

_SHOWN, _COLUMNS = 8, 4
_MAX_AGE_SECONDS = 600.0


@dataclass
class StoredKeys:
    """A page of the stored keys of a model. The keys from `first` on are shown."""

    page: EntityList
    after: str | None
    language: str
    made_at_seconds: float
    first: int = 0

    def age_seconds(self) -> float:
        return time.monotonic() - self.made_at_seconds

    def show_next(self) -> None:
        self.first += _SHOWN

    def shown(self) -> list[EntityName]:
        return self.page["items"][self.first : self.first + _SHOWN]


def get_keys(card: Card, tr: Translation) -> StoredKeys | None:
    """Return the stored keys of this visit, after ten minutes again from the service; None on an error.

    After the last key of a page come those of the next page, and after the last page those of the first.
    """
    keys = _kept_keys().get(card["name"])
    if keys is None or keys.language != tr.language or keys.age_seconds() > _MAX_AGE_SECONDS:
        return _fetch(card, None, tr)
    if keys.shown() or not keys.page["items"]:
        return keys
    return _fetch(card, keys.page["next"], tr)


def choose_any_key(card: Card, other_than: str, tr: Translation) -> str:
    """Return a key by chance, another one than the one that is shown; empty if nothing is stored or on an error."""
    keys = get_keys(card, tr)
    names = [item["id"] for item in keys.page["items"] if item["id"] != other_than] if keys else []
    return random.choice(names) if names else ""  # noqa: S311 - no secret


def draw_choice(card: Card, keys: StoredKeys, choose: Callable[[str], None], tr: Translation) -> None:
    """Draw stored keys, each as a button that looks it up, with its stored answer."""
    name = entity_notes.get_entity_name(card, tr)
    shown = keys.shown()
    for first in range(0, len(shown), _COLUMNS):  # row by row, so that a phone shows the keys in their order
        for index, (column, item) in enumerate(zip(st.columns(_COLUMNS), shown[first : first + _COLUMNS], strict=False)):
            with column, st.container(border=True, key=f"key-card-{first + index}"):
                st.button(
                    forms.escape_markdown(f"{name[:1].upper()}{name[1:]} {item['id']}"),
                    key=f"stored/{first + index}",
                    on_click=choose,
                    args=(item["id"],),
                    type="tertiary",
                )
                st.html(entity_notes.build_stored_answer(card, item, keys.age_seconds(), tr))
    if len(keys.page["items"]) > _SHOWN or keys.page["next"] or keys.after:
        st.button(
            tr.text("Show others"),
            on_click=keys.show_next,
            icon=":material/refresh:",
            type="tertiary",
            key="stored/next",
        )


def draw_introduction(tr: Translation) -> None:
    """Draw a box for each part of the page."""
    parts = {
        tr.text("Stored answer"): tr.text("What the nightly job has computed, with its age and the version of the model."),
        tr.text("Stored values"): tr.text("The values behind this answer, each marked if it is missing or too old."),
        tr.text("Today's answer"): tr.text("Change a value and see the new answer beside the stored one."),
    }
    for column, (title, text) in zip(st.columns(len(parts)), parts.items(), strict=True):
        with column, st.container(border=True):
            st.header(title, anchor=False)
            st.markdown(text)


def _fetch(card: Card, after: str | None, tr: Translation) -> StoredKeys | None:
    page = entity_queries.list_stored_keys(card, after)
    if page is None:
        return None
    _kept_keys()[card["name"]] = keys = StoredKeys(page, after, tr.language, time.monotonic())
    return keys


def _kept_keys() -> dict[str, StoredKeys]:
    kept: dict[str, StoredKeys] = st.session_state.setdefault("stored_keys", {})
    return kept
