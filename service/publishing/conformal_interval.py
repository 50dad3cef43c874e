"""The width of a regression's intervals, by split conformal prediction on rows that the model was not fitted on."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.schemas import IntervalRule

COVERAGE = 0.9


def interval_rule(truth: NDArray[Any], values: NDArray[np.float64]) -> IntervalRule | None:
    """Return the rule of intervals that hold 90 % of new rows; None if there are no rows or if a number is not positive.

    The interval is symmetric on the logarithm, so it needs positive true and predicted values.
    """
    if not len(truth) or min(truth.min(), values.min()) <= 0:
        return None
    return IntervalRule(coverage=COVERAGE, margin=round(conformal_margin(truth, values, COVERAGE), 6))


def conformal_margin(truth: NDArray[Any], values: NDArray[np.float64], coverage: float) -> float:
    """Return the half-width of a split conformal interval on the logarithm.

    It is the (n + 1)·coverage-th smallest of the n absolute errors. Source: Lei, G'Sell, Rinaldo, Tibshirani and
    Wasserman, Distribution-Free Predictive Inference for Regression, JASA 2018.
    """
    errors = np.sort(np.abs(np.log(values / truth)))
    rank = math.ceil((len(errors) + 1) * coverage)
    return float(errors[min(rank, len(errors)) - 1])
