"""The bars of an explanation: which fields they stand for, and the numbers that they show."""

import math
from dataclasses import dataclass

from client import Card, Contribution, Explanation, Field, Row
from demo.fields import field_types
from demo.text.heat_map import HeatMap
from demo.text.translation import Translation
from demo.text.wording import field_label, is_classification
from demo.views.explanation_legend import format_contribution, shown_ends

_MAX_BARS = 6
_MAX_VALUE = 24


@dataclass(frozen=True)
class ExplanationBar:
    """A field, or a word, and what it contributes; `before` is its contribution at the start of the case, if known."""

    name: str
    value: str
    contribution: float
    before: float | None
    amount: str
    """The contribution as people read it. The amounts of all bars add up to the way from the base to the answer."""


def list_bars(card: Card, now: Explanation, start: Explanation, tr: Translation) -> list[ExplanationBar]:
    """Return the bars of an explanation by fields, the largest first; the last one is the sum of all other fields."""
    fields = {field["name"]: field for field in card["inputs"]}
    pairs = order_bars(now, start)
    rest = sum(each["contribution"] for each in now["contributions"]) - sum(each["contribution"] for each, _ in pairs)
    rest_count = len(now["contributions"]) - len(pairs)
    scale = 100 if is_classification(card) else 1
    base, answer, decimals = shown_ends(card, now)
    contributions = [each["contribution"] * scale for each, _ in pairs] + ([rest * scale] if rest_count else [])
    shown = [tr.signed_number(value, decimals) for value in round_to_sum(contributions, answer - base, decimals)]
    bars = []
    for (each, before), amount in zip(pairs, shown, strict=False):
        field = fields[each["field"]]
        value, known_before = format_value(field, each, tr), before if now is not start else None
        bars.append(ExplanationBar(field_label(field), value, each["contribution"], known_before, amount))
    if rest_count:
        others = tr.count("{n} other field", "{n} other fields", rest_count)
        bars.append(ExplanationBar(others, "", rest, None, shown[-1]))
    return bars


def list_words(card: Card, now: Explanation, tr: Translation) -> list[ExplanationBar]:
    """Return the words of a text that contribute most, the strongest first."""
    words = sorted((each for each in now["contributions"] if "span" in each), key=lambda each: -abs(each["contribution"]))
    return [
        ExplanationBar(
            str(each["value"]), "", each["contribution"], None, format_contribution(card, each["contribution"], tr)
        )
        for each in words[:_MAX_BARS]
    ]


def make_heat_map(card: Card, row: Row, now: Explanation) -> HeatMap | None:
    """Return the patches of a picture with their contributions; None if the explanation has none."""
    patches = [(each["region"], each["contribution"]) for each in now["contributions"] if each.get("region")]
    if not patches:
        return None
    name = now["contributions"][0]["field"]
    (field,) = (field for field in card["inputs"] if field["name"] == name)
    width, height = field.get("width") or 1, field.get("height") or 1
    return HeatMap(str(row.get(name)), width, height, patches, now.get("strongest_region"))


def longest(bars: list[ExplanationBar]) -> float:
    """Return the largest size of a contribution, now or before; never 0."""
    return max([1e-12, *(max(abs(bar.contribution), abs(bar.before or 0.0)) for bar in bars)])


def order_bars(now: Explanation, start: Explanation) -> list[tuple[Contribution, float]]:
    """Return the largest contributions, the largest first, each with its value at the start of the case.

    The fields that were changed are among them: a reader looks for them.
    """
    before = {each["field"]: (each["contribution"], each["value"]) for each in start["contributions"]}
    ordered = sorted(now["contributions"], key=lambda each: -abs(each["contribution"]))
    pairs = [(each, *before.get(each["field"], (0.0, each["value"]))) for each in ordered]
    changed_first = sorted(pairs, key=lambda pair: pair[2] == pair[0]["value"])
    chosen = {each["field"] for each, _, _ in changed_first[:_MAX_BARS]}
    return [(each, contribution) for each, contribution, _ in pairs if each["field"] in chosen]


def round_to_sum(values: list[float], total: float, decimals: int) -> list[float]:
    """Return values rounded to `decimals` whose sum is the rounded `total`: the largest remainders are rounded up.

    Source: the largest remainder method (Hamilton). Each value moves by less than one unit of the last decimal if the
    values add up to the total.
    """
    unit = 10.0**-decimals
    whole = [math.floor(value / unit) for value in values]
    missing = round(total / unit) - sum(whole)
    by_remainder = sorted(range(len(values)), key=lambda index: -(values[index] / unit - whole[index]))
    for step in range(abs(missing) if values else 0):
        index = by_remainder[step % len(values)] if missing > 0 else by_remainder[-1 - step % len(values)]
        whole[index] += 1 if missing > 0 else -1
    return [round(number * unit, decimals) for number in whole]


def format_value(field: Field, each: Contribution, tr: Translation) -> str:
    """Return the value of a contribution as text, shortened; empty for a picture or a vector."""
    kind = field_types.of(field)
    if kind.is_array:
        return ""
    text = kind.value_with_unit(each["value"], tr)
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"
