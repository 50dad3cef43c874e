"""Where a model is worst, in words. Half of the held-out rows are searched, and the other half confirms each group."""

import math
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from service.evaluation.groups import Group, Grouping
from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import CONFIDENCE, SEED
from service.evaluation.metrics import ComparisonMetric
from service.evaluation.segments import MIN_ROWS, MIN_ROWS_PER_LABEL
from service.fields.value_wording import localized_text, number
from service.schemas import Figure, Text, WeakSpot
from wire.languages import LANGUAGES, Language

MAX_SPOTS = 3
_MAX_CANDIDATES = 6
_MAX_CONDITIONS = 60
"""Pairs are formed among so many of the worst single conditions, so that the search stays short for wide models."""
_MAX_OVERLAP = 0.3
"""The largest Jaccard index of the rows of two candidates."""
_SEARCHED_SHARE = 0.5
_Z_SEARCH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_Z_CONFIRM = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / _MAX_CANDIDATES)
"""One-sided 0.025, divided by the number of candidates (Bonferroni)."""

_WITH_RANGE: Text = {"en": "{} ({} to {})", "pl": "{} (od {} do {})"}
_Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Candidate:
    """One condition or two. The masks tell of every held-out row whether the condition holds."""

    conditions: tuple[tuple[Grouping, Group], ...]
    mask: _Mask
    condition_masks: list[_Mask]
    shortfall: float
    """How much worse the metric is than overall, on the searched rows."""
    lower_limit: float
    """The lower confidence limit of the shortfall."""


def find_weak_spots(held_out: HeldOut, groupings: list[Grouping]) -> list[WeakSpot]:
    """Return up to three groups of one or two conditions. Their figures come from rows that the search did not use."""
    overall = held_out.metric.value(held_out.truth, held_out.output)
    if not math.isfinite(overall):
        return []
    is_searched = np.random.default_rng(SEED).random(len(held_out.truth)) < _SEARCHED_SHARE
    spots = []
    for candidate in _distinct(_candidates(held_out, groupings, is_searched, overall)):
        rows = candidate.mask & ~is_searched
        shortfall, lower_limit = _shortfall(held_out, rows, overall, _Z_CONFIRM)
        single = [_shortfall(held_out, mask & ~is_searched, overall, 0)[0] for mask in candidate.condition_masks]
        if lower_limit > 0 and shortfall >= max([held_out.metric.min_shortfall(overall), *single]):
            spots.append(_weak_spot(held_out, candidate, rows, overall))
    return spots[:MAX_SPOTS]


def _candidates(held_out: HeldOut, groupings: list[Grouping], is_searched: _Mask, overall: float) -> list[_Candidate]:
    """Return the groups that are worse than overall on the searched rows, by falling lower limit.

    A pair of conditions is a candidate only if it is clearly worse than each of the two alone.
    """

    def measure(conditions: tuple[tuple[Grouping, Group], ...], *masks: _Mask) -> _Candidate | None:
        mask = np.logical_and.reduce(masks)
        if not (_has_enough(held_out, mask & is_searched) and _has_enough(held_out, mask & ~is_searched)):
            return None
        shortfall, lower_limit = _shortfall(held_out, mask & is_searched, overall, _Z_SEARCH)
        return _Candidate(conditions, mask, list(masks), shortfall, lower_limit)

    min_shortfall = held_out.metric.min_shortfall(overall)
    conditions = [(grouping, group) for grouping in groupings for group in grouping.groups]
    measured = [measure((condition,), _mask(len(is_searched), condition[1])) for condition in conditions]
    single = sorted((each for each in measured if each), key=lambda candidate: -candidate.lower_limit)
    pairs = [
        pair
        for one, other in combinations(single[:_MAX_CONDITIONS], 2)
        if one.conditions[0][0] is not other.conditions[0][0]
        and (pair := measure(one.conditions + other.conditions, one.mask, other.mask))
        and pair.shortfall >= max(one.shortfall, other.shortfall) + min_shortfall / 2
    ]
    worse = [each for each in single + pairs if each.lower_limit > 0 and each.shortfall >= min_shortfall]
    return sorted(worse, key=lambda candidate: -candidate.lower_limit)


def _mask(rows: int, group: Group) -> _Mask:
    mask = np.zeros(rows, dtype=np.bool_)
    mask[group.rows] = True
    return mask


def _has_enough(held_out: HeldOut, mask: _Mask) -> bool:
    """Tell whether a group has enough rows, of each label too in a classification."""
    rows = int(mask.sum())
    if rows < MIN_ROWS or held_out.is_flagged is None:
        return rows >= MIN_ROWS
    positive = int(held_out.truth[mask].sum())
    return min(positive, rows - positive) >= MIN_ROWS_PER_LABEL


def _shortfall(held_out: HeldOut, mask: _Mask, overall: float, z: float) -> tuple[float, float]:
    """Return how much worse than overall a group is, and the lower confidence limit of that."""
    truth, output, metric = held_out.truth[mask], held_out.output[mask], held_out.metric
    shortfall = metric.sign * (overall - metric.value(truth, output))
    return shortfall, shortfall - z * metric.standard_error(truth, output)


def _distinct(candidates: list[_Candidate]) -> list[_Candidate]:
    """Return the first few candidates that do not share most of their rows with an earlier one."""
    distinct: list[_Candidate] = []
    for candidate in candidates:
        mask = candidate.mask
        if all((mask & other.mask).sum() < _MAX_OVERLAP * (mask | other.mask).sum() for other in distinct):
            distinct.append(candidate)
        if len(distinct) == _MAX_CANDIDATES:
            break
    return distinct


def _weak_spot(held_out: HeldOut, candidate: _Candidate, mask: _Mask, overall: float) -> WeakSpot:
    metric = held_out.metric
    figure = held_out.bootstrap.figure(metric.statistic, held_out.truth, held_out.output, np.flatnonzero(mask))
    sentence: Text = {language: _sentence(candidate, language, metric, figure, overall) for language in LANGUAGES}
    return WeakSpot(sentence=sentence, metric=figure, overall=round(overall, 6))


def _sentence(candidate: _Candidate, language: Language, metric: ComparisonMetric, figure: Figure, overall: float) -> str:
    *of_group, everywhere = [
        number(round(value, 3), language, "percent") if metric.is_percent else number(round(100 * value), language)
        for value in (figure.value, figure.low, figure.high, overall)
    ]
    with_range = localized_text(_WITH_RANGE, language).format(*of_group)
    comparison = localized_text(metric.sentence, language).format(group=with_range, overall=everywhere)
    rows = number(figure.rows, language)
    conditions = [
        (localized_text(grouping.label, language), localized_text(group.label, language))
        for grouping, group in candidate.conditions
    ]
    if language == "pl":
        where = "; ".join(f"{field}: {group}" for field, group in conditions)
        return f"{where}: {comparison} (liczba przypadków: {rows})."
    where = " and ".join(f"{field} is {group}" for field, group in conditions)
    return f"Where {where}, {comparison} ({rows} cases)."
