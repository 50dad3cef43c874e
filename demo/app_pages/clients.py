"""Clients: look up a key, see the stored answer and the stored fields with their age, change a field, see a live answer."""

from functools import partial

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from client import Card, Prediction
from demo.address.parameters import MODEL
from demo.entities import entity_notes, entity_queries
from demo.entities.stored_picture import build_stored_picture
from demo.feedback import feedback_entry, feedback_form
from demo.session import current_case, entity_lookup, page_address, page_view, query_errors, service_queries, visitor
from demo.session.entity_lookup import EntityLookup
from demo.text import wording
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.views import case_story
from demo.widgets import forms, key_choice
from wire.entity_keys import MAX_KEY_CHARACTERS

PAGE = "clients"


def can_show(card: Card) -> bool:
    """Return whether the cases of the model have a key."""
    return "entity" in card


def page() -> None:
    """Draw the page from top to bottom."""
    card, tr = service_queries.get_card(st.session_state[MODEL]), visitor.get_translation()
    st.title(forms.escape_markdown(entity_notes.build_title(card, tr)), anchor=False)
    if not can_show(card):
        page_address.write_address(card)
        st.info(
            tr.text("This model has no client look-up. Choose another model above."),
            icon=":material/key:",
        )
        return
    lookup = _draw_lookup(card, tr)
    if lookup is None:
        page_address.write_address(card, entity_lookup.encode_lookup(card, _get_key(card), {}))
        return
    with st.container(key="page"):
        form, answers = st.columns([5, 6], gap="large")
    with form:
        _draw_picture(card, lookup, tr)
        notes = _draw_form(card, lookup, tr)
    page_address.write_address(
        card, entity_lookup.encode_lookup(card, lookup.entity["id"], entity_lookup.changed_values(lookup))
    )
    with answers, st.container(key="answer"), st.container(key="answer-text"):
        shown = _draw_answers(card, lookup, tr)
    errors = entity_notes.build_errors(card, lookup, tr)
    drawn = entity_notes.build_notes(card, lookup, shown, tr)
    for name in notes.keys() & errors.keys():
        notes[name].error(errors[name])
    for name in notes.keys() & drawn.keys() - errors.keys():
        notes[name].html(drawn[name])
    with form:
        forms.draw_hidden_notes(card, [name for name in {**errors, **drawn} if name not in notes], tr)


def _get_lookups() -> dict[str, EntityLookup]:
    """Return model → the last look-up of this visit."""
    lookups: dict[str, EntityLookup] = st.session_state.setdefault("lookups", {})
    return lookups


def _get_key(card: Card) -> str:
    """Return the typed key, or the key of the URL. It is stored, because Streamlit forgets the widgets of other pages."""
    keys: dict[str, str] = st.session_state.setdefault("keys", {})
    name, widget = card["name"], f"{PAGE}/key/{card['name']}"
    if name not in keys:
        keys[name], st.session_state[f"{widget}/changes"] = entity_lookup.decode_lookup(card, page_view.get_view(PAGE))
        st.session_state[widget] = keys[name]
    keys[name] = st.session_state.setdefault(widget, keys[name])
    return entity_lookup.read_key(keys[name])


def _draw_lookup(card: Card, tr: Translation) -> EntityLookup | None:
    """Draw the key field and return the look-up of the key. Without a stored case, draw a message and return None."""
    widget = f"{PAGE}/key/{card['name']}"
    key = _get_key(card)
    if st.session_state.pop(f"{PAGE}/any/{card['name']}", False):
        any_key = key_choice.choose_any_key(card, key, tr)
        if any_key:
            _choose_key(card, any_key)
            key = _get_key(card)
    name = entity_notes.get_entity_name(card, tr)
    label = card["entity"].get("label") or name[:1].upper() + name[1:]
    with st.container(horizontal=True, vertical_alignment="bottom", key="look-up"):
        st.text_input(
            forms.escape_markdown(label),
            key=widget,
            on_change=lambda: st.session_state["keys"].update({card["name"]: st.session_state[widget]}),
            max_chars=MAX_KEY_CHARACTERS,
            width=200,
        )
        st.button(
            tr.text("Random {row}", row=forms.escape_markdown(name)),
            on_click=lambda: st.session_state.update({f"{PAGE}/any/{card['name']}": True}),
            type="tertiary",
            icon=":material/shuffle:",
        )
    if not key:
        _draw_key_choice(card, key, label, tr)
        return None
    lookup = _get_lookups().get(card["name"])
    is_same_key = lookup is not None and lookup.entity["id"] == key
    known = (card["version"], tr.language)
    if lookup is None or not is_same_key or (lookup.entity["version"], lookup.language) != known or lookup.is_old():
        entity = entity_queries.get_entity(card, key)
        if entity is None:
            if query_errors.get_errors():
                st.caption(tr.text("No answer at the moment. The page shows it as soon as the service answers."))
            else:
                _draw_key_choice(card, key, label, tr)
            return None
        url_changes = st.session_state.pop(f"{PAGE}/key/{card['name']}/changes", {})
        lookup = _get_lookups()[card["name"]] = entity_lookup.start_lookup(
            card, entity, entity_lookup.changed_values(lookup) if lookup and is_same_key else url_changes, tr.language
        )
    return lookup


