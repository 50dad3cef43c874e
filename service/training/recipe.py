"""What a recipe is: the data of one bundled model, split honestly, the pipeline fitted on it, its ONNX form."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DATA = Path(__file__).parents[2] / "data"
CARDS = Path(__file__).parent / "cards"
SEED = 20051
TEST_SHARE = 0.2


@dataclass(frozen=True)
class Part:
    """Some rows of a data set: the fields that a model sees, the answer, and columns kept aside for comparisons."""

    fields: pd.DataFrame
    answer: NDArray[Any]
    aside: pd.DataFrame

    def __len__(self) -> int:
        return len(self.fields)


@dataclass(frozen=True)
class Split:
    """`train` is fitted on, `calibrate` sets interval widths, `test` is seen by nothing but the metrics and the gate."""

    train: Part
    calibrate: Part
    test: Part


@dataclass(frozen=True)
class Recipe:
    """How one bundled model is made. `card` names the file of texts in `cards/`."""

    card: str
    split: Callable[[], Split]
    fit: Callable[[Part], Any]
    to_onnx: Callable[[Any, list[str]], bytes]
    fit_to_show: Callable[[pd.DataFrame], NDArray[np.bool_]] | None = None
    """Tells from the columns aside which held-out rows may be shown to people; all, where there is no such function."""


def split_rows(
    fields: pd.DataFrame,
    answer: NDArray[Any],
    aside: pd.DataFrame,
    *,
    groups: NDArray[Any] | None = None,
    calibrate: float = 0.0,
) -> Split:
    """Split rows once and for all: a fifth for the test, the part `calibrate` for the intervals, the rest for fitting.

    Rows of one group (copies and variants of one another) never stand on two sides.
    """
    random = np.random.default_rng(SEED)
    names = np.arange(len(fields)) if groups is None else groups
    drawn = random.random(int(names.max()) + 1)[names]

    def part(rows: NDArray[np.bool_]) -> Part:
        return Part(fields[rows].reset_index(drop=True), answer[rows], aside[rows].reset_index(drop=True))

    return Split(
        train=part(drawn >= TEST_SHARE + calibrate),
        calibrate=part((drawn >= TEST_SHARE) & (drawn < TEST_SHARE + calibrate)),
        test=part(drawn < TEST_SHARE),
    )
