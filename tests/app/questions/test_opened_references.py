"""Promises of reference rows: checked when a model is opened, never again."""

from pathlib import Path

import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.reference import MAX_ROWS
from service.questions.explanations import explanations


@pytest.mark.parametrize("name", ["credit-default", "diamond-price"])
def test_reference_rows_are_checked_when_a_model_is_opened_and_never_again(
    name: str, bundles: Path, checked: list[int]
) -> None:
    model = open_model(bundles / name)
    assert checked.count(MAX_ROWS) == 1
    checked.clear()
    explanations(model, [model.card.real_rows[0]], "en")
    assert checked == [1]
