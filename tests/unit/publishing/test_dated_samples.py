"""A model that takes dates is given dates, however the texts of its sample are written."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from model_worker.model_calls import scores
from service.publishing.drafting.facts import facts_of
from service.publishing.drafting.findings import CannotDraft
from service.publishing.drafting.fitted_form import fitted_form
from wire.cells.text_style import DateOrder

DAYS = pd.Series(pd.date_range("2024-01-01", periods=40, freq="9D"))


def days_since(table: pd.DataFrame) -> pd.DataFrame:
    return (table["day"] - pd.Timestamp("2024-01-01")).dt.days.to_frame()


MODEL = make_pipeline(FunctionTransformer(days_since), LinearRegression()).fit(DAYS.to_frame("day"), np.arange(40.0))
FACTS = facts_of(MODEL)


def days_of(texts: "pd.Series[Any]", order: DateOrder | None = None) -> "pd.Series[Any]":
    """Return the column of dates that the model is given."""
    formed = fitted_form(texts.to_frame("day"), FACTS, lambda table: scores(MODEL, table, FACTS.answer), order)
    assert [finding.sentence for finding in formed.findings] == ["The texts of day are read as dates."]
    return formed.table["day"]


@pytest.mark.parametrize(
    ("form", "order"),
    [
        ("%Y-%m-%d", None),
        ("%Y-%m-%dT%H:%M:%S", None),
        ("%d.%m.%Y", None),
        ("%d.%m.%Y %H:%M", None),
        ("%d/%m/%Y", "day_first"),
        ("%m/%d/%Y", "month_first"),
        ("%m/%d/%Y 00:00:00", "month_first"),
    ],
)
def test_texts_are_read_as_the_dates_that_they_mean(form: str, order: DateOrder | None) -> None:
    assert days_of(DAYS.dt.strftime(form), order).tolist() == DAYS.tolist()


def test_a_missing_date_stays_missing() -> None:
    texts = DAYS.dt.strftime("%d.%m.%Y").mask(DAYS.index == 3)
    table = texts.to_frame("day")
    with pytest.raises(CannotDraft):  # LinearRegression takes no missing value, so the date is one
        fitted_form(table, FACTS, lambda rows: scores(MODEL, rows, FACTS.answer))
    assert days_of(texts.drop(3)).tolist() == DAYS.drop(3).tolist()


def test_dates_with_slashes_are_refused_with_the_option_that_says_their_order() -> None:
    with pytest.raises(CannotDraft, match=r"If texts are dates \(day\), say --dates day_first or --dates month_first"):
        days_of(DAYS.dt.strftime("%d/%m/%Y"))


@pytest.mark.parametrize("texts", [["soon", "later"], ["2024-01-01", "soon"], ["32.01.2024", "1.1.2024"]])
def test_texts_that_are_no_dates_are_refused(texts: list[str]) -> None:
    with pytest.raises(CannotDraft, match="Give a sample as the model was fitted"):
        days_of(pd.Series(texts))
