"""The shapes of the answers about rows: predictions, why, what if, what would have to change.

Knows: TypedDicts. Must not know: HTTP. Keys that are not named here are let through: the contract may grow.
"""

from typing import Annotated, Any, NotRequired, TypedDict

Row = dict[str, Any]
Value = float | int | str | bool | None


class FieldWarning(TypedDict):
    field: str
    code: str


class Interval(TypedDict):
    low: float
    high: float
    coverage: float


class Prediction(TypedDict):
    """Either `label` and `probabilities`, or `value` and `interval`: the card's output says which."""

    decision: str | None
    warnings: list[FieldWarning]
    label: NotRequired[str]
    probabilities: NotRequired[dict[str, float]]
    value: NotRequired[float]
    interval: NotRequired[Interval | None]


class Predictions(TypedDict):
    model: str
    version: str
    source: str
    predictions: list[Prediction]


class RecognisedFile(TypedDict):
    """What a file of rows turned out to be; long lists of names are cut, with … at their end."""

    format: str
    rows: int
    columns: list[str]
    ignored: list[str]
    encoding: NotRequired[str]
    separator: NotRequired[str]
    decimal: NotRequired[str]


class Contribution(TypedDict):
    field: str
    value: Value
    contribution: float
    span: NotRequired[Annotated[list[int], 2]]
    """Where a word stands in its text: [first character, one past the last]."""


class Usualness(TypedDict):
    percentile: float
    fields: list[str]


class Explanation(TypedDict):
    base: float
    output: float
    standard_error: float
    contributions: list[Contribution]
    sentence: str
    prediction: Prediction
    usualness: Usualness | None


class Explanations(TypedDict):
    model: str
    version: str
    explanations: list[Explanation]


class CurvePoint(TypedDict):
    value: Value
    prediction: Prediction


class Curve(TypedDict):
    field: str
    seen: Annotated[list[float], 2] | None
    usual: Annotated[list[float], 2] | None
    points: list[CurvePoint]


class Surface(TypedDict):
    """`outputs[i][j]` answers fields[0] = values[0][i] and fields[1] = values[1][j]."""

    fields: Annotated[list[str], 2]
    values: Annotated[list[list[Value]], 2]
    outputs: list[list[float]]


class Curves(TypedDict):
    model: str
    version: str
    prediction: Prediction
    pinned: Prediction | None
    curves: list[Curve]
    surface: Surface | None


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


Change = TypedDict("Change", {"field": str, "from": Value, "to": Value})


class Recommendation(TypedDict):
    changes: list[Change]
    prediction: Prediction


class Recommendations(TypedDict):
    model: str
    version: str
    prediction: Prediction
    reachable: bool
    recommendations: list[Recommendation]
