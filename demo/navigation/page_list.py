"""The pages of the demo, in the groups and the order of the menu."""

from collections.abc import Callable, Collection
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from client import Card
from demo.address.page_paths import DEFAULT_PATH, PRESENTER_PATHS, PagePath
from demo.app_pages import about, clients, compare, feed, files, how_good, overview, take_away, to_change, try_it, what_if
from demo.meeting_pages import check, meeting_list, notes, present, review, run_sheet_page
from demo.meetings import presenter_session
from demo.session import visitor
from demo.text.translation import Translation

Groups = dict[str, list[StreamlitPage]]
"""Title of a group → its pages. Those of the group without a title are in the row of the menu themselves."""


def make_groups(card: Card | None, offered: Collection[PagePath], tr: Translation, *, has_many_models: bool) -> Groups:
    """Return all pages. The menu has those that are offered and have something to show for the model.

    Another page opens by its address. It then says why it shows nothing. Those who present have their pages always.
    """
    if presenter_session.is_signed_in():
        offered = {*offered, *PRESENTER_PATHS}

    def make_page(draw: Callable[[], None], title: str, path: PagePath, *, is_shown: bool = True) -> StreamlitPage:
        return st.Page(
            draw if path in offered else _draw_closed_page,
            title=title,
            url_path=path,
            default=path == DEFAULT_PATH,
            visibility="visible" if is_shown and path in offered else "hidden",
        )

    def can_show(module: Any) -> bool:
        return card is None or bool(module.can_show(card))

    return {
        "": [make_page(try_it.page, tr.text("Try"), "try")],
        tr.text("Explore"): [
            make_page(what_if.page, tr.text("What if"), "what-if", is_shown=can_show(what_if)),
            make_page(to_change.page, tr.text("What to change"), "to-change", is_shown=can_show(to_change)),
            make_page(compare.page, tr.text("Compare"), "compare"),
        ],
        tr.text("Data"): [
            make_page(files.page, tr.text("Files"), "files"),
            make_page(clients.page, tr.text("Clients"), "clients", is_shown=can_show(clients)),
            make_page(feed.page, tr.text("Feed"), "feed"),
        ],
        tr.text("Model"): [
            make_page(how_good.page, tr.text("How good"), "how-good", is_shown=can_show(how_good)),
            make_page(take_away.page, tr.text("Take it away"), "take-away", is_shown=can_show(take_away)),
            make_page(about.page, tr.text("About the model"), "about"),
            make_page(overview.page, tr.text("All models"), "models", is_shown=has_many_models),
        ],
        tr.text("Meeting"): [
            make_page(meeting_list.page, tr.text("Meetings"), "meetings", is_shown=presenter_session.may_present()),
            make_page(run_sheet_page.page, tr.text("Run sheet"), "run-sheet", is_shown=presenter_session.is_signed_in()),
            make_page(check.page, tr.text("Check"), "check", is_shown=False),
            make_page(present.page, tr.text("Present"), "present", is_shown=False),
            make_page(notes.page, tr.text("Notes"), "notes", is_shown=False),
            make_page(review.page, tr.text("Review"), "review", is_shown=presenter_session.is_signed_in()),
        ],
    }


def list_by_path(groups: Groups) -> dict[str, StreamlitPage]:
    """Return path → page."""
    return {page.url_path or DEFAULT_PATH: page for pages in groups.values() for page in pages}


def find_group(groups: Groups, page: StreamlitPage) -> str:
    """Return the title of the group that has a page."""
    return next(title for title, pages in groups.items() if page in pages)


def _draw_closed_page() -> None:
    tr = visitor.get_translation()
    st.title(tr.text("Not part of this demo"), anchor=False)
    st.markdown(tr.text("This page is not open here. The menu has the pages that are."))
