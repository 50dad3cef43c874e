"""Promises of the quick reader on the rows of the bundled models."""

import json
from pathlib import Path

import numpy as np
import pytest

from service.bundles.registry import open_model


@pytest.mark.parametrize("model", ["credit-default", "credit-scorecard", "comment-sentiment", "diamond-price"])
def test_real_rows_are_read_quickly(model: str, bundles: Path) -> None:
    opened = open_model(bundles / model)
    rows = list(opened.card.real_rows)
    read = opened.read(json.dumps({"rows": rows, "version": opened.card.version}).encode())
    assert read is not None
    np.testing.assert_array_equal(read[0].numbers, opened.checks.columns(rows).numbers)
    assert read[1] == opened.card.version
