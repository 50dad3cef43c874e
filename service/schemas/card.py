"""The card, which describes a model."""

from typing import Literal

import msgspec

from service.schemas.rules import Rule
from service.schemas.shape import Published, Row, Text, Value
from wire.field_types import FieldTypeName


class Category(Published, frozen=True):
    value: str
    label: Text = ""
    seen: bool = True
    """False: a legal value that no training row had; it is scored with the warning `unseen_category`."""


class Input(Published, frozen=True):
    """One field of a row. Only name and type are required."""

    name: str
    type: FieldTypeName
    label: Text = ""
    help: Text = ""
    unit: Text = ""
    shown_as: Literal["number", "percent"] = "number"
    """`percent`: the value is a fraction, and people read it as a percentage (0.62 → 62 %)."""
    group: Text = ""
    minimum: float | str | None = None
    """Lower values are refused. The limits of a date are in ISO form, as is `seen`."""
    maximum: float | str | None = None
    """Higher values are refused."""
    seen: tuple[float | str, float | str] | None = None
    """The range of the training rows; values outside are scored with the warning `outside_training_range`."""
    step: float | None = None
    """The step between values that a person would type; for a date, in days."""
    categories: tuple[Category, ...] = ()
    max_length: int = 2000
    """The maximum length of a text, in characters."""
    language: str = ""
    """The language of a text, such as `en`: texts in other languages are scored with the warning `other_language`."""
    min_known_share: float = 0.0
    """A text of whose words the model knows a smaller share is scored with the warning `few_known_words`."""
    width: int = 0
    """The pixels of a picture as the model sees it."""
    height: int = 0
    colours: Literal["grey", "rgb"] = "rgb"
    length: int = 0
    """How many numbers a vector has."""
    default: Value = None
    nullable: bool = False
    from_: Literal["request", "store"] = msgspec.field(default="request", name="from")
    changeable: Literal["no", "up", "down", "both"] = "both"
    """Whether a recommendation may change the value, and in which direction."""
    dtype: str = ""
    """The pandas type of the column that the model was fitted on, such as `int64`, `bool`, `category` or `datetime64[us]`.
    Empty: float64 for numbers, `str` for categories."""


class Label(Published, frozen=True):
    value: str
    label: Text = ""


class Band(Published, frozen=True):
    """A decision: it applies if low ≤ answer < high.

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


class Mistakes(Published, frozen=True):
    """The two kinds of mistake in words, with their prices. The page How good begins with these prices."""

    false_alarm: Text = ""
    """A flagged row without the focus label: "good clients refused"."""
    missed: Text = ""
    """A row with the focus label that is not flagged: "defaults approved"."""
    currency: Text = ""
    """Empty: prices have no unit."""
    false_alarm_price: float = 1.0
    missed_price: float = 5.0
    person_price: float = 0.0
    """The price of asking a person, who then decides right."""
    yearly_rows: int = 0
    """The number of rows that are decided in a year; 0 if it is unknown."""


class Classification(Published, frozen=True, tag="classification", tag_field="kind"):
    labels: tuple[Label, ...]
    """In the order of the scorer's probabilities."""
    focus: str
    """The label whose probability people read as the answer."""
    scores: Literal["probabilities", "labels"] = "probabilities"
    """`labels`: the model only names a label, without a probability. The score of that label is 1, of the others 0."""
    sentence: Text = ""
    """What the number counts, directly after it: "4 % risk of not paying the next bill"."""
    mistakes: Mistakes | None = None
    bands: tuple[Band, ...] = ()
    """Ranges of the probability of `focus`, the best first. Together they cover 0 to 1."""


class Regression(Published, frozen=True, tag="regression", tag_field="kind"):
    unit: Text = ""
    sentence: Text = ""
    seen: tuple[float, float] | None = None
    """The range of the true values of the training rows: the scale of a drawn answer."""
    interval: IntervalRule | None = None
    bands: tuple[Band, ...] = ()


class Example(Published, frozen=True):
    """A row with a name, to start from."""

    name: str
    row: Row
    label: Text = ""


