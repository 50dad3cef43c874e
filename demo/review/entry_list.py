"""A page of the list of Review: disagreements first, then what people were not sure of; in each group the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass

from client import Client, StoredFeedback
from demo.review.review_view import VERDICTS

MAX_ENTRIES = 20
"""So many entries are on a page."""


@dataclass(frozen=True)
class EntryPage:
    """`next` is the place at which the next page begins; empty: this is the last one."""

    entries: list[StoredFeedback]
    next: str


def list_entries(client: Client, filters: Mapping[str, str], place: str) -> EntryPage:
    """Return the page that begins at a place: `disagree:ID` is after the entry of that id, among the disagreements.

    Raises ServiceError.
    """
    verdict, _, after = place.partition(":")
    verdicts = [filters["verdict"]] if "verdict" in filters else list(VERDICTS)
    found: list[StoredFeedback] = []
    for each in verdicts[verdicts.index(verdict) if verdict in verdicts else 0 :]:
        found += client.feedback.entries(after or None, **{**filters, "verdict": each})["items"]
        after = ""
        if len(found) > MAX_ENTRIES:
            break
    entries = found[:MAX_ENTRIES]
    last = entries[-1] if len(found) > MAX_ENTRIES else None
    return EntryPage(entries, f"{last['verdict']}:{last['id']}" if last else "")
