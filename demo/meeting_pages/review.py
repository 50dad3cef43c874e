"""Review: what people said of answers, disagreements first; what comes of each entry, and how often people agree."""

from functools import partial

import streamlit as st

from client import AgreementFigures, Client, Refused, StoredFeedback
from demo.address.parameters import MODEL
from demo.feedback import feedback_entry
from demo.meetings import meeting_access
from demo.review import agreement_text, entry_details, entry_html, review_filters, review_queries
from demo.review.review_view import ReviewView, decode_view
from demo.session import page_address, page_view, service_queries, visitor
from demo.text.translation import Translation
from wire.error_codes import UNAUTHORIZED
from wire.media_types import CSV, JSON, XLSX

PAGE = "review"
_FOLLOW_SECONDS = 10
_MAX_VERSIONS = 3
_FIGURE_FILTERS = {"model", "version", "meeting"}
"""The filters that do not choose by the verdict itself."""


def page() -> None:
    """Draw the page from top to bottom."""
    tr = visitor.get_translation()
    presenter = meeting_access.find_presenter(tr)
    if presenter is None:
        return
    try:
        known = review_queries.get_figures(presenter.client, {})
    except Refused as error:
        if error.code != UNAUTHORIZED:
            raise
        meeting_access.draw_how_to_sign_in(tr, was_signed_in=True)
        return
    view = decode_view(page_view.get_view(PAGE))
    page_address.write_address(service_queries.get_card(st.session_state[MODEL]), view.encode())
    st.title(tr.text("What people say"), anchor=False)
    if known:
        _draw_review(presenter.client, view, known, tr)
    else:
        st.info(tr.text("Nobody has said anything yet. Every answer asks: do you agree?"), icon=":material/inbox:")


def _set_view(view: ReviewView) -> None:
    page_view.set_view(PAGE, view.encode())


def _draw_review(client: Client, view: ReviewView, known: list[AgreementFigures], tr: Translation) -> None:
    """Draw the agreement, the filters, the list and the downloads. `known` are the figures of all versions."""
    titles = {model["name"]: model["title"] or model["name"] for model in service_queries.get_models()}
    meetings = review_queries.get_meetings(client)
    figure_filters = {name: value for name, value in view.filters.items() if name in _FIGURE_FILTERS}
    _draw_agreement(review_queries.get_figures(client, figure_filters), titles, tr)
    listed = review_queries.get_entries(client, view.filters, view.place)
    reasons = {
        entry["reason"]: feedback_entry.describe_reason(entry["reason"], tr) for entry in listed.entries if entry["reason"]
    }
    review_filters.draw_filters(view, _set_view, known, {"model": titles, "meeting": meetings, "reason": reasons}, tr)
    _draw_count(client, view, tr)
    with st.container(key="review-list", gap=None):
        st.html(entry_html.build_heads(tr))
        for entry in listed.entries:
            _draw_line(entry, view, titles.get(entry["model"], entry["model"]), tr)
            if entry["id"] == view.entry:
                meeting = entry["meeting"] or ""
                entry_details.draw_details(client, entry, meetings.get(meeting, meeting), tr)
    _draw_steps(view, listed.next, tr)
    _draw_exports(client, view, tr)


def _draw_agreement(figures: list[AgreementFigures], titles: dict[str, str], tr: Translation) -> None:
    """Draw the agreement with each version, the most discussed one first; more than a few of them are folded."""

    def draw(some: list[AgreementFigures]) -> None:
        for each in some:
            title = titles.get(each["model"], each["model"])
            name = tr.text("{model}, version {version}:", model=title, version=each["version"][:8])
            st.html(agreement_text.build_agreement(each, name, tr))

    ordered = sorted(figures, key=lambda each: -each["entries"])
    draw(ordered[:_MAX_VERSIONS])
    if others := ordered[_MAX_VERSIONS:]:
        with st.expander(tr.count("{n} other version", "{n} other versions", len(others))):
            draw(others)


def _draw_count(client: Client, view: ReviewView, tr: Translation) -> None:
    """Draw the number of entries, and from time to time look for new ones: the list itself does not move."""
    count = sum(each["entries"] for each in review_queries.get_figures(client, view.filters))
    newest = review_queries.get_newest(client, view.filters)

    @st.fragment(run_every=_FOLLOW_SECONDS)
    def follow() -> None:
        with st.container(horizontal=True, vertical_alignment="center", key="review-count"):
            st.markdown(f"**{tr.count('{n} entry', '{n} entries', count)}** · {tr.text('disagreements first')}")
            found = review_queries.find_newest(client, view.filters)
            offer = tr.text("Somebody has said something new: show it")
            if found not in {"", newest} and st.button(offer, key="review/new", icon=":material/refresh:"):
                review_queries.ask_again()
                _set_view(ReviewView(view.filters))
                st.rerun()

    follow()


def _draw_line(entry: StoredFeedback, view: ReviewView, title: str, tr: Translation) -> None:
    """Draw an entry as a line of the list."""
    is_open = view.entry == entry["id"]
    with st.container(horizontal=True, key=f"review-entry-{entry['id']}", vertical_alignment="center", gap="small"):
        card = review_queries.find_card_of(entry)
        st.html(entry_html.build_line(entry, card, title, visitor.get_time_zone(), tr))
        with st.container(key=f"review-ways-{entry['id']}", gap=None, width="content"):
            st.button(
                tr.text("Close") if is_open else tr.text("Details"),
                on_click=partial(_set_view, ReviewView(view.filters, view.place, "" if is_open else entry["id"])),
                key=f"review/open/{entry['id']}",
                type="tertiary",
                icon=":material/expand_less:" if is_open else ":material/expand_more:",
            )
            entry_details.draw_try_button(entry, tr)


def _draw_steps(view: ReviewView, following: str, tr: Translation) -> None:
    """Draw the way to the other pages of the list."""
    if not (view.place or following):
        return
    with st.container(horizontal=True, key="review-steps"):
        st.button(
            tr.text("First page"),
            on_click=partial(_set_view, ReviewView(view.filters)),
            disabled=not view.place,
            icon=":material/first_page:",
        )
        st.button(
            tr.text("Next page"),
            on_click=partial(_set_view, ReviewView(view.filters, following)),
            disabled=not following,
            icon=":material/chevron_right:",
        )


def _draw_exports(client: Client, view: ReviewView, tr: Translation) -> None:
    """Draw the downloads of all entries that the filters choose."""
    formats = {
        "csv": (tr.text("Download as CSV"), CSV, "feedback.csv"),
        "xlsx": (tr.text("As an Excel workbook"), XLSX, "feedback.xlsx"),
        "json": (tr.text("As JSON"), JSON, "feedback.json"),
        "cases": (tr.text("As a test set"), JSON, "cases.json"),
    }
    with st.container(horizontal=True, key="review-exports"):
        for name, (label, media_type, file) in formats.items():
            st.download_button(
                label,
                partial(_export, client, name, dict(view.filters)),
                file,
                media_type,
                key=f"review/export/{name}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
    st.caption(
        tr.text(
            "The test set has the cases whose right answer is known. `python -m service.models check-cases` runs it"
            " against any version."
        )
    )


def _export(client: Client, file_format: str, filters: dict[str, str]) -> bytes:
    return client.feedback.export(file_format, **filters).content