def _choose_key(card: Card, key: str) -> None:
    """Set the key field to this key."""
    st.session_state["keys"][card["name"]] = st.session_state[f"{PAGE}/key/{card['name']}"] = key


def _draw_key_choice(card: Card, key: str, label: str, tr: Translation) -> None:
    """Draw stored keys to choose from: instead of `key` if nothing is stored for it, or before a key is entered."""
    keys = key_choice.get_keys(card, tr)
    if keys is not None and not keys.page["items"]:
        text = tr.text("The nightly job has not stored any answers of this model yet. Choose another model above.")
        st.info(text, icon=":material/search:")
        return
    if key:
        text = tr.text("Nothing is stored for {key}. Please check the entry.", key=forms.escape_markdown(key))
        st.info(text, icon=":material/search:")
    else:
        entry = forms.escape_markdown(label[:1].lower() + label[1:])
        st.markdown(tr.text("Enter the {key}, or choose one, to see the stored answer and today's.", key=entry))
    if keys is not None:
        key_choice.draw_choice(card, keys, partial(_choose_key, card), tr)
    if not key:
        key_choice.draw_introduction(tr)


def _draw_picture(card: Card, lookup: EntityLookup, tr: Translation) -> None:
    """Draw the picture that the stored features were measured of, if there is one."""
    picture = lookup.entity.get("stored_picture")
    if picture is None:
        return
    preview = entity_queries.get_entity_picture(card, lookup.entity["id"], lookup.number)
    if preview:
        st.html(build_stored_picture(picture, preview, tr))


def _draw_form(card: Card, lookup: EntityLookup, tr: Translation) -> dict[str, DeltaGenerator]:
    """Draw the age of the stored features and the fields; return a placeholder for a note under each field."""
    st.html(build_paragraph("stored-since", case_story.describe_feature_age(card, lookup, tr)))
    fields = [entity_lookup.as_nullable(field, lookup) for field in card["inputs"]]
    draw = forms.draw_main_fields if forms.has_many_fields(card) else forms.draw_pairs
    notes = draw(card, fields, lookup.case, tr, PAGE)

    def undo_changes() -> None:
        _get_lookups()[card["name"]] = entity_lookup.start_lookup(card, lookup.entity, {}, lookup.language)

    st.button(
        tr.text("Restore stored values"),
        on_click=undo_changes,
        type="tertiary",
        icon=":material/undo:",
        key=f"{PAGE}/back",
        disabled=not lookup.case.changed(),
    )
    return notes


def _query_live(card: Card, lookup: EntityLookup) -> Prediction | None:
    """Return the live prediction if it may differ from the stored one. If it used a newer run, look up again."""
    fields = entity_lookup.live_query(lookup)
    now = None if fields is None else entity_queries.predict_by_key(card, lookup.entity["id"], fields, lookup.number)
    if now is not None and not entity_lookup.is_consistent(lookup, now):
        lookup.expire()
        st.rerun()
    return now


def _draw_answers(card: Card, lookup: EntityLookup, tr: Translation) -> Prediction | None:
    """Draw the stored prediction and, beside it, the live one; return that of the fields in the form."""
    stored = lookup.entity["stored_prediction"]
    now = _query_live(card, lookup)
    pieces = []
    if stored:
        parts = [tr.text("computed {age}", age=tr.time_ago(lookup.age_seconds(stored["age_seconds"])))]
        if as_of := stored.get("as_of"):
            parts.append(tr.text("from data of {date}", date=tr.date(as_of)))
        parts.append(f"{tr.text('version')} {stored['version'][:8]}")
        pieces.append(entity_notes.build_answer(card, tr.text("Stored"), stored["prediction"], parts, tr))
    if now:
        parts = [tr.text("live"), f"{tr.text('version')} {card['version'][:8]}"]
        pieces.append(entity_notes.build_answer(card, tr.text("Now"), now, parts, tr))
    st.html(Markup('<div class="two-answers">{}</div>').format(concatenate(pieces)))
    if sentence := wording.answer_sentence(card):
        st.html(build_paragraph("sentence", sentence))
    if stored and stored["stale"]:
        is_other_version = stored["version"] != card["version"]
        reason = (
            tr.text("The stored answer is from an earlier version of the model.")
            if is_other_version
            else tr.text("The stored answer is too old to rely on.")
        )
        st.warning(reason, icon=":material/history:")
    if stored:
        sentences = case_story.describe_stored_case(card, lookup, stored["prediction"], now, tr)
        st.html(build_paragraph("story", Markup(" ").join(sentences)))
    _draw_why(card, lookup, tr)
    shown = now or (stored["prediction"] if stored else None)
    if shown and lookup.case.is_complete(card):
        feedback_form.draw_feedback(feedback_entry.ShownAnswer(card, lookup.case.row, shown, PAGE), tr)
    return shown


def _draw_why(card: Card, lookup: EntityLookup, tr: Translation) -> None:
    """Draw a button that opens the fields of the form in Try, which shows the reasons of the answer."""
    row = lookup.case.row
    is_complete = lookup.case.is_complete(card)

    def open_case() -> None:
        current_case.open_row(card, row)
        page_address.request_first_page(card)

    st.button(
        tr.text("Why? Open in Try"),
        on_click=open_case,
        icon=":material/help:",
        key=f"{PAGE}/why",
        disabled=not is_complete,
        help=None if is_complete else tr.text("Some values are not known."),
    )
