"""Promises of linear models as tables: what each field adds, missing numbers, and one answer alone and among others."""

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.bundles.scorers.graph_metadata import TABLE
from service.bundles.scorers.onnx_scorer import OnnxScorer
from service.bundles.scorers.scorer import open_scorer
from service.bundles.scorers.table_scorer import Line, LinearTable, LookUp, TableScorer
from service.errors import BrokenBundle
from service.rows.columns import Columns
from service.schemas import Regression
from tests.support.onnx_models import TWO_LABELS, VALUE, graph, node, toy_card

LINES = [Line(0, shift=2.0, divisor=4.0, weight=8.0, missing=-1.0)]
LOOK_UPS = [LookUp(1, amounts=[(0.0, 0.1), (1.0, 0.2), (5.0, 0.3)], other=0.4, missing=0.5)]
TABLES = {link: LinearTable(0.25, LINES, LOOK_UPS, link) for link in ("identity", "logistic")}
CARDS = {"identity": toy_card("value"), "logistic": toy_card("labels", TWO_LABELS)}
CELL = st.sampled_from([0.0, 1.0, 5.0, 7.0, math.nan]) | st.floats(-1e6, 1e6)


def scores(rows: list[list[float]], link: str = "identity") -> NDArray[np.float64]:
    return TableScorer(CARDS[link], TABLES[link]).score(Columns(np.array(rows), {}))


@pytest.mark.parametrize("copies", [1, 2, 40])
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([6.0, 0.0], "8.35"),
        ([6.0, 1.0], "8.45"),
        ([6.0, 5.0], "8.55"),
        ([6.0, 3.0], "8.65"),
        ([6.0, 9.0], "8.65"),
        ([6.0, -9.0], "8.65"),
        ([6.0, math.nan], "8.75"),
        ([2.0, 0.0], "0.35"),
        ([math.nan, 0.0], "-0.65"),
        ([math.nan, math.nan], "-0.25"),
    ],
)
def test_a_value_is_the_sum_of_what_its_fields_add(row: list[float], expected: str, copies: int) -> None:
    assert scores([row] * copies).tolist() == [[pytest.approx(float(expected), rel=1e-15)]] * copies


@pytest.mark.parametrize("copies", [1, 2, 40])
@pytest.mark.parametrize("number", [-1e6, -500.0, -20.0, -1.0, 0.0, 1.0, 1.375, 2.0, 20.0, 400.0, 1e6])
def test_probabilities_are_those_of_the_logistic_function_and_never_overflow(number: float, copies: int) -> None:
    total = Decimal("0.25") + (Decimal(number) - 2) / 4 * 8 + Decimal("0.1")
    expected = [float(1 / (1 + total.exp())), float(1 / (1 + (-total).exp()))]
    with np.errstate(over="raise", invalid="raise"):
        for answer in scores([[number, 0.0]] * copies, "logistic").tolist():
            assert answer == pytest.approx(expected, rel=1e-12, abs=1e-300)
            assert sum(answer) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("link", TABLES)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=70))
def test_a_row_has_one_answer_alone_and_among_others(link: str, rows: list[tuple[float, float]]) -> None:
    together = scores([list(row) for row in rows], link)
    alone = np.concatenate([scores([list(row)], link) for row in rows])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("rows", [0, 1, 5, 100])
@pytest.mark.parametrize(("link", "width"), [("identity", 1), ("logistic", 2)])
def test_scores_have_one_line_per_row(link: str, width: int, rows: int) -> None:
    columns = Columns(np.zeros((rows, 2)), {})
    assert TableScorer(CARDS[link], TABLES[link]).score(columns).shape == (rows, width)


def test_a_model_without_fields_that_count_answers_its_intercept() -> None:
    scorer = TableScorer(CARDS["identity"], LinearTable(3.0, [], [], "identity"))
    assert [scorer.score(Columns(np.zeros((rows, 2)), {})).tolist() for rows in (1, 20)] == [[[3.0]], [[3.0]] * 20]


@pytest.mark.parametrize("field", [2, -1])
def test_a_table_with_a_field_that_the_card_does_not_have_is_refused(field: int) -> None:
    table = LinearTable(0.0, [Line(field, 0.0, 1.0, 1.0)], [], "identity")
    with pytest.raises(BrokenBundle, match="a table that does not fit the card"):
        TableScorer(CARDS["identity"], table)


def graph_with(table: str, folder: Path) -> Path:
    """Write a graph that answers 7, with a table in its metadata."""
    model = onnx.load_from_string(graph(node("Cast", "seven", "out", to=1), seven=[[7.0]]))
    onnx.helper.set_model_props(model, {TABLE: table})
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder


def test_a_graph_with_a_table_is_served_from_the_table(tmp_path: Path) -> None:
    table = msgspec.json.encode(LinearTable(3.0, LINES, [], "identity")).decode()
    scorer = open_scorer(toy_card("value", VALUE), graph_with(table, tmp_path))
    assert scorer.score(Columns(np.array([[6.0, 0.0]]), {})).tolist() == [[11.0]]


GOOD: dict[str, Any] = json.loads(msgspec.json.encode(TABLES["identity"]))


@pytest.mark.parametrize(
    "table",
    [
        "",
        "[]",
        "{",
        json.dumps(GOOD | {"link": "probit"}),
        json.dumps(GOOD | {"intercept": "1"}),
        json.dumps(GOOD | {"lines": [{"field": 0}]}),
        json.dumps(GOOD | {"look_ups": [GOOD["look_ups"][0] | {"amounts": [[1.0]]}]}),
    ],
)
def test_a_table_of_another_form_is_refused(table: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match="table"):
        open_scorer(toy_card("value", Regression()), graph_with(table, tmp_path))


def test_a_graph_without_a_table_has_none(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(graph(node("Cast", "seven", "out", to=1), seven=[[7.0]]))
    assert OnnxScorer(toy_card("value"), tmp_path / "model.onnx").table is None
