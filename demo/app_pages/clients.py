"""Clients: look one up by its key, see the stored answer and the stored fields with their age; change a field, see live."""

import random

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from client import Card, Prediction
from demo.address.parameters import MODEL
from demo.session import entity_lookup, page_address, page_view, query_errors, service_queries, visitor
from demo.session.entity_lookup import EntityLookup
from demo.text import answer_html, wording
from demo.text.markup import build_footer, build_paragraph, concatenate
from demo.text.translation import Translation
from demo.views import case_story
from demo.widgets import forms

PAGE = "clients"
_MAX_KEY = 64
_ANY_KEY = 100_000


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.card(st.session_state[MODEL]), visitor.translation()
    st.title(tr.text("What do we know already?"), anchor=False)
    if "entity" not in card:
        page_address.write_address(card)
        st.info(
            tr.text("Nothing is stored for this model: its cases have no key to find them by. Choose another model above."),
            icon="🗝️",
        )
        return
    found = _looked_up(card, tr)
    if found is None:
        page_address.write_address(card, entity_lookup.encode_lookup(card, _key(card), {}))
        return
    with st.container(key="page"):
        form, said = st.columns([5, 6], gap="large")
    with form:
        notes = _form(card, found, tr)
    page_address.write_address(
        card, entity_lookup.encode_lookup(card, found.entity["id"], entity_lookup.changed_values(found))
    )
    with said, st.container(key="answer"), st.container(key="said"):
        _answers(card, found, tr)
    _notes(card, found, notes, tr)


def _held() -> dict[str, EntityLookup]:
    """Return model → what this visit has looked up last."""
    held: dict[str, EntityLookup] = st.session_state.setdefault("looked_up", {})
    return held


def _key(card: Card) -> str:
    """Return the key that is typed, or that the address brought. Streamlit forgets widgets of a page that was left."""
    keys: dict[str, str] = st.session_state.setdefault("keys", {})
    name, widget = card["name"], f"{PAGE}/key/{card['name']}"
    if name not in keys:
        keys[name], st.session_state[f"{widget}/changes"] = entity_lookup.decode_lookup(card, page_view.view_text(PAGE))
        st.session_state[widget] = keys[name]
    keys[name] = st.session_state.setdefault(widget, keys[name])
    return keys[name].strip()


def _looked_up(card: Card, tr: Translation) -> EntityLookup | None:
    """Draw the key; return what is stored under it, or say that nothing is."""
    wanted = _key(card)
    name = card.get("row_name") or tr.text("case")
    with st.container(horizontal=True, vertical_alignment="bottom", key="look-up"):
        st.text_input(
            forms.plain(name[:1].upper() + name[1:]),
            placeholder=card["entity"]["key"],
            key=f"{PAGE}/key/{card['name']}",
            max_chars=_MAX_KEY,
            width=200,
        )
        st.button(
            tr.text("Any {row}", row=forms.plain(name)),
            on_click=lambda: _take_any(card),
            type="tertiary",
            icon=":material/shuffle:",
        )
    if not wanted:
        if st.session_state.pop(f"{PAGE}/none/{card['name']}", False):
            _say_nothing_stored(card, "", tr)
        else:
            st.caption(tr.text("Type a key to see what last night's work has stored under it."))
        return None
    held = _held().get(card["name"])
    same = held is not None and held.entity["id"] == wanted
    if held is None or not same or held.entity["version"] != card["version"] or held.is_old():
        entity = service_queries.entity(card, wanted)
        if entity is None:
            if not query_errors.errors():
                _say_nothing_stored(card, wanted, tr)
            return None
        brought = st.session_state.pop(f"{PAGE}/key/{card['name']}/changes", {})
        held = _held()[card["name"]] = entity_lookup.start_lookup(
            card, entity, entity_lookup.changed_values(held) if held and same else brought
        )
    return held


def _take_any(card: Card) -> None:
    """Type the key of some stored case."""
    found = service_queries.any_entity(card, str(random.randrange(_ANY_KEY)))  # noqa: S311 - nothing secret is drawn
    if found:
        st.session_state[f"{PAGE}/key/{card['name']}"] = found
    else:
        st.session_state[f"{PAGE}/none/{card['name']}"] = True


def _say_nothing_stored(card: Card, wanted: str, tr: Translation) -> None:
    """Say that a key is unknown, or that no night has stored anything for this model at all."""
    text = (
        tr.text("Nothing is stored under {key}. Is the key right?", key=forms.plain(wanted))
        if wanted and service_queries.any_entity(card, "")
        else tr.text("No night has stored anything for this model yet. Choose another model above.")
    )
    st.info(text, icon="🔍")


def _form(card: Card, found: EntityLookup, tr: Translation) -> dict[str, DeltaGenerator]:
    """Draw where the fields come from, and the fields; return a place for a note under each."""
    st.html(build_paragraph("stored-since", _since(found, tr)))
    notes: dict[str, DeltaGenerator] = {}
    for first in range(0, len(card["inputs"]), 2):  # row by row: a phone shows the fields in the card's order
        for column, field in zip(st.columns(2, gap="medium"), card["inputs"][first : first + 2], strict=False):
            with column:
                asked = entity_lookup.as_nullable(field, found)
                found.case.row[field["name"]] = forms.draw_field(card, asked, found.case, tr, PAGE)
                notes[field["name"]] = st.empty()

    def back() -> None:
        _held()[card["name"]] = entity_lookup.start_lookup(card, found.entity, {})

    st.button(
        tr.text("Back to what is stored"),
        on_click=back,
        type="tertiary",
        icon=":material/undo:",
        key=f"{PAGE}/back",
        disabled=not found.case.changed(),
    )
    return notes


