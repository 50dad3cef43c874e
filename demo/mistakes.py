"""Mistakes at a threshold, what they cost, and the cheapest threshold. Plain arithmetic on the evaluation's counts.

Knows: threshold counts. Must not know: Streamlit, drawing, words.
"""

from client import ThresholdCounts


def cost(counts: ThresholdCounts, false_alarm: float, missed: float) -> float:
    """Return what all mistakes at a threshold cost together."""
    return counts["flagged_wrong"] * false_alarm + counts["passed_wrong"] * missed


def cheapest(thresholds: list[ThresholdCounts], false_alarm: float, missed: float) -> ThresholdCounts:
    """Return the threshold whose mistakes cost least; of equal ones the one in the middle, far from both edges."""
    costs = [cost(counts, false_alarm, missed) for counts in thresholds]
    least = min(costs)
    best = [counts for counts, each in zip(thresholds, costs, strict=True) if each == least]
    return best[len(best) // 2]


def nearest(thresholds: list[ThresholdCounts], threshold: float) -> ThresholdCounts:
    """Return the counts at the threshold nearest to the asked one."""
    return min(thresholds, key=lambda counts: abs(counts["threshold"] - threshold))
