"""Rows as data: texts that could end a string of code, a query or a cell reach every form as they are."""

from collections.abc import Mapping

import pytest

from service.comparisons.command import compare_row
from service.exports.forms import FORMS
from tests.support.exported_models import ExportCase

WAYS = ["live", "v2", "python", "javascript", "csharp", "sqlite", "wheel"]


def test_a_hostile_row_is_data_in_every_way(cases: Mapping[str, ExportCase]) -> None:
    case = cases["toy-scorecard-hostile"]
    row = next(row for row in case.real if any(isinstance(value, str) and "\n" in value for value in row.values()))
    found = compare_row(case.model, row, WAYS, None, "")
    statuses = {answer.way: answer.status for answer in found.answers}
    if "recorded" in statuses.values():
        pytest.skip(f"not everything is installed: {statuses}")
    assert set(statuses.values()) == {"run"}, found.answers
    assert found.difference is not None
    assert found.difference <= 1e-9


def test_every_form_is_a_way(cases: Mapping[str, ExportCase]) -> None:
    """A form without a way to run it here says so, and gives no answer of its own."""
    case = cases["toy-line"]
    found = compare_row(case.model, case.real[0], ["live", "mlflow", "triton"], None, "")
    assert {"mlflow", "triton"} <= FORMS.keys()
    live, *others = found.answers
    assert live.status == "run"
    assert all(each.status in {"run", "recorded"} for each in others)
    assert all((each.prediction is None) == (each.status == "recorded") for each in others)
