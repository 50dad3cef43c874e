"""Promises of the columns of an answer: service, pipeline and demo name them alike."""

from pathlib import Path
from typing import cast

import pytest

from client import Card
from demo.text.wording import answer_column
from pipeline.columns import Columns
from service.bundles.bundle_opening import open_model
from service.files.column_check import added_names


@pytest.mark.parametrize(
    ("name", "in_service", "in_pipeline", "in_demo"),
    [
        (
            "comment-sentiment",
            ["label", "decision", "probability_negative", "probability_positive", "warnings", "error_codes", "error", "row"],
            ["label", "decision", "probability_negative", "probability_positive", "version"],
            "probability_negative",
        ),
        (
            "diamond-price",
            ["decision", "value", "low", "high", "warnings", "error_codes", "error", "row"],
            ["value", "low", "high", "version"],
            "value",
        ),
    ],
)
def test_service_pipeline_and_demo_name_the_columns_of_an_answer_alike(
    name: str, in_service: list[str], in_pipeline: list[str], in_demo: str, bundles: Path
) -> None:
    output = open_model(bundles / name).card.output
    labels = [{"value": label.value} for label in getattr(output, "labels", ())]
    kind = "classification" if labels else "regression"
    card = {"version": "1", "inputs": [], "output": {"kind": kind, "labels": labels, "focus": getattr(output, "focus", "")}}
    assert added_names(open_model(bundles / name).card) == in_service
    columns = Columns(cast(Card, card), {}, "x_")
    assert columns.added == [f"x_{column}" for column in in_pipeline]
    assert [column for column, is_text in columns.kinds.items() if is_text] == [
        f"x_{column}" for column in in_pipeline if column in {"label", "decision", "version"}
    ]
    assert answer_column(cast(Card, card)) == in_demo
