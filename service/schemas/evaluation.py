"""How good a model is on held-out rows: computed once, when its bundle is built, and served unchanged."""

from typing import Literal

import msgspec

from service.schemas.figures import CalibrationBin, ConfusionMatrix, Figure
from service.schemas.shape import Published, Row, Shape, Text, Value


class RocPoint(Shape, frozen=True):
    false_alarms: float
    """False positive rate: share of the rows without the focus label that are flagged at `threshold`."""
    found: float
    """Recall: share of the rows with the focus label that are flagged."""
    threshold: float


class PrecisionPoint(Shape, frozen=True):
    found: float
    right: float
    """Precision: share of the flagged rows that have the focus label."""
    threshold: float
    precision: Figure | None = None
    """`right` with its interval, out of the flagged rows. Null in older bundles."""


class ThresholdCounts(Shape, frozen=True):
    """The confusion matrix at one threshold: a row is flagged if its probability of the focus is at least the threshold."""

    threshold: float
    flagged_right: int
    flagged_wrong: int
    passed_right: int
    passed_wrong: int
    right: Figure | None = None
    """Share of the flagged rows that have the focus label. Null in older bundles, as is `found`."""
    found: Figure | None = None
    """Share of the rows with the focus label that are flagged."""


class BandShare(Shape, frozen=True):
    value: str
    label: Text
    share: Figure
    """Of all held-out rows."""
    focus: Figure
    """Share of the band's rows that have the focus label; for a regression, their mean truth."""


class Importance(Shape, frozen=True):
    """How much worse the model gets when the values of one field are shuffled.

    Permutation importance: Breiman, Random Forests, Machine Learning 2001.
    """

    field: str
    drop: Figure
    """Of the evaluation's metric. Its interval covers the choice of the rows and the shuffles."""
    behind_first: Figure | None = None
    """The drop of the most important field minus this drop, paired: both come from the same resamples. Null in older
    bundles, and for the most important field."""


class SegmentGroup(Shape, frozen=True):
    label: Text
    metric: Figure
    flagged: Figure | None
    """Share of the group in the worst band or, without bands, at a probability of 0.5 or above; null for a regression."""
    truth: Figure
    """Share with the focus label; for a regression, the mean truth."""
    small: bool
    """The group has too few rows for a reliable figure."""
    wrongly_flagged: Figure | None = None
    """Of the group's rows that should not be flagged, the share that is (the false positive rate): good clients who are
    refused. Null for a regression, without such rows, and in older bundles."""


class GroupTest(Shape, frozen=True):
    """A test of whether one figure is equal in all groups that are large enough. Its statistic has groups − 1 degrees."""

    figure: Literal["metric", "flagged", "wrongly_flagged", "truth"]
    method: Literal["cochran_q", "chi_squared", "median_test", "welch_anova"]
    statistic: float
    p_value: float
    """How likely so large a difference between the groups is by chance alone."""
    groups: int


class Segment(Shape, frozen=True):
    """The held-out rows in groups by an input, or by an attribute that the model does not see."""

    name: str
    label: Text
    is_input: bool
    groups: list[SegmentGroup]
    tests: list[GroupTest] = msgspec.field(default_factory=list)
    """One for each figure that at least two groups have. Empty in older bundles."""


class WeakSpot(Shape, frozen=True):
    """A group of rows in which the model is clearly worse than overall."""

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
    """Rows whose predicted value lies between low and high: the share whose interval holds the truth."""

    low: float
    high: float
    coverage: Figure


class LabelBaseline(Shape, frozen=True):
    """The figures without a model: always the most frequent label, the share of the focus as the probability."""

    label: str
    accuracy: float
    auc: float | None
    brier: float | None
    average_precision: float | None
    accuracy_gain: Figure
    """The model's accuracy minus this one, paired: both on the same rows."""


class ValueBaseline(Shape, frozen=True):
    """The figures without a model: always the median value of the rows; for R² their mean."""

    value: float
    r2: float
    relative_error: float
    median_error: float
    relative_error_gain: Figure
    """This relative error minus the model's, paired: both on the same rows."""


class WorstRow(Shape, frozen=True):
    """A held-out row with a large mistake of the model, which people may see."""

    row: Row
    truth: Value
    """The true label or value."""
    answer: float
    """The probability of the focus, or the predicted value."""


class ClassificationEvaluation(Published, frozen=True, tag="classification", tag_field="kind"):
    rows: int
    focus: str
    focus_rows: int
    metric: str
    """The metric of importance, segments and weak spots: `auc`, or `accuracy` of the focus for a model without
    probabilities. Such a model has no figures of probabilities: these are null, and the lists are empty."""
    metric_label: Text
    overall: Figure
    """The metric over all held-out rows."""
    auc: Figure | None
    average_precision: Figure | None
    roc: list[RocPoint]
    precision: list[PrecisionPoint]
    calibration: list[CalibrationBin]
    thresholds: list[ThresholdCounts]
    """Without probabilities: one threshold, 0.5."""
    bands: list[BandShare]
    importance: list[Importance]
    segments: list[Segment]
    weak_spots: list[WeakSpot]
    accuracy: Figure | None = None
    """Share of the rows whose likeliest label is the true one. Null in older bundles, as is `brier`."""
    brier: Figure | None = None
    """The mean squared error of the probability of the focus (Brier, 1950)."""
    baseline: LabelBaseline | None = None
    """Null in older bundles."""
    worst_rows: list[WorstRow] = msgspec.field(default_factory=list)
    """The rows whose probability is furthest from the truth, the worst first. Empty in older bundles."""
    confusion: ConfusionMatrix | None = None
    """Null for two labels, and in older bundles."""


class RegressionEvaluation(Published, frozen=True, tag="regression", tag_field="kind"):
    rows: int
    metric: str
    """`relative_error`: the median of |predicted − true| / |true|."""
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
    """Share of the rows whose predicted value lies above the truth. Null in older bundles, as is `too_low`."""
    too_low: Figure | None = None
    """Share of the rows whose predicted value lies below the truth."""
    relative_error: Figure | None = None
    """The median of |predicted − true| / |true|. Null in older bundles."""
    baseline: ValueBaseline | None = None
    """Null in older bundles."""
    worst_rows: list[WorstRow] = msgspec.field(default_factory=list)
    """The rows with the largest relative errors, the largest first. Empty in older bundles."""


Evaluation = ClassificationEvaluation | RegressionEvaluation


class EvaluationAnswer(Shape, frozen=True):
    model: str
    version: str
    evaluation: Evaluation
