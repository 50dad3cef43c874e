"""Questions and answers about models and rows."""

from typing import Generic, Literal, TypeVar

import msgspec

from service.schemas.row_warnings import FieldWarning, KnownWords
from service.schemas.shape import Published, Row, Shape, Text, Value


class ModelState(Shape, frozen=True):
    """A model in the list. `version` and texts are null if it is broken."""

    name: str
    state: Literal["ready", "broken"]
    version: str | None = None
    versions: tuple[str, ...] = ()
    """All versions that are served. The first one answers requests without a version."""
    changed: tuple[str, ...] = ()
    """The versions whose files have changed since they were opened; they are served as they were opened."""
    unlimited: tuple[str, ...] = ()
    """What the system does not limit for the process of the model: `memory`, `files`, `network`."""
    title: Text | None = None
    question: Text | None = None
    reason: str | None = None
    built: str | None = None
    """The day on which the version was built; null if its bundle does not contain it."""


class ModelList(Shape, frozen=True):
    items: list[ModelState]
    next: str | None = None


class Health(Shape, frozen=True):
    status: Literal["live", "ready", "loading", "stopping"]
    models: list[ModelState] = msgspec.field(default_factory=list)
    accepts_models: bool = False
    """Whoever has a key with the scope `admin` can publish models here."""


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
    """How far one field (or, in a text, one word) moves the answer up or down, in the unit of the answer."""

    field: str
    value: Value
    """The value of the row; in a text, the word."""
    contribution: float
    span: tuple[int, int] | None = None
    """The position of a word in its text: [first character, one past the last]."""
    region: tuple[int, int, int, int] | None = None
    """The patch of a picture: [left, top, width, height] in pixels of the picture that the model sees."""


class Usualness(Shape, frozen=True):
    """How usual a row is among those that the model learned from."""

    percentile: float
    """0…100: the row is more unusual than this percentage of them."""
    fields: list[str]
    """The fields that make it unusual, the most unusual first; empty if the row is not unusual."""


class Explanation(Shape, Generic[P], frozen=True):
    base: float
    """The average answer over the reference rows of the bundle (for a text: the answer without any word)."""
    output: float
    """The answer for this row: base plus all contributions."""
    standard_error: float
    """Of the least certain contribution. It covers the choice of the reference rows and the sampling."""
    contributions: list[Contribution]
    """Largest first; the words of a text in their order, the patches of a picture in reading order."""
    sentence: Text
    prediction: P
    usualness: Usualness | None
    known_words: KnownWords | None = None
    """Of the text; null if the card does not name the language of a text."""
    label: str | None = None
    """The label whose probability is explained: the card's focus; for a picture, the likeliest one. Null for a value."""
    strongest_region: tuple[int, int, int, int] | None = None
    """The part of a picture that speaks most for the answer: [left, top, width, height]. Null if no part stands out."""


class Explanations(Shape, Generic[P], frozen=True):
    model: str
    version: str
    explanations: list[Explanation[P]]


# What if


class CurveRequest(Shape, frozen=True):
    row: Row
    fields: list[str]
    points: int | None = None
    """How many points a numeric field gets. One of them is always the value of the row."""
    together: bool = False
    """True: sweep two fields at once, as a surface."""
    pinned: Row | None = None
    """Another row to score, so that a chart can mark it beside the curve."""
    version: str | None = None


class CurvePoint(Shape, Generic[P], frozen=True):
    value: Value
    prediction: P


class Curve(Shape, Generic[P], frozen=True):
    field: str
    seen: tuple[float | str, float | str] | None
    """The range of the training rows; dates in ISO form."""
    usual: tuple[float | str, float | str] | None
    """The range of the middle 98 % of the training rows; null if the bundle does not contain it."""
    points: list[CurvePoint[P]]


class Surface(Published, frozen=True):
    """Two fields at once: `outputs[i][j]` is the output for fields[0] = values[0][i] and fields[1] = values[1][j]."""

    fields: tuple[str, str]
    values: tuple[list[Value], list[Value]]
    outputs: list[list[float]]
    """The probability of the card's focus, or the value."""
    contradictions: list[list[bool]] = msgspec.field(default_factory=list)
    """For each output, whether its row breaks a rule of the card; empty if the card has no rules."""


class Curves(Shape, Generic[P], frozen=True):
    model: str
    version: str
    prediction: P
    """Of the row of the request."""
    pinned: P | None
    curves: list[Curve[P]]
    surface: Surface | None = None
    usualness: Usualness | None = None
    """Of the row of the request."""


# What would have to change


class ProbabilityGoal(Shape, frozen=True):
    label: str
    min: float = 0.0
    max: float = 1.0


class ValueGoal(Shape, frozen=True):
    min: float | None = None
    max: float | None = None


class Goal(Shape, frozen=True):
    """Exactly one of the three is set."""

    decision: str | None = None
    probability: ProbabilityGoal | None = None
    value: ValueGoal | None = None


class RecommendationRequest(Shape, frozen=True):
    row: Row
    goal: Goal
    fixed: list[str] = msgspec.field(default_factory=list)
    """Fields that must not change, in addition to those that the card does not allow to change."""
    ranges: dict[str, tuple[float | str, float | str]] = msgspec.field(default_factory=dict)
    """Field → [low, high], within the range of the card."""
    version: str | None = None


class Change(Shape, frozen=True):
    field: str
    from_: Value = msgspec.field(name="from")
    to: Value


class Recommendation(Shape, Generic[P], frozen=True):
    changes: list[Change]
    prediction: P
    usualness: Usualness | None = None
    """Of the changed row: a change may lead to rows that are rare in training."""


class Recommendations(Shape, Generic[P], frozen=True):
    model: str
    version: str
    prediction: P
    """Of the row of the request."""
    reachable: bool
    """True also if the row of the request reaches the goal already; then there is nothing to recommend."""
    recommendations: list[Recommendation[P]]
    """At most five, the smallest change first."""
    nearest: Recommendation[P] | None = None
    """If the goal is not reachable: a small change that comes nearly as near as any. Null if no change comes nearer."""
    obstacles: list[str] = msgspec.field(default_factory=list)
    """If the goal is not reachable: the fields that may not change and would bring the nearest result clearly nearer."""
