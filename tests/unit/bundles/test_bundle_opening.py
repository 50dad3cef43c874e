"""Promises of opening a bundle: a model whose answers do not follow its rows is broken, with a reason, and never served."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.bundles.bundle_opening import open_model
from service.errors import BrokenBundle
from service.schemas import Classification, IntervalRule, Label, Regression
from tests.support import onnx_models
from tests.support.onnx_models import ROWS, TWO_LABELS, VALUE, toy_card, write_toy_bundle

WRONG_MODELS: dict[str, tuple[Callable[[], bytes], Any, str]] = {
    "three classes for two labels": (onnx_models.three_classes, TWO_LABELS, "another shape"),
    "x, then -x": (onnx_models.doubled, VALUE, "one line per row"),
    "x beside -x": (onnx_models.doubled_in_columns, VALUE, "another shape"),
    "x beside -x as probabilities": (onnx_models.doubled_in_columns, TWO_LABELS, "not from 0 to 1"),
    "one value for two labels": (onnx_models.adding, TWO_LABELS, "another shape"),
    "minus four and five": (lambda: onnx_models.constant_probabilities(-4, 5), TWO_LABELS, "not from 0 to 1"),
    "a sum of 0.9": (lambda: onnx_models.constant_probabilities(0.5, 0.4), TWO_LABELS, "sum of 1"),
    "the rows in reverse order": (onnx_models.reversed_rows, VALUE, "in another order"),
    "the distance from the mean of all rows": (onnx_models.centred, VALUE, "in another order or alone"),
}


@pytest.mark.parametrize(("model", "output", "reason"), WRONG_MODELS.values(), ids=WRONG_MODELS)
def test_a_model_with_wrong_answers_is_broken_and_the_reason_says_what_is_wrong(
    model: Callable[[], bytes], output: Any, reason: str, tmp_path: Path
) -> None:
    bundle = write_toy_bundle(tmp_path, model(), toy_card("toy", output))
    with pytest.raises(BrokenBundle, match=reason):
        open_model(bundle)


def test_a_correct_model_of_a_value_answers_each_row_alone_and_among_others(tmp_path: Path) -> None:
    model = open_model(write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("toy")))
    expected = [row["a"] + row["b"] for row in ROWS]
    assert model.outputs(model.checks.columns(ROWS)).tolist() == pytest.approx(expected)
    assert [float(model.outputs(model.checks.columns([row]))[0]) for row in ROWS] == pytest.approx(expected)


def test_a_correct_model_of_labels_is_served(tmp_path: Path) -> None:
    model = open_model(write_toy_bundle(tmp_path, onnx_models.probabilities(), toy_card("toy", TWO_LABELS)))
    (yes,) = model.outputs(model.checks.columns([{"a": 3.0, "b": -2.0}])).tolist()
    assert yes == pytest.approx(1 / (1 + np.exp(0.5)), abs=1e-6)


def test_a_model_of_a_card_without_rows_is_probed_on_a_row_of_its_fields(tmp_path: Path) -> None:
    good = write_toy_bundle(tmp_path / "good", onnx_models.adding(), toy_card("toy", rows=[]))
    assert open_model(good).card.examples == ()
    wrong = write_toy_bundle(tmp_path / "wrong", onnx_models.doubled(), toy_card("toy", rows=[]))
    with pytest.raises(BrokenBundle, match="one line per row"):
        open_model(wrong)


@pytest.mark.parametrize(
    "rule",
    [IntervalRule(coverage=0.9, margin=1e308), IntervalRule(coverage=0.9, margin=-1), IntervalRule(coverage=7, margin=1)],
)
def test_an_interval_that_no_value_can_have_breaks_the_bundle(rule: IntervalRule, tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match="interval"):
        write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("toy", Regression(interval=rule)))


def test_the_interval_of_a_negative_value_begins_below_it(tmp_path: Path) -> None:
    output = Regression(interval=IntervalRule(coverage=0.9, margin=0.5))
    model = open_model(write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("toy", output)))
    table = model.table(model.checks.columns([{"a": -3.0, "b": -2.0}]))
    assert table["low"] == pytest.approx([-5 * np.exp(0.5)])
    assert table["high"] == pytest.approx([-5 / np.exp(0.5)])


def test_labels_that_are_not_the_models_are_not_guessed(tmp_path: Path) -> None:
    four = Classification(labels=tuple(Label(value=name) for name in "abcd"), focus="a")
    bundle = write_toy_bundle(tmp_path, onnx_models.probabilities(), toy_card("toy", four))
    with pytest.raises(BrokenBundle, match="another shape"):
        open_model(bundle)
