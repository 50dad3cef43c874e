"""Drafts of models that are a formula, so that tests choose every column of the sample."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.publishing.drafting.draft import Drafted, draft
from service.publishing.drafting.facts import ModelFacts
from service.schemas import Input

ROWS = 200
_FACTS = ("known_categories", "text_columns", "task", "classes", "has_probabilities")


def facts(table: pd.DataFrame, **more: Any) -> ModelFacts:
    """Return the facts of a classifier with the labels 0 and 1 that reads all columns of a table."""
    given: dict[str, Any] = {"task": "classification", "classes": (0, 1), "has_probabilities": True} | more
    return ModelFacts(feature_names=tuple(map(str, table.columns)), n_features=len(table.columns), **given)


def probabilities(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return a probability that falls with the position of the row; rows with a missing value are scored too."""
    focus = np.linspace(0.9, 0.1, len(table))
    return np.column_stack([1 - focus, focus])


def values(table: pd.DataFrame) -> NDArray[np.float64]:
    return np.linspace(1.0, 9.0, len(table)).reshape(-1, 1)


def no_missing(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return probabilities, unless a value is missing: then raise ValueError, as many models do."""
    if table.isna().to_numpy().any():
        raise ValueError("Input contains NaN")
    return probabilities(table)


def draft_of(table: pd.DataFrame, target: Any = None, scores: Any = no_missing, **options: Any) -> Drafted:
    """Return the draft of a model that reads all columns of a table."""
    more = {name: options.pop(name) for name in _FACTS if name in options}
    return draft(table, target, facts(table, **more), scores, name="toy", **options)


def field_of(values: Any, **options: Any) -> Input:
    """Return the field that is drafted for a column `x`."""
    return draft_of(pd.DataFrame({"x": values}), **({"scores": probabilities} | options)).card.inputs[0]


def codes(drafted: Drafted, column: str | None = None) -> list[str]:
    """Return the codes of the findings, or of those about one column, without that of a missing target."""
    return [each.code for each in drafted.findings if each.code != "no_target" and (column is None or each.column == column)]
