"""Promises about the rows of the importance: enough for a figure, and few enough for a model with very many inputs."""

import pytest

from service.evaluation.importance import MAX_ROWS, SHUFFLES, max_rows


@pytest.mark.parametrize("inputs", [2, 30, 64, 200])
def test_usual_models_are_judged_on_all_rows(inputs: int) -> None:
    assert max_rows(inputs) == MAX_ROWS


@pytest.mark.parametrize("inputs", [300, 500, 1000])
def test_a_model_with_very_many_inputs_is_judged_on_fewer_rows(inputs: int) -> None:
    assert 100 <= max_rows(inputs) < MAX_ROWS
    assert max_rows(inputs) * SHUFFLES * inputs**2 <= max(400_000_000, 100 * SHUFFLES * inputs**2)
