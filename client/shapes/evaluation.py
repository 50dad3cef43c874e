"""The shapes of how good a model is: figures on rows that it has never seen.

Keys that are not named here are let through: the contract may grow.
"""

from typing import Literal, NotRequired, TypedDict

from client.shapes.answers import Row, Value


class Figure(TypedDict):
    """A claim: a number, its 95 % interval, and the rows behind it."""

    value: float
    low: float
    high: float
    rows: int


class RocPoint(TypedDict):
    false_alarms: float
    found: float
    threshold: float


class PrecisionPoint(TypedDict):
    found: float
    right: float
    threshold: float
    precision: NotRequired[Figure | None]


class CalibrationBin(TypedDict):
    said: float
    happened: Figure


class ThresholdCounts(TypedDict):
    threshold: float
    flagged_right: int
    flagged_wrong: int
    passed_right: int
    passed_wrong: int
    right: NotRequired[Figure | None]
    found: NotRequired[Figure | None]


class BandShare(TypedDict):
    value: str
    label: str
    share: Figure
    focus: Figure


class Importance(TypedDict):
    field: str
    drop: Figure
    behind_first: NotRequired[Figure | None]


class SegmentGroup(TypedDict):
    label: str
    metric: Figure
    flagged: Figure | None
    truth: Figure
    small: bool
    wrongly_flagged: NotRequired[Figure | None]


class GroupTest(TypedDict):
    """A test of whether a figure is equal in all groups. `figure` names a figure of a group; more may come."""

    figure: str
    method: str
    statistic: float
    p_value: float
    groups: int


class Segment(TypedDict):
    name: str
    label: str
    is_input: bool
    groups: list[SegmentGroup]
    tests: NotRequired[list[GroupTest]]


class WeakSpot(TypedDict):
    sentence: str
    metric: Figure
    overall: float


class ResidualBin(TypedDict):
    low: float
    high: float
    rows: int


class PredictedTrue(TypedDict):
    predicted: float
    true: float


class CoverageBin(TypedDict):
    low: float
    high: float
    coverage: Figure


class LabelBaseline(TypedDict):
    label: str
    accuracy: float
    auc: float | None
    brier: float | None
    average_precision: float | None
    accuracy_gain: Figure


class ValueBaseline(TypedDict):
    value: float
    r2: float
    relative_error: float
    median_error: float
    relative_error_gain: Figure


class WorstRow(TypedDict):
    row: Row
    truth: Value
    answer: float


class ConfusedRow(TypedDict):
    row: Row
    probability: float


class LabelFigures(TypedDict):
    label: str
    found: Figure | None
    right: Figure | None


class Confusion(TypedDict):
    truth: str
    answer: str
    share: Figure
    rows: list[ConfusedRow]


class ConfusionMatrix(TypedDict):
    """Three labels or more. `counts[i][j]`: rows whose true label is `labels[i]` and whose answer is `labels[j]`."""

    labels: list[str]
    counts: list[list[int]]
    by_label: list[LabelFigures]
    confusions: list[Confusion]
    calibration: list[CalibrationBin]


class _Evaluation(TypedDict):
    rows: int
    metric: str
    metric_label: str
    overall: Figure
    bands: list[BandShare]
    importance: list[Importance]
    segments: list[Segment]
    weak_spots: list[WeakSpot]
    worst_rows: NotRequired[list[WorstRow]]


class Classification(_Evaluation):
    kind: Literal["classification"]
    focus: str
    focus_rows: int
    auc: Figure | None
    average_precision: Figure | None
    """Null, and the lists of the charts empty, for a model that names labels without probabilities."""
    accuracy: NotRequired[Figure | None]
    brier: NotRequired[Figure | None]
    roc: list[RocPoint]
    precision: list[PrecisionPoint]
    calibration: list[CalibrationBin]
    thresholds: list[ThresholdCounts]
    baseline: NotRequired[LabelBaseline | None]
    confusion: NotRequired[ConfusionMatrix | None]


class Regression(_Evaluation):
    kind: Literal["regression"]
    r2: Figure
    median_error: Figure
    relative_error: NotRequired[Figure | None]
    sample: list[PredictedTrue]
    residuals: list[ResidualBin]
    too_high: NotRequired[Figure | None]
    too_low: NotRequired[Figure | None]
    coverage: NotRequired[Figure | None]
    coverage_bins: list[CoverageBin]
    baseline: NotRequired[ValueBaseline | None]


Evaluation = Classification | Regression


class EvaluationAnswer(TypedDict):
    model: str
    version: str
    evaluation: Evaluation
