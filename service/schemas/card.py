"""The card: what a bundle says of itself. And the manners of every shape."""

from typing import Any, Literal

import msgspec

from wire.field_types import FieldTypeName
from wire.languages import Language

Value = float | int | str | bool | None
Row = dict[str, Any]
"""One case's inputs, field → value. Unchecked until `scoring.checks` has seen it."""

Text = str | dict[Language, str]
"""A text for people: in a bundle one text a language (or one for all), in an answer always a plain string."""


class Shape(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The manners of every shape: unknown fields are refused, nothing changes after it was made."""


class Published(Shape, frozen=True, omit_defaults=True):
    """A shape whose empty fields are left out when it is written."""


class Category(Published, frozen=True):
    value: str
    label: Text = ""
    seen: bool = True
    """False: a legal value that no training row had; it is scored with the warning `unseen_category`."""


class Input(Published, frozen=True):
    """One field of a row. All optional but name and type."""

    name: str
    type: FieldTypeName
    label: Text = ""
    help: Text = ""
    unit: Text = ""
    shown_as: Literal["number", "percent"] = "number"
    """`percent`: the value is a fraction, people read it as per cent (0.62 → 62 %)."""
    group: Text = ""
    minimum: float | str | None = None
    """Values below are refused. Of a date: in ISO form, as `maximum` and `seen` are."""
    maximum: float | str | None = None
    """Values above are refused."""
    seen: tuple[float | str, float | str] | None = None
    """The range of the training rows; values outside are scored with the warning `outside_training_range`."""
    step: float | None = None
    """Between values that a person would type; of a date: in days."""
    categories: tuple[Category, ...] = ()
    max_length: int = 2000
    """Characters of a text."""
    default: Value = None
    nullable: bool = False
    from_: Literal["request", "store"] = msgspec.field(default="request", name="from")
    changeable: Literal["no", "up", "down", "both"] = "both"
    """May a recommendation touch it, and in which direction."""


class Label(Published, frozen=True):
    value: str
    label: Text = ""


class Band(Published, frozen=True):
    """A decision: the answer is in it when low ≤ answer < high.

    A card lists its bands upwards or downwards, without a gap or an overlap. The lowest band also holds all answers
    below it, the highest band all answers above it.
    """

    value: str
    low: float
    high: float
    tone: Literal["good", "middle", "bad"]
    label: Text = ""


class IntervalRule(Published, frozen=True):
    """Split conformal: low = value·e^-margin, high = value·e^margin, holding `coverage` of unseen rows."""

    coverage: float
    margin: float


class Classification(Published, frozen=True, tag="classification", tag_field="kind"):
    labels: tuple[Label, ...]
    """In the order of the scorer's probabilities."""
    focus: str
    """The label whose probability is the answer that people read."""
    sentence: Text = ""
    """What the number means, after it: "31 % …chance that the next bill is not paid"."""
    bands: tuple[Band, ...] = ()
    """On the probability of `focus`, best first; together they cover 0…1."""


class Regression(Published, frozen=True, tag="regression", tag_field="kind"):
    unit: Text = ""
    sentence: Text = ""
    seen: tuple[float, float] | None = None
    """Between which values the answer of training rows lay: the scale on which an answer is drawn."""
    interval: IntervalRule | None = None
    bands: tuple[Band, ...] = ()


class Example(Published, frozen=True):
    """A named row to start from."""

    name: str
    row: Row
    label: Text = ""


class Metric(Published, frozen=True):
    name: str
    value: float
    rows: int
    """How many held-out rows stand behind the figure."""
    low: float | None = None
    high: float | None = None
    label: Text = ""


class Entity(Published, frozen=True):
    """By which key what is stored for a row is found. The key is no input of the model; on the wire it is text."""

    key: str
    label: Text = ""
    max_age_hours: float | None = None
    """From then on a stored prediction is stale; None: as the service is set."""
    features: str | None = None
    """The function that computes this entity's features at night."""
    features_max_age_hours: float | None = None
    """From then on stored features are expired; None: as the service is set."""


class Training(Published, frozen=True):
    """Where the model comes from."""

    data: Text
    source: str
    licence: str
    period: Text = ""
    algorithm: Text = ""
    rows: int = 0
    held_out_rows: int = 0
    libraries: dict[str, str] = {}


class Scoring(Published, frozen=True):
    """How the bundle is opened, and the gate it passed: the largest difference to scikit-learn on real rows."""

    scorer: Literal["onnx", "sklearn"]
    gate_rows: int
    gate_difference: float
    text: Literal["as_is", "words"] = "as_is"
    """`words`: the model was fitted on the words of a text (`scoring.texts`), not on the text itself."""
    reason: str = ""
    """Why the bundle is not on ONNX, where it is not."""


class Card(Published, frozen=True):
    """What a bundle says of itself. Read by form, checks, docs, charts and exports alike."""

    name: str
    title: Text
    question: Text
    inputs: tuple[Input, ...]
    output: Classification | Regression
    scoring: Scoring
    summary: Text = ""
    examples: tuple[Example, ...] = ()
    real_rows: tuple[Row, ...] = ()
    """Real held-out rows to draw "another real case" from."""
    row_name: Text = ""
    """What one row is: "client", "diamond", "comment"."""
    entity: Entity | None = None
    """None: nothing is stored for this model."""
    metrics: tuple[Metric, ...] = ()
    training: Training | None = None
    purpose: Text = ""
    not_for: tuple[Text, ...] = ()
    limits: tuple[Text, ...] = ()
    version: str = ""
    """The hash of the bundle's content; filled in when the bundle is opened, never stored inside it."""
    built: str = ""
    """The day on which the bundle was built, such as 2026-11-27, as a file beside the hash says; filled in likewise."""
