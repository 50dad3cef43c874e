"""What would have to change: up to five small, different changes of a row that reach a goal. Each is scored again."""

import math
from typing import Any

import numpy as np

from service.bundles.model import Model
from service.errors import Fault, InvalidInput
from service.fields.field_type import NumbersType, RangeType
from service.questions.change_search import TRADE, Move, Search
from service.questions.goals import Target, target_of
from service.questions.levers import Lever, Numbers, spread
from service.questions.linked_fields import LinkedFields
from service.questions.nearest_move import find_nearest_move
from service.questions.row_variants import Base, base_of
from service.questions.usualness import usualness
from service.schemas import (
    Change,
    LabelPrediction,
    Recommendation,
    RecommendationRequest,
    Recommendations,
    ValuePrediction,
)

MAX_RECOMMENDATIONS = 5
_MAX_VALUES = 2000
_TOLERANCE = 1e-6
"""The scores of a row alone and in a batch may differ by so much. If a change misses the goal when it is scored alone,
the search keeps this distance from the ends of the goal."""
_CLEAR_SHARE = 0.1
"""A field is an obstacle if it closes so much of the gap that is left."""


def recommendations(model: Model, request: RecommendationRequest) -> Recommendations[Any]:
    """Return changes that reach the goal, or the answer that there is none. Raises InvalidInput, ModelFailed."""
    target = target_of(model.card, request.goal)
    _check_limits(model, request)
    base = base_of(model.checks, request.row)
    row_prediction = _prediction(model, base, base.columns.numbers)
    if target.reached(row_prediction):
        return _answer(model, row_prediction, [], reachable=True)
    levers = [lever for field in base.number_fields.values() for lever in _levers(model, base, field, request)]
    links = LinkedFields(model.checks.rules, base.columns.numbers[0], levers)
    best: list[Recommendation[Any]] = []
    for tolerance in (0.0, _TOLERANCE):
        candidates, nearest_move = _search(model, base, target, links, tolerance)
        true = [answer for answer in candidates if target.reached(answer.prediction)]
        best = max(best, true, key=len)
        if len(true) == len(candidates):
            break
    if best:
        return _answer(model, row_prediction, best, reachable=True)
    nearest = _recommendation(model, base, links, nearest_move) if nearest_move else None
    obstacles = _obstacles(model, base, links, target, nearest=nearest, request=request)
    return _answer(model, row_prediction, [], reachable=False, nearest=nearest, obstacles=obstacles)


def _answer(
    model: Model,
    row_prediction: Any,
    changes: list[Recommendation[Any]],
    *,
    reachable: bool,
    nearest: Recommendation[Any] | None = None,
    obstacles: list[str] | None = None,
) -> Recommendations[Any]:
    return Recommendations(
        model=model.card.name,
        version=model.card.version,
        prediction=row_prediction,
        reachable=reachable,
        recommendations=changes,
        nearest=nearest,
        obstacles=obstacles or [],
    )


def _obstacles(
    model: Model,
    base: Base,
    links: LinkedFields,
    target: Target,
    *,
    nearest: Recommendation[Any] | None,
    request: RecommendationRequest,
) -> list[str]:
    """Return the fields that may not change and bring the nearest result clearly nearer with another value, best first.

    As in a recommendation, fields that may change follow where rules link them, and values that break a rule do not count.
    """
    row = base.repeated(1)
    for change in nearest.changes if nearest else []:
        row[0, base.column_index(change.field)] = base.number_fields[change.field].number(change.to)
    variants, names = [], []
    for field in base.number_fields.values():
        index = base.column_index(field.name)
        values = _allowed(model, field, float(row[0, index]), request)[0] if _is_locked(field, request) else np.empty(0)
        rows = np.repeat(row, len(values), axis=0)
        rows[:, index] = values
        variants.append(rows)
        names += [field.name] * len(values)
    rows, _, is_possible = links.complete(np.concatenate([np.empty((0, row.shape[1])), *variants]))
    own_gap, *gaps_of_variants = target.gaps(model, base.unwarned(np.concatenate([row, rows[is_possible]])), 0.0).tolist()
    gaps: dict[str, float] = {}
    for name, gap in zip(np.array(names)[is_possible].tolist(), gaps_of_variants, strict=True):
        gaps[name] = min(gap, gaps.get(name, own_gap))
    return sorted((name for name, gap in gaps.items() if gap <= (1 - _CLEAR_SHARE) * own_gap), key=lambda name: gaps[name])


def _search(
    model: Model, base: Base, target: Target, links: LinkedFields, tolerance: float
) -> tuple[list[Recommendation[Any]], Move | None]:
    """Return changes that reach the goal; without such, the move that comes nearest, if any comes nearer."""

    def gaps(rows: Numbers) -> Numbers:
        return target.gaps(model, base.unwarned(rows), tolerance)

    search = Search(base.columns.numbers[0], links.levers, gaps, links.complete if model.card.rules else None)
    moves = search.moves()
    nearest = None if moves else find_nearest_move(search, float(gaps(base.columns.numbers)[0]))
    return [_recommendation(model, base, links, move) for move in _chosen(moves, links.levers)], nearest


def _chosen(moves: list[Move], levers: list[Lever]) -> list[Move]:
    """Return the first few different moves: none contains nearly all of an earlier one, and more."""
    chosen: list[Move] = []
    for move in moves:
        if len(chosen) < MAX_RECOMMENDATIONS and not any(_makes_needless(known, move, levers) for known in chosen):
            chosen.append(move)
    return chosen


