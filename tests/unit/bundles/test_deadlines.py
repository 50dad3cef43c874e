"""Promises of deadlines: scoring that takes too long ends, with ModelTimeout, and its thread is free again."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.scorers.deadlines import current_deadline, give_up_after
from service.errors import ModelTimeout
from tests.support import onnx_models
from tests.support.onnx_models import HANGING_ROW, ROWS, toy_card, write_toy_bundle

MAX_SECONDS = 60
"""A test that would wait for ever fails after this time."""


@pytest.fixture(scope="module")
def hanging(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder: Path = tmp_path_factory.mktemp("hanging")
    return open_model(write_toy_bundle(folder, onnx_models.hanging(), toy_card("hanging")))


def outcome(work: Callable[[], Any]) -> Any:
    """Run work in a thread that cannot keep the tests from ending; return what it returns or raises."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(MAX_SECONDS)
    assert not thread.is_alive(), "the work goes on for ever"
    return results[0]


def test_a_run_without_an_end_is_ended_at_the_deadline(hanging: Model) -> None:
    def score() -> Any:
        with give_up_after(0.1):
            return hanging.predict([HANGING_ROW])

    assert isinstance(outcome(score), ModelTimeout)


def test_a_deadline_changes_no_answer(hanging: Model) -> None:
    expected = hanging.predict(ROWS)
    with give_up_after(MAX_SECONDS):
        assert hanging.predict(ROWS) == expected


def test_after_the_deadline_no_run_begins(hanging: Model) -> None:
    with give_up_after(0), pytest.raises(ModelTimeout):
        hanging.predict(ROWS)
    assert hanging.predict(ROWS)


def test_an_inner_deadline_is_never_later_than_the_outer_one() -> None:
    with give_up_after(10):
        outer = current_deadline()
        with give_up_after(1000):
            assert current_deadline() == outer
        with give_up_after(1):
            assert current_deadline() < outer
        assert current_deadline() == outer


def test_one_run_that_hangs_does_not_end_the_runs_beside_it(hanging: Model) -> None:
    def score_beside() -> list[Any]:
        with give_up_after(MAX_SECONDS):
            return [hanging.predict(ROWS) for _ in range(200)]

    def hang() -> Any:
        with give_up_after(0.2):
            return hanging.predict([HANGING_ROW])

    beside: list[Any] = []
    thread = threading.Thread(target=lambda: beside.extend(score_beside()), daemon=True)
    thread.start()
    assert isinstance(outcome(hang), ModelTimeout)
    thread.join(MAX_SECONDS)
    assert len(beside) == 200
