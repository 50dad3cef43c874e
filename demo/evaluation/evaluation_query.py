"""An inquiry into how good a model is: which question is looked at, and what the viewer set for it; its form in the address.

What an address says is hostile until it fits.

    ?view=mistakes%3Fthreshold%3D0.3%26alarm%3D1.0%26missed%3D20.0
    ?view=groups%3Fby%3DSEX
"""

import math
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

MAX_PRICE = 1e9
_MAX_PARTS = 20


@dataclass(frozen=True)
class EvaluationQuery:
    """`threshold` flags cases; `alarm` and `missed` are the prices of both mistakes; `by` is what groups are made of."""

    question: str
    threshold: float = 0.5
    alarm: float = 1.0
    missed: float = 5.0
    by: str = ""


def format_query(inquiry: EvaluationQuery) -> str:
    """Return what the address says: the question, and what differs from what is usual."""
    usual = EvaluationQuery("")
    numbers = {name: getattr(inquiry, name) for name in ("threshold", "alarm", "missed")}
    told = {name: repr(value) for name, value in numbers.items() if value != getattr(usual, name)}
    told |= {"by": inquiry.by} if inquiry.by else {}
    return f"{inquiry.question}?{urlencode(told)}" if told else inquiry.question


def parse_query(text: str, questions: list[str], groupings: list[str]) -> EvaluationQuery:
    """Return the inquiry of an address; what does not fit is as if nobody had said it."""
    question, _, rest = text.partition("?")
    try:
        told = dict(parse_qsl(rest, max_num_fields=_MAX_PARTS))
    except ValueError:
        told = {}
    usual = EvaluationQuery("")
    return EvaluationQuery(
        question if question in questions else questions[0],
        threshold=_parse_number(told.get("threshold"), 1.0, usual.threshold),
        alarm=_parse_number(told.get("alarm"), MAX_PRICE, usual.alarm),
        missed=_parse_number(told.get("missed"), MAX_PRICE, usual.missed),
        by=told["by"] if told.get("by") in groupings else "",
    )


def _parse_number(text: str | None, most: float, usual: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return usual
    return value if math.isfinite(value) and 0 <= value <= most else usual
