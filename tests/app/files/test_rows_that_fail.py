"""Promises about rows that a model cannot score: 500 for rows in JSON; in a file the error of these rows alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from tests.support import onnx_models
from tests.support.onnx_models import toy_card, write_toy_bundle
from tests.support.problem_check import check_problem
from tests.support.row_files import ask, read, written

MODELS = {"logarithm": onnx_models.logarithm, "looked-up": onnx_models.looked_up}
GOOD, BAD = {"a": 3.0, "b": 1.0}, {"a": -50.0, "b": 1.0}
EXPECTED = {"logarithm": np.log(4), "looked-up": 3.0}
POSITIVE = [{"a": float(index), "b": 1.0} for index in range(12)]


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Two models that score the rows of their cards and fail on others: one answers NaN, one raises."""
    folder: Path = tmp_path_factory.mktemp("failing")
    bundles = [write_toy_bundle(folder, model(), toy_card(name, rows=POSITIVE)) for name, model in MODELS.items()]
    app = create_app(Settings(), Registry.of(map(open_model, bundles)))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("name", MODELS)
def test_a_row_in_json_that_the_model_cannot_score_is_a_500_of_the_model(name: str, failing: TestClient) -> None:
    check_problem(failing.post(f"/v1/models/{name}/predictions", json={"rows": [GOOD, BAD]}), 500, "model_failed")
    (prediction,) = failing.post(f"/v1/models/{name}/predictions", json={"rows": [GOOD]}).json()["predictions"]
    assert prediction["value"] == pytest.approx(EXPECTED[name], abs=1e-6)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
def test_in_a_file_only_the_rows_that_fail_have_no_answer(name: str, kind: str, failing: TestClient) -> None:
    wrong = {0, 7, 8, 4999}
    rows = [BAD if index in wrong else GOOD for index in range(5000)]
    answer = read(ask(failing, name, written(pa.Table.from_pylist(rows), kind), kind, "arrow"))
    assert {index for index, row in enumerate(answer) if row["error_codes"] == "model_failed"} == wrong
    for index, row in enumerate(answer):
        assert row["row"] == index + 1
        if index in wrong:
            assert row["value"] is None
            assert "could not score" in row["error"]
        else:
            assert row["value"] == pytest.approx(EXPECTED[name], abs=1e-6)
            assert row["error"] is None


def test_an_answer_in_json_names_the_rows_of_a_file_that_fail(failing: TestClient) -> None:
    answer = ask(failing, "logarithm", written(pa.Table.from_pylist([GOOD, BAD, GOOD]), "arrow"), "arrow", "json").json()
    assert [each is None for each in answer["predictions"]] == [False, True, False]
    assert [(error["row"], error["code"]) for error in answer["errors"]] == [(2, "model_failed")]


def test_a_file_of_rows_that_all_fail_names_each_of_them(failing: TestClient) -> None:
    rows: list[Any] = [BAD] * 30
    answer = read(ask(failing, "looked-up", written(pa.Table.from_pylist(rows), "arrow"), "arrow"))
    assert [row["error_codes"] for row in answer] == ["model_failed"] * 30
