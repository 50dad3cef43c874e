"""The warnings of many rows as one column of codes, for files: "carat: outside_training_range"."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import FieldWarning


def warning_codes(checks: Checks, columns: Columns) -> tuple[list[str | None], NDArray[np.intp]]:
    """Return distinct texts, None first, and for each row (rows,) the index of its text.

    `columns` has the warnings of texts only: those of numbers are found here, for all rows at once.
    """
    marks = np.concatenate([checks.unusual(columns.numbers), checks.rules.broken(columns.numbers)], axis=1)
    meanings = [*checks.field_warnings, *checks.rules.field_warnings]
    texts: list[str | None] = [None]
    codes = np.zeros(len(columns), dtype=np.intp)
    warned = np.flatnonzero(marks.any(axis=1))
    if len(warned):
        patterns, pattern_of_row = np.unique(np.packbits(marks[warned], axis=1), axis=0, return_inverse=True)
        for pattern in np.unpackbits(patterns, axis=1, count=len(meanings)):
            texts.append(describe_warnings([meanings[index] for index in np.flatnonzero(pattern)]))
        codes[warned] = pattern_of_row.reshape(-1) + 1
    for index, warnings in columns.warnings.items():
        of_numbers = texts[codes[index]]
        text = "; ".join(filter(None, [of_numbers, describe_warnings(warnings)]))
        if text not in texts:
            texts.append(text)
        codes[index] = texts.index(text)
    return texts, codes


def describe_warnings(warnings: Sequence[FieldWarning]) -> str:
    """Return warnings as text: the fields and the code of each; empty without warnings."""
    return "; ".join(f"{', '.join(each.fields or (each.field,))}: {each.code}" for each in warnings)