class Metric(Published, frozen=True):
    name: str
    value: float
    rows: int
    """The number of held-out rows that the figure is computed from."""
    low: float | None = None
    high: float | None = None
    label: Text = ""
    baseline: float | None = None
    """The same figure without a model: always the most frequent label, the median value, or random order."""


class Entity(Published, frozen=True):
    """The key of stored predictions and features. It is no input of the model. In requests and answers it is text."""

    key: str
    label: Text = ""
    name: Text = ""
    """The word for one entity, if it is another one than for a row: "advert" of which the rows are showings."""
    max_age_hours: float | None = None
    """A stored prediction of this age is stale; None: the setting of the service decides."""
    features: str | None = None
    """The function that computes the features of this entity in the nightly job."""
    features_max_age_hours: float | None = None
    """Stored features of this age are expired; None: the setting of the service decides."""


class Training(Published, frozen=True):
    """The data and the method of the model."""

    data: Text
    source: str
    licence: str
    period: Text = ""
    algorithm: Text = ""
    rows: int = 0
    held_out_rows: int = 0
    libraries: dict[str, str] = msgspec.field(default_factory=dict)


class Scoring(Published, frozen=True):
    """How the bundle is opened, and the result of the gate: the largest difference from scikit-learn on real rows."""

    scorer: Literal["onnx", "process"]
    """`onnx`: a graph in the service. `process`: the fitted model in a process with the packages that it was fitted with."""
    gate_rows: int
    gate_difference: float
    text: Literal["as_is", "words", "words_without_addresses"] = "as_is"
    """`words`: the model was fitted on the words, marks and emoticons of a text, not on the text itself.
    `words_without_addresses`: on these without handles (`@name`), e-mail addresses and links."""
    reason: str = ""
    """Why the bundle is not on ONNX; empty if it is."""


class PluralForms(Published, frozen=True):
    """A noun after a number, by the plural categories of Unicode CLDR: 1 comment, 2 comments; 1 komentarz, 2 komentarze.

    English uses `one` and `other`; Polish uses `one`, `few`, `many`, and `other` for fractions.
    """

    other: Text
    one: Text = ""
    few: Text = ""
    many: Text = ""


class Card(Published, frozen=True):
    """The description of a model. Form, checks, docs, charts and exports are made from it."""

    name: str
    title: Text
    question: Text
    inputs: tuple[Input, ...]
    output: Classification | Regression
    scoring: Scoring
    main_fields: tuple[str, ...] = ()
    """The names of the inputs that matter most, the most important first. A form of many inputs shows these and folds the
    others. Empty: the order of `inputs` counts."""
    summary: Text = ""
    examples: tuple[Example, ...] = ()
    real_rows: tuple[Row, ...] = ()
    """Held-out rows, shown as real cases."""
    real_truths: tuple[Value, ...] = ()
    """What really happened: the true label or value of each real row, in the same order. Empty if it is unknown."""
    row_name: Text = ""
    """The word for one row: "client", "diamond", "comment"."""
    row_forms: PluralForms | None = None
    """The same word after a number."""
    entity: Entity | None = None
    """None if the model has no stored predictions or features."""
    rules: tuple[Rule, ...] = ()
    """What cannot be true of one case at once: such a row is scored with the warning `contradiction`."""
    metrics: tuple[Metric, ...] = ()
    training: Training | None = None
    purpose: Text = ""
    not_for: tuple[Text, ...] = ()
    limits: tuple[Text, ...] = ()
    evaluation_note: Text = ""
    """What a reader of the evaluation must know, for example which rows were left out."""
    evaluated_on: Literal["unseen_rows", "any_rows"] = "unseen_rows"
    """`any_rows`: the model may have been fitted on the rows of its evaluation."""
    change_note: Text = ""
    """What a reader of recommendations must know: which values can change in reality, and which cannot."""
    exports: Literal["yes", "no"] = "yes"
    """`no`: the model may not be taken away in another form; it answers only where it is served."""
    place: int = 0
    """The place in a list of models: a smaller number comes first; models with the same number are in the order of names."""
    version: str = ""
    """The hash of the bundle's content. It is set when the bundle is opened and is not part of `card.json`."""
    built: str = ""
    """The day on which the bundle was built, such as 2026-11-27. It is set in the same way, from the file `built`."""
