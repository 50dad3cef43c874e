"""Promises of the conversion over all models of the tests: nearly all are converted, and of the others it is said why."""

from pathlib import Path

import pytest

from service.publishing.conversion.column_sources import UnknownStep
from tests.support.conversion_check import compare
from tests.support.custom_models import custom_models
from tests.support.frame_models import frame_models
from tests.support.model_zoo import Result, models, refused, result, table_of

FRAMES, REFUSED = frame_models(), custom_models()
TOLERANCE = {"tensor(double)": 1e-10, "tensor(float)": 3e-7}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:X does not have valid feature names")
@pytest.mark.parametrize("name", FRAMES)
def test_a_graph_equals_a_model_of_a_frame_of_any_types(name: str, tmp_path: Path) -> None:
    comparison = compare(*FRAMES[name](), tmp_path)
    assert comparison.difference <= TOLERANCE[comparison.scorer.output_type]
    assert comparison.is_same_in_every_batch


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_that_cannot_be_converted_is_refused_with_the_name_of_its_step(name: str, tmp_path: Path) -> None:
    fit, words = REFUSED[name]
    with pytest.raises(UnknownStep, match=words):
        compare(*fit(), tmp_path)


def test_nine_of_ten_models_need_no_process_of_their_own() -> None:
    """The other tests of this folder convert each of them."""
    assert len(models()) >= 60
    assert len(refused()) <= 0.1 * len(models())


def test_the_table_says_of_each_model_how_it_is_served(tmp_path: Path) -> None:
    shown = [result(name, models()[name], tmp_path) for name in ("ridge regression", "a class of its own")]
    assert [each.scorer for each in shown] == ["onnx", "process"]
    lines = table_of([*shown, Result("x", "onnx", 1e-9, 7.4)]).splitlines()
    assert lines[2].endswith("OwnClassifier has no converter")
    assert lines[3].split() == ["x", "onnx", "1.0e-09", "7"]
    assert lines[-1] == "2 of 3 models need no process of their own."
