"""A real bundle whose model takes every type of field, for tests of how values are read."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from service.bundles.versions.bundle_folder import default_folder
from service.publishing.data_split import LabelledRows
from tests.support.synthetic_recipes import draft, in_days, not_converted, prepared, publish_synthetic, synthetic_recipe

MODEL = "every-type"
FIELDS = """
[[inputs]]
name = "weight"
type = "number"
minimum = 0
maximum = 5000

[[inputs]]
name = "age"
type = "integer"
minimum = 0
maximum = 30
nullable = true

[[inputs]]
name = "coat"
type = "category"
nullable = true
categories = [{ value = "short" }, { value = "very long" }]

[[inputs]]
name = "indoor"
type = "boolean"

[[inputs]]
name = "born"
type = "date"

[[inputs]]
name = "seen"
type = "datetime"
nullable = true

[[inputs]]
name = "note"
type = "text"
max_length = 40
"""


def publish_every_type(folder: Path) -> Path:
    """Write the bundle into a folder; return the folder of the bundle."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import OneHotEncoder

    random = np.random.default_rng(15)
    rows = 1500
    days = np.datetime64("2020-01-01") + random.integers(0, 2000, rows).astype("timedelta64[D]")
    seconds = np.datetime64("2020-01-01T00:00:00") + random.integers(0, 10**8, rows).astype("timedelta64[s]")
    fields = pd.DataFrame(
        {
            "weight": random.uniform(1, 50, rows),
            "age": random.integers(0, 16, rows).astype(float),
            "coat": random.choice(np.array(["short", "very long"], dtype=object), rows),
            "indoor": random.random(rows) < 0.5,
            "born": pd.Series(days),
            "seen": pd.Series(seconds),
            "note": random.choice(np.array(["calm and old", "wild"], dtype=object), rows),
        }
    )
    answer = fields["weight"] * 3 + fields["age"] + 7 * fields["indoor"] + random.normal(0, 1, rows)

    def fit(train: LabelledRows) -> Any:
        table = train.fields.assign(**{name: in_days(train.fields[name]) for name in ("born", "seen")})
        columns = [
            ("numbers", SimpleImputer(), ["weight", "age", "born", "seen"]),
            ("coats", OneHotEncoder(categories=[["short", "very long"]], handle_unknown="ignore"), ["coat"]),
            ("flags", "passthrough", ["indoor"]),
            ("words", TfidfVectorizer(), "note"),
        ]
        return prepared(columns, LinearRegression()).fit(table, train.truth)

    recipe = synthetic_recipe(MODEL, fields, answer.to_numpy(), fit, to_onnx=not_converted, calibrate=0.1)
    card = draft(MODEL, '[output]\nkind = "regression"\nunit = "EUR"\n[scoring]\ntext = "words"\n', FIELDS)
    publish_synthetic(recipe, card, folder)
    return default_folder(folder, MODEL)
