"""The shapes of what would have to change: the goal of a request, and the answer.

Keys that are not named here are let through: the contract may grow.
"""

from typing import NotRequired, TypedDict

from client.shapes.answers import AnyValue, Prediction, Usualness


class Range(TypedDict):
    min: NotRequired[float]
    max: NotRequired[float]


class Probability(Range):
    label: str


class Goal(TypedDict):
    """Exactly one of the three."""

    decision: NotRequired[str]
    probability: NotRequired[Probability]
    value: NotRequired[Range]


Change = TypedDict("Change", {"field": str, "from": AnyValue, "to": AnyValue})


class Recommendation(TypedDict):
    changes: list[Change]
    prediction: Prediction
    usualness: Usualness | None


class Recommendations(TypedDict):
    model: str
    version: str
    prediction: Prediction
    reachable: bool
    recommendations: list[Recommendation]
    nearest: NotRequired[Recommendation | None]
    obstacles: NotRequired[list[str]]
