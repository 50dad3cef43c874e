"""The goal of a recommendation as a target: a number of the model, and the range in which it must be."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.bundles.model import Model
from service.errors import Fault, InvalidInput
from service.rows.columns import Columns
from service.rows.strict_json import safe_text
from service.schemas import (
    Band,
    Card,
    Classification,
    Goal,
    LabelPrediction,
    ProbabilityGoal,
    ValueGoal,
    ValuePrediction,
)


@dataclass(frozen=True)
class Target:
    """The range in which a number of the model must be."""

    low: float
    high: float
    label: str | None = None
    """The label whose probability is meant; None for the value of a regression."""
    below_high: bool = False
    """True if the upper end belongs to the next band."""

    def reached(self, prediction: LabelPrediction | ValuePrediction) -> bool:
        """Return whether a published prediction is at the goal."""
        number = prediction.value if isinstance(prediction, ValuePrediction) else prediction.probabilities[self.label or ""]
        return self.low <= number < self.high if self.below_high else self.low <= number <= self.high

    def gaps(self, model: Model, columns: Columns, tolerance: float) -> NDArray[np.float64]:
        """Return the distance of each row from the goal, which `tolerance` makes narrower; 0 is at the goal."""
        numbers = self._numbers(model, columns)
        high = np.nextafter(self.high, -math.inf) if self.below_high else self.high
        low_margin, high_margin = (tolerance * max(1.0, abs(end)) if math.isfinite(end) else 0.0 for end in (self.low, high))
        return np.maximum(np.maximum(self.low + low_margin - numbers, numbers - high + high_margin), 0.0)

    def _numbers(self, model: Model, columns: Columns) -> NDArray[np.float64]:
        output = model.card.output
        if isinstance(output, Classification) and self.label != output.focus:
            return np.array([each.probabilities[self.label] for each in model.predict(columns).predictions])  # type: ignore[union-attr, index]
        return model.outputs(columns)


def target_of(card: Card, goal: Goal) -> Target:
    """Return the goal as numbers. Raises InvalidInput if it is not a goal, or not one of this model."""
    named = [name for name in ("decision", "probability", "value") if getattr(goal, name) is not None]
    if len(named) != 1:
        raise _refusal("one_goal", f"Name one goal (decision, probability or value), not {len(named)}.")
    if goal.decision is not None:
        return _of_decision(card, goal.decision)
    if goal.probability is not None:
        return _of_probability(card, goal.probability)
    return _of_value(card, goal.value or ValueGoal())


def _of_decision(card: Card, decision: str) -> Target:
    bands: list[Band] = sorted(card.output.bands, key=lambda band: band.low)
    values = [band.value for band in bands]
    if not bands:
        raise _refusal("wrong_goal", "This model makes no decisions.", "decision")
    if decision not in values:
        raise _refusal("unknown_category", safe_text(f"One of: {', '.join(values)}"), "decision")
    index = values.index(decision)
    low = bands[index].low if index else -math.inf
    high = bands[index + 1].low if index + 1 < len(bands) else math.inf
    return Target(low, high, _focus(card), below_high=True)


def _of_probability(card: Card, request: ProbabilityGoal) -> Target:
    if not isinstance(card.output, Classification):
        raise _refusal("wrong_goal", "This model answers with a value, not with probabilities.", "probability")
    labels = [label.value for label in card.output.labels]
    if request.label not in labels:
        raise _refusal("unknown_category", safe_text(f"One of: {', '.join(labels)}"), "probability", "label")
    for name, end in (("min", request.min), ("max", request.max)):
        if not 0 <= end <= 1:
            raise _refusal("out_of_range", "Expected a probability from 0 to 1.", "probability", name)
    if request.min > request.max:
        raise _refusal("out_of_range", "The least is greater than the most.", "probability", "min")
    low = request.min if request.min > 0 else -math.inf
    high = request.max if request.max < 1 else math.inf
    return Target(low, high, request.label)


def _of_value(card: Card, request: ValueGoal) -> Target:
    if isinstance(card.output, Classification):
        raise _refusal("wrong_goal", "This model answers with probabilities, not with a value.", "value")
    if request.min is None and request.max is None:
        raise _refusal("missing_field", "Name the least value, the most, or both.", "value")
    for name, end in (("min", request.min), ("max", request.max)):
        if end is not None and not math.isfinite(end):
            raise _refusal("not_finite", "Expected a finite number.", "value", name)
    low = -math.inf if request.min is None else request.min
    high = math.inf if request.max is None else request.max
    if low > high:
        raise _refusal("out_of_range", "The least is greater than the most.", "value", "min")
    return Target(low, high)


def _focus(card: Card) -> str | None:
    return card.output.focus if isinstance(card.output, Classification) else None


def _refusal(code: str, message: str, *steps: str) -> InvalidInput:
    return InvalidInput("This goal cannot be set.", faults=[Fault(None, code, message, path=("goal", *steps))])
