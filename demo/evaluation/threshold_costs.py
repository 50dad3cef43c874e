"""Mistakes at a threshold, what they cost, and the cheapest threshold. Plain arithmetic on the evaluation's counts."""

import math

from client import ThresholdCounts

_Z_95 = 1.959964


def total_cost(counts: ThresholdCounts, false_alarm: float, missed: float) -> float:
    """Return what all mistakes at a threshold cost together."""
    return counts["flagged_wrong"] * false_alarm + counts["passed_wrong"] * missed


def find_cheapest(thresholds: list[ThresholdCounts], false_alarm: float, missed: float) -> ThresholdCounts:
    """Return the threshold whose mistakes cost least; of equal ones the one in the middle, far from both edges."""
    costs = [total_cost(counts, false_alarm, missed) for counts in thresholds]
    least = min(costs)
    best = [counts for counts, each in zip(thresholds, costs, strict=True) if each == least]
    return best[len(best) // 2]


def find_nearest(thresholds: list[ThresholdCounts], threshold: float) -> ThresholdCounts:
    """Return the counts at the threshold nearest to the asked one."""
    return min(thresholds, key=lambda counts: abs(counts["threshold"] - threshold))


def cost_margin(counts: ThresholdCounts, false_alarm: float, missed: float) -> float:
    """Return how far to each side the cost lies in 95% of repeated measurements: of counts that share out the same cases."""
    alarms, misses = counts["flagged_wrong"], counts["passed_wrong"]
    cases = alarms + misses + counts["flagged_right"] + counts["passed_right"]
    return _margin(alarms, misses, cases, false_alarm, missed)


def find_equal_cost_range(
    thresholds: list[ThresholdCounts], best: ThresholdCounts, false_alarm: float, missed: float
) -> tuple[float, float]:
    """Return from which to which threshold the cost is not surely above the best one's.

    Two thresholds differ only by the cases between them, so only these can differ by chance.
    """
    cases = best["flagged_right"] + best["flagged_wrong"] + best["passed_right"] + best["passed_wrong"]

    def may_be_chance(counts: ThresholdCounts) -> bool:
        alarms = abs(counts["flagged_wrong"] - best["flagged_wrong"])
        misses = abs(counts["passed_wrong"] - best["passed_wrong"])
        more = total_cost(counts, false_alarm, missed) - total_cost(best, false_alarm, missed)
        return more <= _margin(alarms, -misses, cases, false_alarm, missed)

    at = thresholds.index(best)
    first = last = at
    while first > 0 and may_be_chance(thresholds[first - 1]):
        first -= 1
    while last + 1 < len(thresholds) and may_be_chance(thresholds[last + 1]):
        last += 1
    return thresholds[first]["threshold"], thresholds[last]["threshold"]


def _margin(alarms: int, misses: int, cases: int, false_alarm: float, missed: float) -> float:
    """Return 1.96 standard errors of a cost of so many alarms and misses; misses that are saved are negative."""
    mean = (alarms * false_alarm + misses * missed) / max(cases, 1)
    squares = alarms * false_alarm**2 + abs(misses) * missed**2
    return _Z_95 * math.sqrt(max(squares - cases * mean**2, 0))
