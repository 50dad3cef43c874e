"""How good a model is on rows that it has never seen: computed once, when its bundle is built, and served as it is."""

from service.schemas.card import Published, Shape, Text


class Figure(Shape, frozen=True):
    """A claim: a number, its 95 % interval by bootstrap (or Wilson's for a share), and the rows behind it."""

    value: float
    low: float
    high: float
    rows: int


class RocPoint(Shape, frozen=True):
    false_alarms: float
    """Share of the rows without the focus label that are flagged at `threshold`."""
    found: float
    """Share of the rows with the focus label that are flagged."""
    threshold: float


class PrecisionPoint(Shape, frozen=True):
    found: float
    right: float
    """Share of the flagged rows that have the focus label."""
    threshold: float
    precision: Figure | None = None
    """`right` with its interval, out of the flagged rows. Null in bundles that were built before it was there."""


class CalibrationBin(Shape, frozen=True):
    """Rows whose probability lies in one bin: what was said, and what happened."""

    said: float
    happened: Figure


class ThresholdCounts(Shape, frozen=True):
    """Held-out rows flagged (probability of the focus ≥ threshold) and not, against the truth."""

    threshold: float
    flagged_right: int
    flagged_wrong: int
    passed_right: int
    passed_wrong: int
    right: Figure | None = None
    """Share of the flagged rows that have the focus label. With `found`: null in bundles built before it."""
    found: Figure | None = None
    """Share of the rows with the focus label that are flagged."""


class BandShare(Shape, frozen=True):
    value: str
    label: Text
    share: Figure
    """Of all held-out rows."""
    focus: Figure
    """Of the rows in the band: how many have the focus label. For a regression: the band's mean truth."""


class Importance(Shape, frozen=True):
    """How much worse the model gets when one field is shuffled (permutation importance, Breiman 2001)."""

    field: str
    drop: Figure
    """Of the metric named in the evaluation; its interval holds both which rows there are and how they are shuffled."""


class SegmentGroup(Shape, frozen=True):
    label: Text
    metric: Figure
    flagged: Figure | None
    """Share of the group in the worst band (or above an even chance); null for a regression."""
    truth: Figure
    """Share with the focus label, or the mean truth."""
    small: bool
    """Too few rows to say much: drawn grey."""


class Segment(Shape, frozen=True):
    """The held-out rows split by one thing: an input, or an attribute that the model does not see."""

    name: str
    label: Text
    is_input: bool
    groups: list[SegmentGroup]


class WeakSpot(Shape, frozen=True):
    """A group of rows in which the model errs most."""

    sentence: Text
    metric: Figure
    overall: float


class ResidualBin(Shape, frozen=True):
    low: float
    high: float
    rows: int


class PredictedTrue(Shape, frozen=True):
    predicted: float
    true: float


class CoverageBin(Shape, frozen=True):
    """Rows whose predicted value lies between low and high: how many truths their intervals hold."""

    low: float
    high: float
    coverage: Figure


class ClassificationEvaluation(Published, frozen=True, tag="classification", tag_field="kind"):
    rows: int
    focus: str
    focus_rows: int
    metric: str
    """The metric of importance, segments and weak spots: `auc`."""
    metric_label: Text
    overall: Figure
    """The metric over all held-out rows."""
    auc: Figure
    average_precision: Figure
    roc: list[RocPoint]
    precision: list[PrecisionPoint]
    calibration: list[CalibrationBin]
    thresholds: list[ThresholdCounts]
    bands: list[BandShare]
    importance: list[Importance]
    segments: list[Segment]
    weak_spots: list[WeakSpot]
    accuracy: Figure | None = None
    """Share of the rows whose likeliest label is the true one. With `brier`: null in bundles built before it."""
    brier: Figure | None = None
    """The mean squared error of the probability of the focus (Brier, 1950)."""


class RegressionEvaluation(Published, frozen=True, tag="regression", tag_field="kind"):
    rows: int
    metric: str
    """`relative_error`: the median of |predicted − true| / true."""
    metric_label: Text
    overall: Figure
    """The metric over all held-out rows."""
    r2: Figure
    median_error: Figure
    """The median of |predicted − true|, in the answer's unit."""
    sample: list[PredictedTrue]
    """Some held-out rows, drawn at random."""
    residuals: list[ResidualBin]
    """Of predicted − true, in the answer's unit."""
    coverage: Figure | None
    coverage_bins: list[CoverageBin]
    bands: list[BandShare]
    importance: list[Importance]
    segments: list[Segment]
    weak_spots: list[WeakSpot]
    too_high: Figure | None = None
    """Share of the rows whose answer lies above the truth. With `too_low`: null in bundles built before it."""
    too_low: Figure | None = None
    """Share of the rows whose answer lies below the truth; the rest is right to the last digit."""
    relative_error: Figure | None = None
    """The median of |predicted − true| / true. Null in bundles built before it."""


Evaluation = ClassificationEvaluation | RegressionEvaluation


class EvaluationAnswer(Shape, frozen=True):
    model: str
    version: str
    evaluation: Evaluation
