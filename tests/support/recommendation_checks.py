"""The rules that every recommendation follows, as an oracle that shares no code with the service."""

import math
from itertools import combinations, product
from typing import Any

import msgspec

from service.bundles.model import Model
from service.schemas import Goal, Input, RecommendationRequest, Recommendations, Row, Value

FREE_CREDIT_FIELDS = {
    "months_late_now": "down",
    "share_used_now": "down",
    "share_used_average": "down",
    "share_paid": "up",
    "last_payment": "up",
    "average_payment": "up",
    "credit_limit": "both",
}
"""Directions for a copy of the credit model, so that a search has much to choose from. Its own card frees two fields."""


def at_goal(goal: dict[str, Any], prediction: dict[str, Any]) -> bool:
    """Return whether a published prediction reaches a goal."""
    if goal.get("decision") is not None:
        return bool(prediction["decision"] == goal["decision"])
    if goal.get("probability") is not None:
        wanted = goal["probability"]
        return bool(wanted.get("min", 0) <= prediction["probabilities"][wanted["label"]] <= wanted.get("max", 1))
    low, high = goal["value"].get("min"), goal["value"].get("max")
    return (low is None or prediction["value"] >= low) and (high is None or prediction["value"] <= high)


def is_at_goal(goal: Goal, model: Model, row: Row) -> bool:
    return at_goal(msgspec.to_builtins(goal), msgspec.to_builtins(model.predict([row]).predictions[0]))


def may_move(field: Input, own: Value, to: Value, limits: dict[str, tuple[Any, Any]]) -> bool:
    """Return whether a recommendation may change a field from one value to another."""
    if field.type == "text" or field.changeable == "no" or to is None or to == own:
        return False
    if field.type == "category":
        indices = {category.value: index for index, category in enumerate(field.categories)}
        if not next(category for category in field.categories if category.value == to).seen:
            return False
        own, to = (None if own is None else indices[own]), indices[to]  # type: ignore[index]
    elif field.type != "boolean":
        assert isinstance(to, int | float)
        seen: Any = field.seen
        if seen and not seen[0] <= to <= seen[1]:
            return False
        low, high = limits.get(field.name, (-math.inf, math.inf))
        if not low <= to <= high:
            return False
        if field.type == "integer" and type(to) is not int:
            return False
        steps = (to - float(field.minimum or 0)) / (field.step or 1)
        if field.step and abs(steps - round(steps)) > 1e-9:
            return False
    if field.changeable == "both":
        return True
    return own is not None and ((to > own) == (field.changeable == "up"))  # type: ignore[operator]


def check(model: Model, request: RecommendationRequest, answer: Recommendations[Any]) -> None:
    """Check an answer against every rule that needs no search."""
    fields = {field.name: field for field in model.card.inputs}
    assert len(answer.recommendations) <= 5
    assert answer.reachable or not answer.recommendations
    sets = []
    for result in answer.recommendations:
        row = dict(request.row)
        for change in result.changes:
            assert change.field not in request.fixed
            assert change.from_ == request.row.get(change.field)
            assert may_move(fields[change.field], change.from_, change.to, request.ranges), change
            row[change.field] = change.to
        assert result.changes
        assert result.prediction == model.predict([row]).predictions[0]
        assert is_at_goal(request.goal, model, row)
        sets.append({(change.field, change.to) for change in result.changes})
    assert not any(one <= other for one, other in [*combinations(sets, 2), *((b, a) for a, b in combinations(sets, 2))])
    assert [len(changes) for changes in sets] == sorted(len(changes) for changes in sets)
    if is_at_goal(request.goal, model, request.row):
        assert answer.reachable
        assert answer.recommendations == []


def reached_by_hand(
    model: Model, request: RecommendationRequest, grid: dict[str, list[Value]], max_fields: int
) -> list[Row]:
    """Try every change of up to `max_fields` fields over a grid. Return those that reach the goal and break no rule."""
    fields = {field.name: field for field in model.card.inputs}
    free = {
        name: [to for to in values if may_move(fields[name], request.row[name], to, request.ranges)]
        for name, values in grid.items()
        if name not in request.fixed
    }
    moves = [
        dict(zip(names, values, strict=True))
        for count in range(1, max_fields + 1)
        for names in combinations(free, count)
        for values in product(*(free[name] for name in names))
    ]
    rows = [request.row | moved for moved in moves]
    said = msgspec.to_builtins(model.predict(rows).predictions) if rows else []
    goal = msgspec.to_builtins(request.goal)
    return [
        moved
        for moved, prediction in zip(moves, said, strict=True)
        if at_goal(goal, prediction) and all(each["code"] != "contradiction" for each in prediction["warnings"])
    ]