def _recommendation(model: Model, base: Base, links: LinkedFields, move: Move) -> Recommendation[Any]:
    """Return a move as a recommendation, scored again alone, as it is when a person types it in."""
    rows = base.repeated(1)
    for lever, index in move.pulls:
        rows[0, links.levers[lever].column] = links.levers[lever].values[index]
    rows, _, _ = links.complete(rows)
    return Recommendation(
        changes=_changes(base, rows),
        prediction=_prediction(model, base, rows),
        usualness=usualness(model.background, rows)[0],
    )


def _prediction(model: Model, base: Base, rows: Numbers) -> LabelPrediction | ValuePrediction:
    (prediction,) = model.predict(base.with_numbers(rows)).predictions
    return prediction


def _changes(base: Base, rows: Numbers) -> list[Change]:
    return [
        Change(from_=base.value(field.name), to=field.value(float(rows[0, index])), field=field.name)
        for index, field in enumerate(base.number_fields.values())
        if rows[0, index] != base.columns.numbers[0, index] and not np.isnan(rows[0, index])
    ]


def _makes_needless(known: Move, move: Move, levers: list[Lever]) -> bool:
    """Return whether a move contains all of a known move, or nearly all of it, and more."""
    if not set(known.levers) <= set(move.levers):
        return False
    if set(known.pulls) <= set(move.pulls) or len(known.pulls) == len(move.pulls):
        return True
    shared = sum(levers[lever].distances[index] for lever, index in move.pulls if lever in known.levers)
    return bool(shared >= TRADE * known.distance)


def _is_locked(field: NumbersType, request: RecommendationRequest) -> bool:
    return field.field.changeable == "no" or field.name in request.fixed


def _levers(model: Model, base: Base, field: NumbersType, request: RecommendationRequest) -> list[Lever]:
    """Return the levers of a field: one for each direction in which it may change."""
    if _is_locked(field, request):
        return []
    index = base.column_index(field.name)
    number = float(base.columns.numbers[0, index])
    allowed, width = _allowed(model, field, number, request)
    if math.isnan(number):  # an unknown value has no direction
        return [Lever(index, allowed, np.ones(len(allowed)))] if field.field.changeable == "both" and len(allowed) else []
    up, down = allowed[allowed > number], allowed[allowed < number][::-1]
    width = max(width, _TOLERANCE * abs(number))
    ways = [way for way, name in ((up, "up"), (down, "down")) if field.field.changeable in {name, "both"} and len(way)]
    return [Lever(index, way, np.abs(way - number) / width) for way in ways]


def _allowed(model: Model, field: NumbersType, number: float, request: RecommendationRequest) -> tuple[Numbers, float]:
    """Return the values that a field may take, ascending, and the width of its seen range."""
    if not isinstance(field, RangeType):
        values = [choice for choice in field.choices if choice not in field.unseen]
        return np.array(values), max(1.0, field.size - 1.0)
    grid = field.change_grid(model.card, number)
    width = grid.high - grid.low
    if (limits := request.ranges.get(field.name)) and (ends := _limit_numbers(field, limits)):
        grid = grid.within(*ends)
    first, last = grid.first, grid.last
    if grid.low > grid.high or first > last:
        return np.empty(0), 1.0
    start = first if math.isnan(number) else min(max(grid.number(number), first), last)
    numbers = np.concatenate([start - spread(start - first + 1, _MAX_VALUES), start + spread(last - start + 1, _MAX_VALUES)])
    return grid.values(numbers), width or 1.0


def _limit_numbers(field: RangeType, limits: tuple[float | str, float | str]) -> tuple[float, float] | None:
    """Return the ends of a range as numbers of the column, or None if one has another type."""
    low, high = map(field.limit_number, limits)
    return None if low is None or high is None else (low, high)


def _check_limits(model: Model, request: RecommendationRequest) -> None:
    """Raise InvalidInput if fixed fields or ranges name unknown fields or wrong limits."""
    known = {field.name: field for field in model.checks.fields}
    faults, seen = [], set()
    for index, name in enumerate(request.fixed):
        if name not in known:
            faults.append(_fault("unknown_field", "The model has no such field.", "fixed", index))
        elif name in seen:
            faults.append(_fault("duplicate_field", "This field is named twice.", "fixed", index))
        seen.add(name)
    for name, limits in request.ranges.items():
        if name not in known:
            faults.append(_fault("unknown_field", "The model has no such field.", "ranges", name))
        elif not isinstance(field := known[name], RangeType):
            faults.append(_fault("wrong_type", "Only a number or a date has a range.", "ranges", name))
        elif (ends := _limit_numbers(field, limits)) is None:
            faults.append(_fault("wrong_type", f"Expected two limits, each {field.expected}.", "ranges", name))
        elif not all(map(math.isfinite, ends)):
            faults.append(_fault("not_finite", "Expected finite numbers.", "ranges", name))
        elif ends[0] > ends[1]:
            faults.append(_fault("out_of_range", "The lower end is above the upper one.", "ranges", name))
    if faults:
        raise InvalidInput("These limits cannot be kept.", faults=faults[:100])


def _fault(code: str, message: str, *path: str | int) -> Fault:
    return Fault(None, code, message, path=path)
