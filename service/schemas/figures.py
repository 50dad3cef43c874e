"""A figure with its interval, and the figures of a model with many labels."""

from service.schemas.shape import Row, Shape


class Figure(Shape, frozen=True):
    """A number, its 95 % interval (Wilson's for a share, else the bootstrap's), and the number of rows behind it."""

    value: float
    low: float
    high: float
    rows: int


class CalibrationBin(Shape, frozen=True):
    """Rows whose probability lies in one bin: the mean probability, and the share that has the focus label."""

    said: float
    happened: Figure


class ConfusedRow(Shape, frozen=True):
    """A held-out row that got a wrong label, and which people may see."""

    row: Row
    probability: float
    """Of the wrong label; 1 for a model without probabilities."""


class LabelFigures(Shape, frozen=True):
    """How good the model is for one label."""

    label: str
    found: Figure | None
    """Recall: of the rows with this label, the share that got it. Null without such rows."""
    right: Figure | None
    """Precision: of the rows that got this label, the share that has it. Null without such rows."""


class Confusion(Shape, frozen=True):
    """A label that is often answered for rows with another label."""

    truth: str
    answer: str
    share: Figure
    """Of the rows with the label `truth`."""
    rows: list[ConfusedRow]
    """The rows with the highest probability of the wrong label, the highest first. At most four."""


class ConfusionMatrix(Shape, frozen=True):
    """Three labels or more: which label is answered for which. The likeliest label counts."""

    labels: list[str]
    """In the order of the card."""
    counts: list[list[int]]
    """`counts[i][j]`: the rows whose true label is `labels[i]` and whose answer is `labels[j]`."""
    by_label: list[LabelFigures]
    """In the order of `labels`."""
    confusions: list[Confusion]
    """The most frequent ones, the most frequent first. At most five."""
    calibration: list[CalibrationBin]
    """Rows by the probability of their likeliest label, and the share of right answers. Empty without probabilities."""
