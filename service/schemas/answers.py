"""Questions and answers about models and rows."""

from typing import Generic, Literal, TypeVar

import msgspec

from service.schemas.card import Published, Row, Shape, Text, Value


class ModelState(Shape, frozen=True):
    """A model as it stands in the list; `version` and texts are null while it is broken."""

    name: str
    state: Literal["ready", "broken"]
    version: str | None = None
    versions: tuple[str, ...] = ()
    """All that are served; the first answers who names none."""
    title: Text | None = None
    question: Text | None = None
    reason: str | None = None
    built: str | None = None
    """The day on which the version was built; null where its bundle does not say."""


class ModelList(Shape, frozen=True):
    items: list[ModelState]
    next: str | None = None


class Health(Shape, frozen=True):
    status: Literal["live", "ready", "loading", "stopping"]
    models: list[ModelState] = msgspec.field(default_factory=list)


class FieldWarning(Shape, frozen=True):
    field: str
    code: Literal["outside_training_range", "unseen_category", "expired"]


class LabelPrediction(Shape, frozen=True, gc=False):
    label: str
    probabilities: dict[str, float]
    decision: str | None
    warnings: list[FieldWarning]


class Interval(Shape, frozen=True, gc=False):
    low: float
    high: float
    coverage: float


class ValuePrediction(Shape, frozen=True, gc=False):
    value: float
    interval: Interval | None
    decision: str | None
    warnings: list[FieldWarning]


class LabelPredictions(Shape, frozen=True):
    model: str
    version: str
    source: Literal["live"]
    predictions: list[LabelPrediction]


class ValuePredictions(Shape, frozen=True):
    model: str
    version: str
    source: Literal["live"]
    predictions: list[ValuePrediction]


Predictions = LabelPredictions | ValuePredictions


class PredictionRequest(Shape, frozen=True):
    rows: list[Row]
    version: str | None = None


P = TypeVar("P", LabelPrediction, ValuePrediction)


# Why


class Contribution(Published, frozen=True):
    """How far one field (or, in a text, one word) pulls the answer up or down, in the answer's own unit."""

    field: str
    value: Value
    """The row's own value; in a text, the word."""
    contribution: float
    span: tuple[int, int] | None = None
    """Where a word stands in its text: [first character, one past the last]."""


class Usualness(Shape, frozen=True):
    """How usual a row is among those that the model learned from."""

    percentile: float
    """0…100: the row is more unusual than so many per cent of them."""
    fields: list[str]
    """Which fields make it unusual, the most unusual first; empty for a usual row."""


class Explanation(Shape, Generic[P], frozen=True):
    base: float
    """The average answer over the bundle's reference rows (for a text: the answer without any word)."""
    output: float
    """This row's answer: base plus all contributions."""
    standard_error: float
    """Of the least certain contribution: what other reference rows would have changed, and what sampling adds."""
    contributions: list[Contribution]
    """Largest first; the words of a text in their order."""
    sentence: Text
    prediction: P
    usualness: Usualness | None


class Explanations(Shape, Generic[P], frozen=True):
    model: str
    version: str
    explanations: list[Explanation[P]]


# What if


class CurveRequest(Shape, frozen=True):
    row: Row
    fields: list[str]
    points: int | None = None
    """How many a numeric field gets; the row's own value is always one of them."""
    together: bool = False
    """Two fields at once, as a map."""
    pinned: Row | None = None
    """Another row to score on this occasion, to be marked beside the curve."""
    version: str | None = None


class CurvePoint(Shape, Generic[P], frozen=True):
    value: Value
    prediction: P


class Curve(Shape, Generic[P], frozen=True):
    field: str
    seen: tuple[float | str, float | str] | None
    """Between which values the model has seen data; dates in ISO form."""
    usual: tuple[float | str, float | str] | None
    """Between which values 98 of 100 rows lie that the model learned from; None where the bundle does not say."""
    points: list[CurvePoint[P]]


class Surface(Shape, frozen=True):
    """Two fields at once: `outputs[i][j]` answers fields[0] = values[0][i] and fields[1] = values[1][j]."""

    fields: tuple[str, str]
    values: tuple[list[Value], list[Value]]
    outputs: list[list[float]]
    """The probability of the card's focus, or the value."""


class Curves(Shape, Generic[P], frozen=True):
    model: str
    version: str
    prediction: P
    """Of the row as it stands."""
    pinned: P | None
    curves: list[Curve[P]]
    surface: Surface | None = None
    usualness: Usualness | None = None
    """Of the row as it stands."""


# What would have to change


class ProbabilityGoal(Shape, frozen=True):
    label: str
    min: float = 0.0
    max: float = 1.0


class ValueGoal(Shape, frozen=True):
    min: float | None = None
    max: float | None = None


class Goal(Shape, frozen=True):
    """Exactly one of the three."""

    decision: str | None = None
    probability: ProbabilityGoal | None = None
    value: ValueGoal | None = None


class RecommendationRequest(Shape, frozen=True):
    row: Row
    goal: Goal
    fixed: list[str] = msgspec.field(default_factory=list)
    """Fields that must stay, beside those that the card forbids to change."""
    ranges: dict[str, tuple[float | str, float | str]] = msgspec.field(default_factory=dict)
    """Narrower ranges than the card's, field → [low, high]."""
    version: str | None = None


class Change(Shape, frozen=True):
    field: str
    from_: Value = msgspec.field(name="from")
    to: Value


class Recommendation(Shape, Generic[P], frozen=True):
    changes: list[Change]
    prediction: P
    usualness: Usualness | None = None
    """Of the changed row: a change may lead where the model has seen little."""


class Recommendations(Shape, Generic[P], frozen=True):
    model: str
    version: str
    prediction: P
    """Of the row as it stands."""
    reachable: bool
    """True as well where the row reaches the goal as it is; then there is nothing to recommend."""
    recommendations: list[Recommendation[P]]
    """At most five, the smallest change first."""
