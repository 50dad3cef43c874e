"""Promises of the quick reader on the rows of the bundled models."""

import json
from pathlib import Path

import numpy as np
import pytest

from service.bundles.bundle_opening import open_model


@pytest.mark.parametrize("model", ["credit-default", "credit-scorecard", "comment-sentiment", "diamond-price"])
def test_real_rows_are_read_quickly(model: str, bundles: Path) -> None:
    loaded = open_model(bundles / model)
    rows = list(loaded.card.real_rows)
    result = loaded.quick_reader(json.dumps({"rows": rows, "version": loaded.card.version}).encode())
    assert result is not None
    np.testing.assert_array_equal(result[0].numbers, loaded.checks.columns(rows).numbers)
    assert result[1] == loaded.card.version
