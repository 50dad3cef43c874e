"""The cost of the mistakes at each threshold, and the cheapest threshold, from the counts of an evaluation."""

import math

from client import ThresholdCounts

_Z_95 = 1.959964


def total_cost(counts: ThresholdCounts, false_alarm: float, missed: float) -> float:
    """Return the cost of all mistakes at a threshold; `false_alarm` and `missed` are the prices of one mistake."""
    return counts["flagged_wrong"] * false_alarm + counts["passed_wrong"] * missed


def find_cheapest(thresholds: list[ThresholdCounts], false_alarm: float, missed: float) -> ThresholdCounts:
    """Return the threshold with the lowest cost; of equal ones the one in the middle."""
    costs = [total_cost(counts, false_alarm, missed) for counts in thresholds]
    least = min(costs)
    best = [counts for counts, each in zip(thresholds, costs, strict=True) if each == least]
    return best[len(best) // 2]


def find_nearest(thresholds: list[ThresholdCounts], threshold: float) -> ThresholdCounts:
    """Return the counts at the threshold that is nearest to the given one."""
    return min(thresholds, key=lambda counts: abs(counts["threshold"] - threshold))


def cost_margin(counts: ThresholdCounts, false_alarm: float, missed: float) -> float:
    """Return half the width of the 95% interval of the cost, from the variance of multinomial counts."""
    alarms, misses = counts["flagged_wrong"], counts["passed_wrong"]
    cases = alarms + misses + counts["flagged_right"] + counts["passed_right"]
    return _margin(alarms, misses, cases, false_alarm, missed)


def find_equal_cost_range(
    thresholds: list[ThresholdCounts], best: ThresholdCounts, false_alarm: float, missed: float
) -> tuple[float, float]:
    """Return the lowest and the highest threshold whose cost may equal the best one's, at the 95% level.

    Two thresholds decide differently only on the cases between them, so only these count.
    """
    cases = best["flagged_right"] + best["flagged_wrong"] + best["passed_right"] + best["passed_wrong"]

    def may_be_chance(counts: ThresholdCounts) -> bool:
        alarms = abs(counts["flagged_wrong"] - best["flagged_wrong"])
        misses = abs(counts["passed_wrong"] - best["passed_wrong"])
        more = total_cost(counts, false_alarm, missed) - total_cost(best, false_alarm, missed)
        return more <= _margin(alarms, -misses, cases, false_alarm, missed)

    first = last = thresholds.index(best)
    while first > 0 and may_be_chance(thresholds[first - 1]):
        first -= 1
    while last + 1 < len(thresholds) and may_be_chance(thresholds[last + 1]):
        last += 1
    return thresholds[first]["threshold"], thresholds[last]["threshold"]


def _margin(alarms: int, misses: int, cases: int, false_alarm: float, missed: float) -> float:
    """Return 1.96 standard errors of the cost of these mistakes. Negative misses are misses that are avoided."""
    mean = (alarms * false_alarm + misses * missed) / max(cases, 1)
    squares = alarms * false_alarm**2 + abs(misses) * missed**2
    return _Z_95 * math.sqrt(max(squares - cases * mean**2, 0))
