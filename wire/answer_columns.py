"""The names of the columns that carry answers: in files of the service, the pipeline and nightly runs, and in downloads."""

from collections.abc import Iterable

LABEL, DECISION = "label", "decision"
VALUE, LOW, HIGH = "value", "low", "high"
ROW, ERROR, ERROR_CODES = "row", "error", "error_codes"
"""Which row of the file an answer is for, counted from 1; and why it has none, as a sentence and as codes."""
SOURCE, COMPUTED_AT, RUN, STALE = "source", "computed_at", "run", "stale"
"""Where a stored answer comes from."""
AS_OF = "as_of"
"""From when the data are, as the input of a nightly job says: a month or a day."""
VERSION, WARNINGS = "version", "warnings"
FILE = "file"
"""The name of each picture of an archive without a table."""

_PROBABILITY = "probability_"


def probability_column(label: str) -> str:
    """Return the column of the probability of a label."""
    return _PROBABILITY + label


def is_probability_column(name: str) -> bool:
    return name.startswith(_PROBABILITY)


def label_columns(labels: Iterable[str]) -> list[str]:
    """Return the columns of a classification: the label, the decision, one probability for each label."""
    return [LABEL, DECISION, *map(probability_column, labels)]
