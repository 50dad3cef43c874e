"""The bars of an explanation: which fields they stand for, and the numbers that they show."""

import math

from client import Contribution, Explanation, Field
from demo.fields import field_types
from demo.text.translation import Translation

_MAX_BARS = 6
_MAX_VALUE = 24


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
    """Return the value of a contribution as text, shortened."""
    text = field_types.of(field).value_with_unit(each["value"], tr)
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"
