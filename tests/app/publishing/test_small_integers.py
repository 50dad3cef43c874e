"""Promises of models that were fitted on whole numbers of few bits: a greater number is a greater number, and not another one."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.publish import publish
from tests.support.users_models import UsersModel

ROWS = 300
BEYOND = {"int8": 300, "uint8": 300, "int16": 70_000, "UInt8": 300}


@pytest.mark.parametrize("make", [lambda: make_pipeline(StandardScaler(), Ridge()), lambda: RandomForestRegressor(5)])
@pytest.mark.parametrize("dtype", BEYOND)
def test_a_number_beyond_the_type_of_the_fit_has_the_answer_of_the_model(dtype: str, make: Any, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame({"count": random.integers(0, 100, ROWS), "size": random.normal(size=ROWS)}).astype({"count": dtype})
    truth = (table["count"].astype(float) + table["size"]).rename("total")
    model = make().fit(table, truth)
    drafted = UsersModel(model, table.assign(total=truth), "total", ["count", "size"]).draft("toy")
    served = publish(tmp_path, drafted.card, model, drafted.split, to_onnx=to_float64_graph)
    assert served.card.scoring.scorer == "onnx"
    (answer,) = served.predict([{"count": BEYOND[dtype], "size": 0.5}]).predictions
    expected = model.predict(pd.DataFrame({"count": [float(BEYOND[dtype])], "size": [0.5]}))
    assert answer.value == pytest.approx(expected[0], rel=1e-9)  # type: ignore[union-attr]
