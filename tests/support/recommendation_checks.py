"""What every recommendation keeps, said in plain words."""

import math
from itertools import combinations, product
from typing import Any

import msgspec

from service.bundles.model import Model
from service.schemas import Goal, Input, RecommendationRequest, Recommendations, Row, Value


def at_goal(goal: dict[str, Any], prediction: dict[str, Any]) -> bool:
    """Say in plain words whether a published prediction is at a goal; the oracle of this file."""
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
    """Say in plain words whether a recommendation may take a field from one value to another."""
    if field.type == "text" or field.changeable == "no" or to is None or to == own:
        return False
    if field.type == "category":
        places = {category.value: place for place, category in enumerate(field.categories)}
        if not next(category for category in field.categories if category.value == to).seen:
            return False
        own, to = (None if own is None else places[own]), places[to]  # type: ignore[index]
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


def check(model: Model, asked: RecommendationRequest, answer: Recommendations[Any]) -> None:
    """Hold an answer against every promise that needs no search."""
    fields = {field.name: field for field in model.card.inputs}
    assert len(answer.recommendations) <= 5
    assert answer.reachable or not answer.recommendations
    sets = []
    for found in answer.recommendations:
        row = dict(asked.row)
        for change in found.changes:
            assert change.field not in asked.fixed
            assert change.from_ == asked.row.get(change.field)
            assert may_move(fields[change.field], change.from_, change.to, asked.ranges), change
            row[change.field] = change.to
        assert found.changes
        assert found.prediction == model.predict([row]).predictions[0]
        assert is_at_goal(asked.goal, model, row)
        sets.append({(change.field, change.to) for change in found.changes})
    assert not any(one <= other for one, other in [*combinations(sets, 2), *((b, a) for a, b in combinations(sets, 2))])
    assert [len(changes) for changes in sets] == sorted(len(changes) for changes in sets)
    if is_at_goal(asked.goal, model, asked.row):
        assert answer.reachable
        assert answer.recommendations == []


def reached_by_hand(model: Model, asked: RecommendationRequest, grid: dict[str, list[Value]], most: int) -> list[Row]:
    """Try every change of up to so many fields over a grid; return those changes that reach the goal."""
    fields = {field.name: field for field in model.card.inputs}
    free = {
        name: [to for to in values if may_move(fields[name], asked.row[name], to, asked.ranges)]
        for name, values in grid.items()
        if name not in asked.fixed
    }
    moves = [
        dict(zip(names, values, strict=True))
        for count in range(1, most + 1)
        for names in combinations(free, count)
        for values in product(*(free[name] for name in names))
    ]
    rows = [asked.row | moved for moved in moves]
    said = msgspec.to_builtins(model.predict(rows).predictions) if rows else []
    goal = msgspec.to_builtins(asked.goal)
    return [moved for moved, prediction in zip(moves, said, strict=True) if at_goal(goal, prediction)]
