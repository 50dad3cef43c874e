"""Rows with known answers, split for fitting, for interval widths and for the test."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SEED = 20051
TEST_SHARE = 0.2


@dataclass(frozen=True)
class LabelledRows:
    """Rows with known answers. All parts have the same order."""

    fields: pd.DataFrame
    """What the model sees, one column per field."""
    truth: NDArray[Any]
    """The index of each row's label in the card's order, or each row's true value. Empty if it is not known."""
    aside: pd.DataFrame
    """Columns that the model does not see, for comparisons between groups."""

    @property
    def has_truth(self) -> bool:
        return len(self.truth) == len(self.fields)

    def __len__(self) -> int:
        return len(self.fields)


@dataclass(frozen=True)
class Split:
    """The model is fitted on `train`; `calibrate` sets interval widths; only the evaluation and the gate use `test`.

    If the model came fitted, nobody knows on which rows: `train` then has all rows.
    """

    train: LabelledRows
    calibrate: LabelledRows
    test: LabelledRows
    is_fitted_on_train: bool = True


def split_rows(
    fields: pd.DataFrame,
    truth: NDArray[Any],
    aside: pd.DataFrame,
    *,
    groups: NDArray[Any] | None = None,
    calibrate: float = 0.0,
) -> Split:
    """Split rows at random, the same way each time: a fifth for the test, the share `calibrate`, the rest for fitting.

    Rows with the same number in `groups` (for example copies of one another) stay in one part.
    """
    random = np.random.default_rng(SEED)
    names = np.arange(len(fields)) if groups is None else groups
    drawn = random.random(int(names.max()) + 1)[names]

    def part(chosen: NDArray[np.bool_]) -> LabelledRows:
        return LabelledRows(fields[chosen].reset_index(drop=True), truth[chosen], aside[chosen].reset_index(drop=True))

    return Split(
        train=part(drawn >= TEST_SHARE + calibrate),
        calibrate=part((drawn >= TEST_SHARE) & (drawn < TEST_SHARE + calibrate)),
        test=part(drawn < TEST_SHARE),
    )
