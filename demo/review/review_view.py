"""What the page Review shows: its filters, the place in the list and the open entry. The URL holds it as one text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

FILTERS = ("model", "version", "verdict", "reason", "meeting", "state")
VERDICTS = ("disagree", "unsure", "agree")
"""In the order of the list: what is wrong comes first."""
STATES = ("new", "accepted", "rejected", "done")
_ALLOWED: dict[str, tuple[str, ...]] = {"verdict": VERDICTS, "state": STATES}
_PLACE, _ENTRY = "after", "entry"
_MAX_TEXT = 100


@dataclass(frozen=True)
class ReviewView:
    """`place` is where the page of the list begins (see `list_entries`), empty for the first one."""

    filters: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    entry: str = ""
    """The id of the open entry; empty: none."""

    def encode(self) -> str:
        """Return the view as the text in the URL; empty for the view without filters."""
        parts = {**self.filters, _PLACE: self.place, _ENTRY: self.entry}
        return urlencode({name: text for name, text in parts.items() if text})

    def with_filter(self, name: str, value: str | None) -> "ReviewView":
        """Return the view with another filter; None or an empty text: without it. The list begins at its first page."""
        filters = {known: text for known, text in self.filters.items() if known != name}
        if name == "model":
            filters.pop("version", None)
        return ReviewView(filters | ({name: value} if value else {}))


def decode_view(text: str) -> ReviewView:
    """Return the view of a text of the URL. What it does not know or cannot be is left out."""
    parts = {name: value for name, value in parse_qsl(text) if len(value) <= _MAX_TEXT and value.isprintable()}
    filters = {name: parts[name] for name in FILTERS if name in parts}
    filters = {name: value for name, value in filters.items() if value in _ALLOWED.get(name, (value,))}
    place = parts.get(_PLACE, "")
    return ReviewView(filters, place if place.partition(":")[0] in VERDICTS else "", parts.get(_ENTRY, ""))