def _since(found: EntityLookup, tr: Translation) -> str:
    features = found.entity["stored_features"]
    if not features:
        return tr.text("The fields are those of the stored answer.")
    age = tr.time_ago(found.age_seconds(features["age_seconds"]))
    if features["expired"]:
        return tr.text("These fields were stored {age}: too old to rely on.", age=age)
    return tr.text("These fields were stored {age}.", age=age)


def _now(card: Card, found: EntityLookup) -> Prediction | None:
    """Return the answer of this moment where it may differ from the stored one; after a night between, look up again."""
    asked = entity_lookup.live_query(found)
    now = None if asked is None else service_queries.predict_by_key(card, found.entity["id"], asked, found.number)
    if now is not None and not entity_lookup.is_consistent(found, now):
        found.expire()
        st.rerun()
    return now


def _answers(card: Card, found: EntityLookup, tr: Translation) -> None:
    """Draw the stored answer, and beside it the answer of this moment where there is one."""
    stored = found.entity["stored_prediction"]
    now = _now(card, found)
    pieces = []
    if stored:
        parts = [tr.text("computed {age}", age=tr.time_ago(found.age_seconds(stored["age_seconds"])))]
        parts.append(f"{tr.text('version')} {stored['version'][:8]}")
        pieces.append(_said(card, tr.text("Stored"), stored["prediction"], parts, tr))
    if now:
        parts = [tr.text("live"), f"{tr.text('version')} {card['version'][:8]}"]
        pieces.append(_said(card, tr.text("Now"), now, parts, tr))
    st.html(Markup('<div class="two-answers">{}</div>').format(concatenate(pieces)))
    st.html(build_paragraph("sentence", card["output"].get("sentence", "")))
    if stored and stored["stale"]:
        other = stored["version"] != card["version"]
        reason = (
            tr.text("The stored answer is of an earlier version of the model.")
            if other
            else tr.text("The stored answer is too old to rely on.")
        )
        st.warning(reason, icon="🕰️")
    if stored:
        _moved(card, found, stored["prediction"], now, tr)


def _said(card: Card, title: str, prediction: Prediction, parts: list[str], tr: Translation) -> Markup:
    answer = wording.format_answer_with_unit(card, wording.answer_value(card, prediction), tr)
    return Markup('<section><h2>{}</h2><p class="number">{}</p>{}{}</section>').format(
        title, answer, answer_html.build_band_badge(card, prediction), build_footer(parts)
    )


def _moved(card: Card, found: EntityLookup, stored: Prediction, now: Prediction | None, tr: Translation) -> None:
    """Say how far the answer moved, and tell apart what the store has renewed and what was changed here."""
    said: list[str] = []
    if now:
        before, after = (wording.answer_value(card, each) for each in (stored, now))
        moved = wording.describe_difference(card, before, after, tr)
        said.append(Markup("{} <strong>{}</strong>.").format(tr.text("Against the stored answer:"), moved))
    since = entity_lookup.changes_since_prediction(found)
    if since.changed():
        told = tr.text("Stored since that answer: {changes}.", changes=case_story.describe_changes(card, since, tr))
        said.append(told)
    if found.case.changed():
        told = tr.text("You changed {changes}.", changes=case_story.describe_changes(card, found.case, tr))
        said.append(told)
    elif not now:
        said.append(tr.text("Change a field to see the answer of this moment beside it."))
    st.html(build_paragraph("story", Markup(" ").join(said)))


def _notes(card: Card, found: EntityLookup, places: dict[str, DeltaGenerator], tr: Translation) -> None:
    """Say under a field what is special about how it is stored; nothing where it is as the others are."""
    refused = query_errors.field_errors()
    said = {
        "expired": tr.text("Stored too long ago to rely on."),
        "null": tr.text("Stored as not known."),
        "missing": tr.text("Not stored."),
    }
    features, stored = found.entity["stored_features"], found.entity["stored_prediction"]
    for field in card["inputs"]:
        name = field["name"]
        how = entity_lookup.stored_state(found.entity, name)
        if name in refused:
            places[name].error(said.get(how) or tr.text("Please check this value."))
        elif name in found.case.changed():
            continue
        elif features and stored and entity_lookup.comes_from_prediction(found.entity, name):
            age = tr.time_ago(found.age_seconds(stored["age_seconds"]))
            told = tr.text("As it was behind the stored answer, {age}.", age=age)
            places[name].html(build_paragraph("unusual", told))
        elif how != "stored" and not (how == "expired" and _all_expired(found)):
            places[name].html(build_paragraph("unusual", said[how]))


def _all_expired(found: EntityLookup) -> bool:
    """Tell whether the line above the fields says it already."""
    features = found.entity["stored_features"]
    return bool(features and features["expired"])
