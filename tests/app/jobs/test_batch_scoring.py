"""Promises of scoring one batch of a nightly job: a row that the model cannot score is refused, the others are scored."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from service.jobs.batch_scoring import score_batch
from tests.support import onnx_models
from tests.support.onnx_models import toy_card, write_toy_bundle

POSITIVE = [{"a": float(index), "b": 1.0} for index in range(12)]


def test_a_row_that_the_model_cannot_score_is_refused_and_the_others_are_scored(tmp_path: Path) -> None:
    bundle = write_toy_bundle(tmp_path, onnx_models.logarithm(), toy_card("toy", rows=POSITIVE))
    batch = pa.RecordBatch.from_pydict({"id": [1, 2, 3], "a": [3.0, -50.0, 7.0], "b": [1.0, 1.0, 1.0]})
    version = (bundle / "version").read_text().strip()
    scored, refused = score_batch(bundle, batch, key="id", version=version, latest_day="2026-01-31")
    values = [json.loads(text)["value"] for text in scored["prediction"].to_pylist()]
    assert scored["key"].to_pylist() == ["1", "3"]
    assert values == pytest.approx([np.log(4), np.log(8)], abs=1e-6)
    assert [(row["key"], row["code"]) for row in refused.to_pylist()] == [("2", "model_failed")]
