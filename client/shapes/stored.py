"""The shapes of stored predictions and features, of their keys, and of the runs that wrote them.

Keys that are not named here are let through: the contract may grow.
"""

from typing import Literal, NotRequired, TypedDict

from client.shapes.answers import Prediction, Row, Value


class StoredPrediction(TypedDict):
    row: Row
    prediction: Prediction
    computed_at: str
    age_seconds: float
    run: str
    version: str
    stale: bool
    as_of: NotRequired[str | None]


class StoredFeatures(TypedDict):
    """`values`: null is a value that is not known."""

    values: dict[str, Value]
    computed_at: str
    age_seconds: float
    run: str
    expired: bool
    as_of: NotRequired[str | None]


class FoundText(TypedDict):
    """A line of text on a picture. `box`: its four corners, clockwise from the top left, as shares of width and height."""

    text: str
    box: list[list[float]]
    score: float


class ColourShare(TypedDict):
    """A colour (#rrggbb) and the share of a picture that has it."""

    colour: str
    share: float


class StoredPicture(TypedDict):
    """What was found on the picture of a key."""

    width: int
    height: int
    texts: list[FoundText]
    colours: list[ColourShare]
    computed_at: str
    run: str


class Entity(TypedDict):
    """What is stored for one key; a prediction or features are there."""

    model: str
    version: str
    key: str
    id: str
    stored_prediction: StoredPrediction | None
    stored_features: StoredFeatures | None
    stored_picture: NotRequired[StoredPicture | None]


class EntityName(TypedDict):
    """A key under which something is stored, and what; the stored prediction with its age."""

    id: str
    stored_prediction: bool
    stored_features: bool
    prediction: NotRequired[Prediction | None]
    computed_at: NotRequired[str | None]
    age_seconds: NotRequired[float | None]
    stale: NotRequired[bool]


class EntityList(TypedDict):
    items: list[EntityName]
    next: str | None


class Run(TypedDict):
    """One execution of a nightly job."""

    id: str
    model: str
    version: str
    kind: Literal["predictions", "features"]
    state: Literal["running", "failed", "published", "superseded", "withdrawn", "discarded"]
    started: str
    finished: str | None
    rows: int
    refused: int
    seconds: float


class RunList(TypedDict):
    items: list[Run]
    next: str | None
