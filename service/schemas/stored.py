"""Stored predictions and features, the runs that wrote them, and answers that come from them."""

from typing import Generic, Literal, TypeVar

import msgspec

from service.schemas.answers import LabelPrediction, ValuePrediction
from service.schemas.shape import Row, Shape, Value

Source = Literal["stored", "live"]
RunKind = Literal["predictions", "features"]
RunState = Literal["running", "failed", "published", "superseded", "withdrawn", "discarded"]
"""running: in progress, or killed and not continued yet · published: answers come from it · superseded: a later run is
published · withdrawn: a person revoked it after it was published · discarded: its predictions are deleted."""


class Stored(Shape, frozen=True):
    """The origin of a stored row or prediction."""

    computed_at: str
    """UTC, ISO 8601."""
    run: str
    version: str
    """The version of the model that computed it."""
    stale: bool
    """True if it is too old, or from another version than the one that is served."""
    as_of: str | None = None
    """The month or the day of the data that it was computed from, 2005-09; null if the input of the job did not say it."""


class Origin(Shape, frozen=True):
    """The origin of the value of a field, and its age. A value of the request has no age."""

    from_: Literal["request", "store"] = msgspec.field(name="from")
    computed_at: str | None = None
    age_seconds: float | None = None
    run: str | None = None
    expired: bool = False
    """True if it is older than stored features may be."""
    as_of: str | None = None
    """The month or the day of the data behind a stored value."""


class KeyedLabelPrediction(LabelPrediction, frozen=True, kw_only=True):
    """A prediction of a label, in an answer to rows of which some have the key of the entity."""

    source: Source
    """`live`: computed now; then `stored` is the origin of the values that the request does not contain."""
    stored: Stored | None = None
    changed: list[str] | None = None
    """The fields of the request that replace stored values. None if nothing is stored for the key."""
    origins: dict[str, Origin] | None = None
    """Field → the origin of its value. None if the row has no key."""


class KeyedValuePrediction(ValuePrediction, frozen=True, kw_only=True):
    """A prediction of a value, in an answer to rows of which some have the key of the entity."""

    source: Source
    stored: Stored | None = None
    changed: list[str] | None = None
    origins: dict[str, Origin] | None = None


class KeyedLabelPredictions(Shape, frozen=True):
    model: str
    version: str
    source: Literal["stored", "live", "mixed"]
    predictions: list[KeyedLabelPrediction]


class KeyedValuePredictions(Shape, frozen=True):
    model: str
    version: str
    source: Literal["stored", "live", "mixed"]
    predictions: list[KeyedValuePrediction]


KeyedPredictions = KeyedLabelPredictions | KeyedValuePredictions

P = TypeVar("P", LabelPrediction, ValuePrediction)


class StoredPrediction(Shape, Generic[P], frozen=True):
    """A prediction of a run, with the row that it was computed from."""

    row: Row
    prediction: P
    computed_at: str
    age_seconds: float
    run: str
    version: str
    stale: bool
    as_of: str | None = None
    """The month or the day of the data that it was computed from, 2005-09; null if the input of the job did not say it."""


class StoredFeatures(Shape, frozen=True):
    """Features of a run: null is a value that is not known."""

    values: dict[str, Value]
    computed_at: str
    age_seconds: float
    run: str
    expired: bool
    as_of: str | None = None
    """The newest month of the data."""


class FoundText(Shape, frozen=True):
    """A line of text that was found on a picture."""

    text: str
    box: list[tuple[float, float]]
    """Its four corners, clockwise from the top left, as shares of width and height."""
    score: float
    """How sure the reading is, from 0 to 1."""


class ColourShare(Shape, frozen=True):
    colour: str
    """#rrggbb."""
    share: float


class StoredPicture(Shape, frozen=True):
    """What a nightly job found on the picture of a key. The picture itself has an address of its own."""

    width: int
    height: int
    texts: list[FoundText]
    colours: list[ColourShare]
    """The most frequent colours, with the share of the picture that each has."""
    computed_at: str
    run: str


class EntityAnswer(Shape, Generic[P], frozen=True):
    """The stored prediction and features of one key, and the picture that the features were measured of."""

    model: str
    version: str
    """The version that is served; the stored prediction may be of another one."""
    key: str
    """The name of the key: client_id."""
    id: str
    stored_prediction: StoredPrediction[P] | None = None
    stored_features: StoredFeatures | None = None
    stored_picture: StoredPicture | None = None


class EntityName(Shape, Generic[P], frozen=True):
    """A key, whether a prediction and features are stored for it, and that prediction with its age."""

    id: str
    stored_prediction: bool
    stored_features: bool
    prediction: P | None = None
    """None also if it cannot be read."""
    computed_at: str | None = None
    age_seconds: float | None = None
    stale: bool = False


class EntityList(Shape, Generic[P], frozen=True):
    items: list[EntityName[P]] = msgspec.field(default_factory=list)
    next: str | None = None


class Run(Shape, frozen=True):
    """One execution of a nightly job."""

    id: str
    model: str
    version: str
    kind: RunKind
    state: RunState
    started: str
    finished: str | None
    rows: int
    """The number of stored rows."""
    refused: int
    seconds: float


class RunList(Shape, frozen=True):
    items: list[Run] = msgspec.field(default_factory=list)
    next: str | None = None
