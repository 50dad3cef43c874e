"""Where a model errs most, in words: groups found on one half of the held-out rows and confirmed on the other."""

from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from service.evaluation.groups import Division, Group
from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import CONFIDENCE, SEED
from service.evaluation.metrics import Measure
from service.evaluation.segments import MIN_OF_A_LABEL, MIN_ROWS
from service.fields.value_wording import number, say
from service.schemas import Figure, Text, WeakSpot
from wire.languages import LANGUAGES, Language

MAX_SPOTS = 3
_SUSPECTS = 6
_Z_SEARCHED = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_Z_CONFIRMED = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / _SUSPECTS)
"""One-sided 0.025, divided by the number of suspects (Bonferroni)."""

_RANGE: Text = {"en": "{} ({} to {})", "pl": "{} (od {} do {})"}

_MAX_CONDITIONS = 60
"""Pairs are tried among so many of the worst single conditions, so that the search stays short for wide models."""

_MAX_SHARED = 0.3
"""Two spots may have this part of all their rows in common."""


@dataclass(frozen=True)
class _Suspect:
    conditions: tuple[tuple[Division, Group], ...]
    inside: NDArray[np.bool_]
    parts: list[NDArray[np.bool_]]
    """Of a pair: the rows of either condition alone."""
    worse_by: float
    """Than overall, on the rows of the search."""
    limit: float
    """The lower confidence limit of that."""


def weak_spots(held_out: HeldOut, divisions: list[Division]) -> list[WeakSpot]:
    """Return up to three groups of one or two conditions. Their figures come from rows that the search never saw."""
    overall = held_out.measure.value(held_out.truth, held_out.answer)
    searched = np.random.default_rng(SEED).random(len(held_out.truth)) < 0.5  # noqa: PLR2004 - a half
    spots = []
    for suspect in _distinct(_suspects(held_out, divisions, searched, overall)):
        rows = suspect.inside & ~searched
        worse_by, limit = _worse_by(held_out, rows, overall, _Z_CONFIRMED)
        alone = [_worse_by(held_out, part & ~searched, overall, 0)[0] for part in suspect.parts]
        if limit > 0 and worse_by >= max([held_out.measure.gap(overall), *alone]):
            spots.append(_spot(held_out, suspect, rows, overall))
    return spots[:MAX_SPOTS]


def _suspects(held_out: HeldOut, divisions: list[Division], searched: NDArray[np.bool_], overall: float) -> list[_Suspect]:
    """Return the groups that are worse than overall on the searched rows, the surest first.

    A pair of conditions is one of them only where it is clearly worse than either alone.
    """

    def tried(conditions: tuple[tuple[Division, Group], ...], *parts: NDArray[np.bool_]) -> _Suspect | None:
        inside = np.logical_and.reduce(parts)
        if not (_enough(held_out, inside & searched) and _enough(held_out, inside & ~searched)):
            return None
        return _Suspect(conditions, inside, list(parts), *_worse_by(held_out, inside & searched, overall, _Z_SEARCHED))

    gap = held_out.measure.gap(overall)
    conditions = [((division, group),) for division in divisions for group in division.groups]
    found = [tried(each, _inside(len(searched), each[0][1])) for each in conditions]
    single = sorted((each for each in found if each), key=lambda suspect: -suspect.limit)
    pairs = [
        pair
        for one, other in combinations(single[:_MAX_CONDITIONS], 2)
        if one.conditions[0][0] is not other.conditions[0][0]
        and (pair := tried(one.conditions + other.conditions, one.inside, other.inside))
        and pair.worse_by >= max(one.worse_by, other.worse_by) + gap / 2
    ]
    sure = [each for each in single + pairs if each.limit > 0 and each.worse_by >= gap]
    return sorted(sure, key=lambda suspect: -suspect.limit)


def _inside(rows: int, group: Group) -> NDArray[np.bool_]:
    inside = np.zeros(rows, dtype=np.bool_)
    inside[group.rows] = True
    return inside


def _enough(held_out: HeldOut, inside: NDArray[np.bool_]) -> bool:
    rows = int(inside.sum())
    if rows < MIN_ROWS or held_out.flagged is None:
        return rows >= MIN_ROWS
    of_focus = int(held_out.truth[inside].sum())
    return min(of_focus, rows - of_focus) >= MIN_OF_A_LABEL


def _worse_by(held_out: HeldOut, inside: NDArray[np.bool_], overall: float, z: float) -> tuple[float, float]:
    """Return by how much the group is worse than overall, and the lower limit of that."""
    truth, answer, measure = held_out.truth[inside], held_out.answer[inside], held_out.measure
    worse_by = measure.sign * (overall - measure.value(truth, answer))
    return worse_by, worse_by - z * measure.standard_error(truth, answer)


def _distinct(suspects: list[_Suspect]) -> list[_Suspect]:
    """Return the worst few that are not nearly the same rows."""
    kept: list[_Suspect] = []
    for suspect in suspects:
        inside = suspect.inside
        if all((inside & other.inside).sum() < _MAX_SHARED * (inside | other.inside).sum() for other in kept):
            kept.append(suspect)
        if len(kept) == _SUSPECTS:
            break
    return kept


def _spot(held_out: HeldOut, suspect: _Suspect, inside: NDArray[np.bool_], overall: float) -> WeakSpot:
    measure = held_out.measure
    metric = held_out.resamples.figure(measure.of, held_out.truth, held_out.answer, np.flatnonzero(inside))
    sentence: Text = {language: _sentence(suspect, language, measure, metric, overall) for language in LANGUAGES}
    return WeakSpot(sentence=sentence, metric=metric, overall=round(overall, 6))


def _sentence(suspect: _Suspect, language: Language, measure: Measure, metric: Figure, overall: float) -> str:
    said = [
        number(round(each, 3), language, "percent") if measure.percent else number(round(100 * each), language)
        for each in (metric.value, metric.low, metric.high, overall)
    ]
    spoken = say(measure.spoken, language).format(here=say(_RANGE, language).format(*said), everywhere=said[3])
    rows = number(metric.rows, language)
    conditions = [(say(division.label, language), say(group.label, language)) for division, group in suspect.conditions]
    if language == "pl":
        where = "; ".join(f"{field}: {group}" for field, group in conditions)
        return f"{where}: {spoken} (liczba przypadków: {rows})."
    where = " and ".join(f"{field} is {group}" for field, group in conditions)
    return f"Where {where}, {spoken} ({rows} cases)."
