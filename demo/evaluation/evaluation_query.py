"""What the page How good shows: the chosen question and its settings, and their form in the page's URL.

A URL comes from outside: values that do not fit are replaced by the defaults.

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
    """The chosen question; `alarm` and `missed` are the prices of both mistakes, `by` is the name of a segment."""

    question: str
    threshold: float = 0.5
    alarm: float = 1.0
    missed: float = 5.0
    by: str = ""


def format_query(query: EvaluationQuery) -> str:
    """Return the query as the URL holds it: the question, and the settings that differ from the defaults."""
    default = EvaluationQuery("")
    numbers = {name: getattr(query, name) for name in ("threshold", "alarm", "missed")}
    settings = {name: repr(value) for name, value in numbers.items() if value != getattr(default, name)}
    settings |= {"by": query.by} if query.by else {}
    return f"{query.question}?{urlencode(settings)}" if settings else query.question


def parse_query(text: str, questions: list[str], segments: list[str]) -> EvaluationQuery:
    """Return the query of a URL. Values that do not fit are replaced by the defaults."""
    question, _, rest = text.partition("?")
    try:
        settings = dict(parse_qsl(rest, max_num_fields=_MAX_PARTS))
    except ValueError:
        settings = {}
    default = EvaluationQuery("")
    return EvaluationQuery(
        question if question in questions else questions[0],
        threshold=_parse_number(settings.get("threshold"), 1.0, default.threshold),
        alarm=_parse_number(settings.get("alarm"), MAX_PRICE, default.alarm),
        missed=_parse_number(settings.get("missed"), MAX_PRICE, default.missed),
        by=settings["by"] if settings.get("by") in segments else "",
    )


def _parse_number(text: str | None, maximum: float, default: float) -> float:
    try:
        value = float(text or "")
    except ValueError:
        return default
    return value if math.isfinite(value) and 0 <= value <= maximum else default
