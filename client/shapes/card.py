"""The shapes of what a model says of itself: the list and the card.

Keys that are not named here are let through: the contract may grow.
"""

from typing import Literal, NotRequired, TypedDict

from client.shapes.answers import Row, Value
from client.shapes.card_fields import CheckedField


class Label(TypedDict):
    value: str
    label: NotRequired[str]


class Band(TypedDict):
    value: str
    low: float
    high: float
    tone: Literal["good", "middle", "bad"]
    label: NotRequired[str]


class IntervalRule(TypedDict):
    coverage: float
    margin: float


class Mistakes(TypedDict):
    false_alarm: NotRequired[str]
    missed: NotRequired[str]
    currency: NotRequired[str]
    false_alarm_price: NotRequired[float]
    missed_price: NotRequired[float]
    person_price: NotRequired[float]
    yearly_rows: NotRequired[int]


class Output(TypedDict):
    kind: Literal["classification", "regression"]
    sentence: NotRequired[str]
    bands: NotRequired[list[Band]]
    labels: NotRequired[list[Label]]
    focus: NotRequired[str]
    scores: NotRequired[Literal["probabilities", "labels"]]
    """`labels`: the model names a label without a probability; the probability of that label is then 1, of the others 0."""
    unit: NotRequired[str]
    seen: NotRequired[list[float]]
    interval: NotRequired[IntervalRule]
    mistakes: NotRequired[Mistakes]


class Example(TypedDict):
    name: str
    row: Row
    label: NotRequired[str]


class Metric(TypedDict):
    name: str
    value: float
    rows: int
    low: NotRequired[float]
    high: NotRequired[float]
    label: NotRequired[str]
    baseline: NotRequired[float]


class Training(TypedDict):
    data: str
    source: str
    licence: str
    period: NotRequired[str]
    algorithm: NotRequired[str]
    rows: NotRequired[int]
    held_out_rows: NotRequired[int]


class EntityKey(TypedDict):
    key: str
    label: NotRequired[str]
    name: NotRequired[str]
    max_age_hours: NotRequired[float]
    features: NotRequired[str]
    features_max_age_hours: NotRequired[float]


class Rule(TypedDict):
    """What cannot be true of one case at once. The other keys depend on `kind`; later versions may add kinds."""

    kind: str
    sentence: str


class PluralForms(TypedDict, total=False):
    """The word for a row after a number, by the plural categories of Unicode CLDR."""

    one: str
    few: str
    many: str
    other: str


class Card(TypedDict):
    name: str
    version: str
    title: str
    question: str
    inputs: list[CheckedField]
    output: Output
    main_fields: NotRequired[list[str]]
    """The names of the inputs that matter most, the most important first."""
    summary: NotRequired[str]
    examples: NotRequired[list[Example]]
    real_rows: NotRequired[list[Row]]
    real_truths: NotRequired[list[Value]]
    row_name: NotRequired[str]
    row_forms: NotRequired[PluralForms]
    entity: NotRequired[EntityKey]
    built: NotRequired[str]
    exports: NotRequired[str]
    """`no`: the model may not be taken away in another form."""
    place: NotRequired[int]
    rules: NotRequired[list[Rule]]
    metrics: NotRequired[list[Metric]]
    training: NotRequired[Training]
    purpose: NotRequired[str]
    not_for: NotRequired[list[str]]
    limits: NotRequired[list[str]]
    evaluation_note: NotRequired[str]
    evaluated_on: NotRequired[Literal["unseen_rows", "any_rows"]]
    change_note: NotRequired[str]


class ModelState(TypedDict):
    name: str
    state: str
    """`ready` or `broken`; later versions may add states."""
    version: str | None
    versions: list[str]
    title: str | None
    question: str | None
    reason: str | None
    built: NotRequired[str | None]
    changed: NotRequired[list[str]]
    unlimited: NotRequired[list[str]]
    """What the system does not limit for the process of the model: `memory`, `files`, `network`."""


class ModelList(TypedDict):
    items: list[ModelState]
    next: str | None


class Health(TypedDict):
    status: str
    models: list[ModelState]
    accepts_models: NotRequired[bool]
