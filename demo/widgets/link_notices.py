"""Notices about a link, of which the page could not use a part, and about another version of the model."""

from collections.abc import Collection

import streamlit as st

from client import Card, ModelState
from demo.fields import field_types
from demo.session import cases, current_case, query_errors, query_parameters, saved_case_list, service_queries, visitor
from demo.session.cases import Case
from demo.sharing import version_change
from demo.text.translation import Translation
from demo.text.wording import field_label
from demo.widgets import forms

_MAX_NAMED = 6
_CHECK_SECONDS = 5


def draw_notices(card: Card, case: Case, tr: Translation) -> None:
    """Draw what a visitor should know about the link with which the visit began, and about a renewed model."""
    if saved_case_list.is_picture_lost(card):
        text = tr.text("Kept cases with your own pictures are missing: a link does not contain pictures.")
        st.info(text, icon=":material/link:")
    rejected = current_case.get_rejected_parameters()
    if rejected:
        parameters = ", ".join(f"`{text.replace('`', '´')}`" for text in rejected[:_MAX_NAMED])
        st.info(
            tr.text("Some values of this link do not fit the model and were left out:") + " " + parameters,
            icon=":material/link:",
        )
    if case.missing_arrays:
        st.info(_describe_missing_arrays(card, case, tr), icon=":material/link:")
    if query_parameters.is_link_lost():
        st.info(
            tr.text("This link has expired. The page shows a sample case instead."),
            icon=":material/link:",
        )
    if names := current_case.take_fields_to_review(card):
        labels = {field["name"]: field_label(field) for field in card["inputs"]}
        listed = ", ".join(labels[name] for name in names[:_MAX_NAMED]) + (" …" if len(names) > _MAX_NAMED else "")
        st.info(
            tr.text(
                "The model was updated. Please review these fields: {fields}. All other entries are kept.",
                fields=forms.escape_markdown(listed),
            ),
            icon=":material/new_releases:",
        )
    elif not card["version"].startswith(case.version):
        versions = {"old": case.version, "new": cases.short_version(card)}
        sentence = tr.text(
            "The model has changed since this case was opened or its link was made (version {old}, now {new}). "
            "The values are kept; the answer may be another one.",
            **{name: forms.escape_markdown(version) for name, version in versions.items()},
        )
        change = forms.escape_markdown(version_change.describe_change(card, case, tr))
        st.info(f"{sentence} **{change}**" if change else sentence, icon=":material/link:")


def _describe_missing_arrays(card: Card, case: Case, tr: Translation) -> str:
    """Return that pictures or vectors are not in the link, and what to do."""
    kinds = field_types.get_fields(card)
    if any(kinds[name].is_picture for name in case.missing_arrays if name in kinds):
        return tr.text(
            "This link does not contain its picture, because pictures are not stored. The page shows an example instead. "
            "Take the photo again, or choose the file again."
        )
    labels = ", ".join(field_label(kinds[name].field) for name in case.missing_arrays if name in kinds)
    return tr.text(
        "These data are too long for a link: {fields}. The page shows those of an example instead.",
        fields=forms.escape_markdown(labels),
    )


def draw_version_notice(models: list[ModelState], card: Card | None) -> None:
    """Draw a button as soon as the service answers with another version than the one that the page shows.

    The page, its answer and what is typed stay as they are until the visitor clicks it or changes something. A new model
    appears in the menu by itself.
    """
    with st.container():  # it keeps the place in which the fragment draws later
        model, version = (card["name"], card["version"]) if card else ("", "")
        _follow_service(_served_versions(models).keys(), model, version)


def _served_versions(models: list[ModelState]) -> dict[str, str]:
    """Return model → its default version, of the models that can answer."""
    return {model["name"]: model["version"] for model in models if model["state"] == "ready" and model["version"]}


@st.fragment(run_every=_CHECK_SECONDS)
def _follow_service(shown_models: Collection[str], model: str, version: str) -> None:
    errors = query_errors.get_errors()
    known = len(errors)
    models = service_queries.get_models()
    del errors[known:]  # the banner belongs to a run of the page: here, errors would only pile up while the page is idle
    versions = _served_versions(models)
    if versions.keys() - shown_models:
        st.rerun()
    if versions.get(model, version) == version:
        return
    served = next(each for each in models if each["name"] == model and each["version"] == versions[model])
    tr = visitor.get_translation()
    letters, day = cases.shorten_version(versions[model]), served.get("built")
    sentence = (
        tr.text("Version {version} of {day} is served now. Show it", version=letters, day=tr.date(day))
        if day
        else tr.text("Version {version} is served now. Show it", version=letters)
    )
    if st.button(forms.escape_label(sentence), icon=":material/new_releases:", type="tertiary", key="show-served-version"):
        service_queries.forget_cards()
        st.rerun()
