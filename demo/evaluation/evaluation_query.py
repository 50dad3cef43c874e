"""What the page How good shows: the chosen question and its settings, and their form in the page's URL.

A URL comes from outside: values that do not fit are replaced by the defaults.

    ?view=mistakes%3Fthreshold%3D0.3%26alarm%3D1.0%26missed%3D20.0
    ?view=groups%3Fby%3DSEX
"""

from dataclasses import dataclass

from demo.address.pairs import decode_number, decode_pairs, encode_number, encode_pairs

MAX_PRICE = 1e9


@dataclass(frozen=True)
class EvaluationQuery:
    """The chosen question; `alarm` and `missed` are the prices of both mistakes, `by` is the name of a segment."""

    question: str
    threshold: float = 0.5
    alarm: float = 1.0
    missed: float = 5.0
    by: str = ""


def encode_query(query: EvaluationQuery) -> str:
    """Return the query as text for the URL: the question, and the settings that differ from the defaults."""
    default = EvaluationQuery("")
    numbers = {name: getattr(query, name) for name in ("threshold", "alarm", "missed")}
    settings = {name: encode_number(value) for name, value in numbers.items() if value != getattr(default, name)}
    settings |= {"by": query.by} if query.by else {}
    return f"{query.question}?{encode_pairs(settings.items())}" if settings else query.question


def decode_query(text: str, questions: list[str], segments: list[str]) -> EvaluationQuery:
    """Return the query of a URL. Values that do not fit are replaced by the defaults."""
    question, _, rest = text.partition("?")
    settings = dict(decode_pairs(rest))
    default = EvaluationQuery("")

    def number(name: str, maximum: float) -> float:
        value = decode_number(settings.get(name), 0.0, maximum)
        return getattr(default, name) if value is None else value

    return EvaluationQuery(
        question if question in questions else questions[0],
        threshold=number("threshold", 1.0),
        alarm=number("alarm", MAX_PRICE),
        missed=number("missed", MAX_PRICE),
        by=settings["by"] if settings.get("by") in segments else "",
    )
