"""What is kept from one night to the next: stored predictions, the runs that wrote them, answers that come from them."""

from typing import Generic, Literal, TypeVar

import msgspec

from service.schemas.answers import LabelPrediction, ValuePrediction
from service.schemas.card import Row, Shape, Value

Source = Literal["stored", "live"]
RunKind = Literal["predictions", "features"]
RunState = Literal["running", "failed", "published", "superseded", "withdrawn", "discarded"]
"""running: being written, or killed and waiting to go on · published: answers come from it · superseded: was published ·
withdrawn: was published and taken back · discarded: its predictions are deleted."""


class Stored(Shape, frozen=True):
    """Where a stored row or prediction comes from."""

    computed_at: str
    """UTC, ISO 8601."""
    run: str
    version: str
    """Of the model that computed it."""
    stale: bool
    """Too old, or of another version than the served one."""


class Origin(Shape, frozen=True):
    """Where the value of a field comes from, and how old it is. What the request gives has no age."""

    from_: Literal["request", "store"] = msgspec.field(name="from")
    computed_at: str | None = None
    age_seconds: float | None = None
    run: str | None = None
    expired: bool = False
    """Older than stored features may be."""


class KeyedLabelPrediction(LabelPrediction, frozen=True, kw_only=True):
    """A label's prediction in an answer to rows some of which hold the entity's key."""

    source: Source
    """`live`: computed now; then `stored` is where the values come from that the caller did not give."""
    stored: Stored | None = None
    changed: list[str] | None = None
    """A what-if on top of what is stored: the fields that the caller gave. None where nothing was found."""
    origins: dict[str, Origin] | None = None
    """Field → where its value comes from. None where nothing was looked up."""


class KeyedValuePrediction(ValuePrediction, frozen=True, kw_only=True):
    """A value's prediction in an answer to rows some of which hold the entity's key."""

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
    """A prediction as a run wrote it, with the row that it was computed from."""

    row: Row
    prediction: P
    computed_at: str
    age_seconds: float
    run: str
    version: str
    stale: bool


class StoredFeatures(Shape, frozen=True):
    """Features as a run wrote them: null is a value that is not known."""

    values: dict[str, Value]
    computed_at: str
    age_seconds: float
    run: str
    expired: bool


class EntityAnswer(Shape, Generic[P], frozen=True):
    """What is stored for one key."""

    model: str
    version: str
    """The served one; what is stored may be of another."""
    key: str
    """The name of the key: client_id."""
    id: str
    stored_prediction: StoredPrediction[P] | None = None
    stored_features: StoredFeatures | None = None


class EntityName(Shape, frozen=True):
    """A key under which something is stored, and what."""

    id: str
    stored_prediction: bool
    stored_features: bool


class EntityList(Shape, frozen=True):
    items: list[EntityName] = msgspec.field(default_factory=list)
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
    """How many were stored."""
    refused: int
    seconds: float


class RunList(Shape, frozen=True):
    items: list[Run] = msgspec.field(default_factory=list)
    next: str | None = None
