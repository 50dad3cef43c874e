"""The shapes of the answers about rows: predictions, why, what if, what would have to change.

Keys that are not named here are let through: the contract may grow.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

Row = dict[str, Any]
Value = float | int | str | bool | None | list[float]
"""The value of a field: a list is a vector; a picture is a text (a data URL)."""
AnyValue = Value | dict[str, Any] | list[Any]
"""A value of a field whose type the client may not know."""
Ends = Annotated[list[float], 2] | Annotated[list[str], 2]
"""Two values of a number, or of a date as ISO text."""


class KnownWords(TypedDict):
    """How many words of a text the model knows."""

    known: int
    words: int


class FieldWarning(TypedDict):
    field: str
    code: str
    fields: NotRequired[list[str]]  # those of a contradiction
    sentence: NotRequired[str]  # the rule that the row breaks
    known_words: NotRequired[KnownWords]  # of a text with few of them
    language: NotRequired[str]  # of a text in another language


class Interval(TypedDict):
    low: float
    high: float
    coverage: float


class Stored(TypedDict):
    """Where a stored row or prediction comes from."""

    computed_at: str
    run: str
    version: str
    stale: bool
    as_of: NotRequired[str | None]
    """From when the data are: a month or a day."""


Origin = TypedDict(
    "Origin",
    {
        "from": Literal["request", "store"],
        "computed_at": str | None,
        "age_seconds": float | None,
        "run": str | None,
        "expired": bool,
        "as_of": NotRequired[str | None],
    },
)
"""Where the value of a field comes from, and how old it is."""


class Prediction(TypedDict):
    """Either `label` and `probabilities`, or `value` and `interval`: the card's output says which.

    Where some rows of the request held the entity's key, each prediction says its `source`: `stored`, or `live` with the
    fields that were `changed` on top of what is stored. `origins` says of each field where its value comes from.
    """

    decision: str | None
    warnings: list[FieldWarning]
    label: NotRequired[str]
    probabilities: NotRequired[dict[str, float]]
    value: NotRequired[float]
    interval: NotRequired[Interval | None]
    source: NotRequired[Literal["stored", "live"]]
    stored: NotRequired[Stored | None]
    changed: NotRequired[list[str] | None]
    origins: NotRequired[dict[str, Origin] | None]


class Predictions(TypedDict):
    model: str
    version: str
    source: Literal["live", "stored", "mixed"]
    predictions: list[Prediction]


class Contribution(TypedDict):
    field: str
    value: AnyValue
    contribution: float
    span: NotRequired[Annotated[list[int], 2]]
    """The position of a word in its text: [first character, one past the last]."""
    region: NotRequired[Annotated[list[int], 4]]
    """The patch of a picture: [left, top, width, height] in pixels of the picture that the model sees."""


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
    known_words: NotRequired[KnownWords | None]
    label: NotRequired[str | None]
    """The label whose probability is explained: the card's focus or, for a picture, the likeliest label."""
    strongest_region: NotRequired[Annotated[list[int], 4] | None]
    """The part of a picture that speaks most for the answer: [left, top, width, height]."""


class Explanations(TypedDict):
    model: str
    version: str
    explanations: list[Explanation]


class CurvePoint(TypedDict):
    value: Value
    prediction: Prediction


class Curve(TypedDict):
    field: str
    seen: Ends | None
    usual: Ends | None
    points: list[CurvePoint]


class Surface(TypedDict):
    """`outputs[i][j]` answers fields[0] = values[0][i] and fields[1] = values[1][j]."""

    fields: Annotated[list[str], 2]
    values: Annotated[list[list[Value]], 2]
    outputs: list[list[float]]
    contradictions: NotRequired[list[list[bool]]]


class Curves(TypedDict):
    model: str
    version: str
    prediction: Prediction
    pinned: Prediction | None
    curves: list[Curve]
    surface: Surface | None
    usualness: Usualness | None
