"""What is different between a recorded answer and the answer of now, in words: what, from, to."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from client import Card, Explanation
from demo.fields import field_types
from demo.meetings.recordings import RecordedAnswer
from demo.text import wording
from demo.text.translation import Translation
from demo.views import comparison_table

VERSION_DIGITS = 8


@dataclass(frozen=True)
class Difference:
    what: str
    before: str
    now: str


def find_differences(recorded: RecordedAnswer, now: RecordedAnswer, tr: Translation) -> list[Difference]:
    """Return what a page would show differently: the answer, its decision, the strongest reason, the curve, the version."""
    compared = zip(_describe(recorded, tr), _describe(now, tr), strict=True)
    return [
        *(Difference(what, before, after) for (what, before), (_, after) in compared if before != after),
        *islice(_compare_curves(recorded, now, tr), 1),
    ]


def _describe(answer: RecordedAnswer, tr: Translation) -> Iterator[tuple[str, str]]:
    """Yield (what, its text) of all that a page says of an answer."""
    card, explanation = answer["card"], answer["explanation"]
    prediction = explanation["prediction"]
    band = wording.find_band(card, prediction)
    yield tr.text("Answer"), wording.format_prediction(card, prediction, tr)
    yield tr.text("Decision"), (band.get("label") or band["value"]) if band else tr.text("none")
    yield tr.text("Strongest reason"), _describe_reason(card, explanation, tr)
    yield tr.text("Version"), card["version"][:VERSION_DIGITS]


def _describe_reason(card: Card, explanation: Explanation, tr: Translation) -> str:
    return comparison_table.describe_strongest_reason(card, explanation, tr) or tr.text("none")


def _compare_curves(recorded: RecordedAnswer, now: RecordedAnswer, tr: Translation) -> Iterator[Difference]:
    """Yield the points at which two curves differ."""
    before, after = (_describe_points(each, tr) for each in (recorded, now))
    for (what, text), (other_what, other_text) in zip_longest(before, after, fillvalue=("", tr.text("none"))):
        if (what, text) != (other_what, other_text):
            yield Difference(what or other_what, text, other_text)


def _describe_points(answer: RecordedAnswer, tr: Translation) -> Iterator[tuple[str, str]]:
    """Yield ("What if: age 50", the answer there) of each point of the curve."""
    card, curves = answer["card"], answer.get("curves")
    fields = field_types.get_fields(card)
    for curve in curves["curves"] if curves else []:
        field_type = fields[curve["field"]]
        label = wording.field_label(field_type.field)
        for point in curve["points"]:
            value = field_type.value_with_unit(point["value"], tr)
            what = tr.text("What if: {field} {value}", field=label, value=value)
            yield what, wording.format_prediction(card, point["prediction"], tr)
