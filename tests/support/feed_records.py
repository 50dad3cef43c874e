"""Records of the feed, as the pipeline writes them and as the demo holds them."""

import json
from datetime import UTC, datetime
from typing import Any

from demo.feed.feed_entries import FeedEntry

NAME = "comment-sentiment"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def line(comment: str, chance: Any, decision: str = "ask", **more: Any) -> bytes:
    """Return an enriched comment as a line of JSON."""
    record = {"comment": comment, "probability_negative": chance, "decision": decision, "version": "abc"} | more
    return json.dumps(record).encode() + b"\n"


def entry(answer: float, band: str | None = None, number: int = 1, at: datetime | None = None) -> FeedEntry:
    """Return an entry without a row."""
    return FeedEntry(number, {}, answer, band, "", at)
