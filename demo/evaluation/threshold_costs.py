"""The cost of deciding held-out cases by two thresholds, the cheapest thresholds, and the difference of two policies.

A policy approves cases below one threshold, refuses them from another one on, and asks a person in between. A person
decides right and has a price. The 95% intervals come from the variance of multinomial counts.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from client import Card, Classification

_Z_95 = 1.959964
_CLOSE = 1e-9
"""Thresholds that differ by less are equal."""


@dataclass(frozen=True)
class Prices:
    """The price of refusing a good case, of approving a bad one, and of asking a person."""

    false_alarm: float
    missed: float
    person: float


@dataclass(frozen=True)
class Policy:
    """Two thresholds of the probability, `approve_below` at most `refuse_from`."""

    approve_below: float
    refuse_from: float


@dataclass(frozen=True)
class ProbabilityBin:
    """The cases whose probability is at least `low`, up to the next bin: good ones, and bad ones with the counted label."""

    low: float
    good: int
    bad: int


@dataclass(frozen=True)
class Outcome:
    """How many good and bad cases a policy approves, leaves to a person, and refuses."""

    approved: ProbabilityBin
    asked: ProbabilityBin
    refused: ProbabilityBin


@dataclass(frozen=True)
class Cost:
    """A cost with its 95% interval."""

    value: float
    low: float
    high: float


def make_bins(card: Card, evaluation: Classification) -> list[ProbabilityBin]:
    """Return the held-out cases by their probability, from the counts at each threshold.

    If the card's worst band is at the low end of the scale, the bins are mirrored: bad is the other label.
    """
    ends = [(each["threshold"], each["flagged_wrong"], each["flagged_right"]) for each in evaluation["thresholds"]]
    bins = [
        ProbabilityBin(low, good - next_good, bad - next_bad)
        for (low, good, bad), (_, next_good, next_bad) in pairwise([*ends, (math.inf, 0, 0)])
    ]
    if not is_mirrored(card):
        return bins
    ends_of_bins = [*(each.low for each in bins[1:]), 1.0]
    mirrored = [ProbabilityBin(round(1 - end, 9), each.bad, each.good) for each, end in zip(bins, ends_of_bins, strict=True)]
    return [*reversed(mirrored), ProbabilityBin(1.0, 0, 0)]


def is_mirrored(card: Card) -> bool:
    """Tell whether the card's bands call low probabilities bad."""
    bands = card["output"].get("bands", [])
    return len(bands) > 1 and bands[-1]["low"] < bands[0]["low"]


def card_policy(card: Card) -> Policy:
    """Return the policy of the card's bands; without bands both thresholds are 0.5."""
    bands = card["output"].get("bands", [])
    if len(bands) < 2:  # noqa: PLR2004 - one band decides nothing
        return Policy(0.5, 0.5)
    if is_mirrored(card):
        return Policy(round(1 - bands[0]["low"], 9), round(1 - bands[-1]["high"], 9))
    return Policy(bands[0]["high"], bands[-1]["low"])


def has_person(card: Card) -> bool:
    """Tell whether the card has a band between the best and the worst one."""
    return len(card["output"].get("bands", [])) > 2  # noqa: PLR2004


def measure(bins: list[ProbabilityBin], policy: Policy) -> Outcome:
    """Return how many cases a policy approves, leaves to a person, and refuses."""

    def total(low: float, high: float) -> ProbabilityBin:
        inside = [each for each in bins if low - _CLOSE <= each.low < high - _CLOSE]
        return ProbabilityBin(low, sum(each.good for each in inside), sum(each.bad for each in inside))

    return Outcome(
        total(-1.0, policy.approve_below),
        total(policy.approve_below, policy.refuse_from),
        total(policy.refuse_from, math.inf),
    )


def cost(bins: list[ProbabilityBin], policy: Policy, prices: Prices) -> Cost:
    """Return the cost of a policy on these cases."""
    return _sum_prices(bins, [_price(each, policy, prices) for each in bins])


def saving(bins: list[ProbabilityBin], policy: Policy, other: Policy, prices: Prices) -> Cost:
    """Return how much less a policy costs than another one, on the same cases: both cost the same where both agree."""
    differences = []
    for each in bins:
        (good, bad), (other_good, other_bad) = _price(each, policy, prices), _price(each, other, prices)
        differences.append((other_good - good, other_bad - bad))
    return _sum_prices(bins, differences)


def find_cheapest(bins: list[ProbabilityBin], prices: Prices, *, person: bool) -> Policy:
    """Return the cheapest policy among all pairs of thresholds; of equal ones the one in the middle.

    Without `person` both thresholds are the same.
    """
    lows = [each.low for each in bins]
    approving, refusing = [0.0], [sum(each.good * prices.false_alarm for each in bins)]
    asking = [0.0]
    for each in bins:
        approving.append(approving[-1] + each.bad * prices.missed)
        refusing.append(refusing[-1] - each.good * prices.false_alarm)
        asking.append(asking[-1] + (each.good + each.bad) * prices.person)
    costs: dict[tuple[int, int], float] = {}
    for first in range(len(bins)):
        for last in range(first, len(bins) if person else first + 1):
            costs[first, last] = approving[first] + asking[last] - asking[first] + refusing[last]
    least = min(costs.values())
    best = [pair for pair, value in costs.items() if value <= least + _CLOSE]
    first, last = best[len(best) // 2]
    return Policy(lows[first], lows[last])


def _price(each: ProbabilityBin, policy: Policy, prices: Prices) -> tuple[float, float]:
    """Return what a good and a bad case of a bin cost."""
    if each.low < policy.approve_below - _CLOSE:
        return 0.0, prices.missed
    if each.low < policy.refuse_from - _CLOSE:
        return prices.person, prices.person
    return prices.false_alarm, 0.0


def _sum_prices(bins: list[ProbabilityBin], prices: list[tuple[float, float]]) -> Cost:
    parts = [
        (count, price)
        for each, pair in zip(bins, prices, strict=True)
        for count, price in zip((each.good, each.bad), pair, strict=True)
    ]
    cases = sum(count for count, _ in parts)
    total = math.fsum(count * price for count, price in parts)
    squares = math.fsum(count * price**2 for count, price in parts)
    margin = _Z_95 * math.sqrt(max(squares - total**2 / max(cases, 1), 0))
    return Cost(total, total - margin, total + margin)
