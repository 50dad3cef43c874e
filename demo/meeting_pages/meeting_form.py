"""The form of a meeting: a title is enough; language, models, look and reasons can follow."""

import base64
from typing import Any, cast

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from client import MeetingContent, ServiceError
from client.shapes.meetings import Logo
from demo.address.page_paths import PagePath
from demo.meetings.run_sheet import clean_text
from demo.session import query_errors, service_queries
from demo.text.translation import Translation
from demo.widgets import drop_zone, forms, number_box
from wire.languages import LANGUAGES
from wire.media_types import find_logo_type

_MAX_TITLE, _MAX_NAME, _MAX_NOTES, _MAX_REASONS, _MAX_REASON = 120, 80, 5_000, 12, 100
_MAX_LOGO_BYTES = 200 * 1024
_ACCENT = "#1F4E79"


def new_content() -> MeetingContent:
    """Return the content of a meeting in which nothing is prepared yet."""
    return {
        "title": "",
        "language": None,
        "models": [],
        "notes": "",
        "pages": ["try"],
        "look": {"name": None, "accent": None, "logo": None},
        "reasons": [],
        "cases": [],
    }


def draw_form(content: MeetingContent, key: str, submit: str, tr: Translation) -> MeetingContent | None:
    """Draw the form; return the content when it is sent and complete."""
    values: dict[str, Any] = {}
    with st.form(f"meeting-form/{key}", border=False):
        values["title"] = st.text_input(tr.text("Title"), content["title"], _MAX_TITLE, key=f"{key}/title")
        _draw_audience(content, key, values, tr)
        values["notes"] = st.text_area(
            tr.text("Notes for yourself"), content["notes"], max_chars=_MAX_NOTES, height=80, key=f"{key}/notes"
        )
        with st.expander(tr.text("Look and reasons")):
            logo, removes_logo = _draw_look(content, key, values, tr)
        is_sent = st.form_submit_button(submit, type="primary")
    if not is_sent:
        return None
    title = clean_text(values["title"], _MAX_TITLE)
    if not title:
        number_box.draw_alert(tr.text("Give the meeting a title."))
        return None
    image = None if removes_logo else content["look"]["logo"]
    if logo is not None:
        image = read_logo(logo.getvalue())
        if image is None:
            number_box.draw_alert(tr.text("The logo must be a PNG, JPEG or WebP file of at most 200 kB."))
            return None
    accent = str(values["accent"]).lower()
    look = {
        "name": clean_text(values["name"], _MAX_NAME) or None,
        "accent": None if accent == _ACCENT.lower() else accent,
        "logo": image,
    }
    reasons = [clean_text(line, _MAX_REASON) for line in values["reasons"].splitlines()]
    return cast(
        MeetingContent,
        {
            **content,
            "title": title,
            "language": values["language"],
            "models": values["models"],
            "pages": values["pages"],
            "notes": clean_text(values["notes"], _MAX_NOTES, has_lines=True),
            "look": look,
            "reasons": [reason for reason in reasons if reason][:_MAX_REASONS],
        },
    )


def _draw_audience(content: MeetingContent, key: str, values: dict[str, Any], tr: Translation) -> None:
    """Draw the language, the models and the pages that the audience sees."""
    languages = [None, *LANGUAGES]
    titles = _list_models(content)
    pages = _page_titles(tr)
    with st.container(horizontal=True):
        values["language"] = st.selectbox(
            tr.text("Language of the audience"),
            languages,
            index=languages.index(content["language"]) if content["language"] in LANGUAGES else 0,
            format_func=lambda each: LANGUAGES[each] if each else tr.text("each reader's own"),
            key=f"{key}/language",
        )
        values["models"] = st.multiselect(
            tr.text("Models"),
            list(titles),
            default=[name for name in content["models"] if name in titles],
            format_func=lambda name: forms.escape_markdown(titles[name]),
            key=f"{key}/models",
            select_all=False,
            placeholder=tr.text("all"),
        )
    values["pages"] = st.multiselect(
        tr.text("Pages that the audience may open"),
        list(pages),
        default=[path for path in content["pages"] if path in pages],
        format_func=lambda path: pages[path],
        key=f"{key}/pages",
        select_all=False,
        placeholder=tr.text("none"),
    )


def _draw_look(
    content: MeetingContent, key: str, values: dict[str, Any], tr: Translation
) -> tuple[UploadedFile | None, bool]:
    """Draw name, colour and logo of the client, and the reasons of a disagreement; return a new logo."""
    look = content["look"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["name"] = st.text_input(
            tr.text("Name of the client"), look["name"] or "", _MAX_NAME, key=f"{key}/name", width="stretch"
        )
        values["accent"] = st.color_picker(tr.text("Colour"), look["accent"] or _ACCENT, key=f"{key}/accent")
    logo = drop_zone.draw_drop_zone(tr.text("Logo"), ["png", "jpg", "jpeg", "webp"], 1, f"{key}/logo", tr)
    removes_logo = bool(look["logo"]) and st.checkbox(tr.text("Remove the logo"), key=f"{key}/no-logo")
    values["reasons"] = st.text_area(
        tr.text("Reasons of a disagreement, one per line; empty: the usual ones"),
        "\n".join(content["reasons"]),
        height=100,
        key=f"{key}/reasons",
    )
    return logo, removes_logo


def read_logo(content: bytes) -> Logo | None:
    """Return a logo file as a meeting holds it; None if it is too large or of another type."""
    media_type = find_logo_type(content)
    if media_type is None or len(content) > _MAX_LOGO_BYTES:
        return None
    return cast(Logo, {"media_type": media_type, "data": base64.b64encode(content).decode()})


def _list_models(content: MeetingContent) -> dict[str, str]:
    """Return name → title of the models, with those that the meeting names already."""
    try:
        titles = {model["name"]: model["title"] or model["name"] for model in service_queries.get_models()}
    except ServiceError as error:
        query_errors.add_error(error)
        titles = {}
    return titles | {name: name for name in content["models"] if name not in titles}


def _page_titles(tr: Translation) -> dict[PagePath, str]:
    return {
        "try": tr.text("Try"),
        "what-if": tr.text("What if"),
        "to-change": tr.text("What to change"),
        "compare": tr.text("Compare"),
        "how-good": tr.text("How good"),
        "about": tr.text("About the model"),
    }
