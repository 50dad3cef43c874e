"""Small models with random data whose truth is known, published as the model of a user is."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.publishing.card_draft import draft_card
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import LabelledRows, Split, split_rows
from service.publishing.gate import Converter
from service.publishing.publish import publish
from service.schemas import Card

ROWS = 8000
WEAK_REGION = 2
SIGNALS = [f"signal_{index}" for index in range(8)]
LABELS = ["no", "yes"]
_TRAINING = '[training]\ndata = "drawn"\nsource = "a test"\nlicence = "MIT"\n'


@dataclass(frozen=True)
class SyntheticRecipe:
    """The data of a model, and how it is fitted."""

    name: str
    split: Callable[[], Split]
    fit: Callable[[LabelledRows], Any]
    to_onnx: Converter


def draft(name: str, output: str, fields: str | dict[str, str]) -> Card:
    """Return the draft of a card. `fields` is TOML, or name → type."""
    if isinstance(fields, dict):
        fields = "".join(f'[[inputs]]\nname = "{field}"\ntype = "{kind}"\n' for field, kind in fields.items())
    head = f'name = "{name}"\ntitle = "Toy"\nquestion = "?"\n'
    return draft_card(tomllib.loads(f"{head}{output}{_TRAINING}{fields}"))


def publish_synthetic(recipe: SyntheticRecipe, card: Card, folder: Path) -> Card:
    split = recipe.split()
    return publish(folder, card, recipe.fit(split.train), split, to_onnx=recipe.to_onnx).card


def classification(labels: list[str], focus: str, bands: str = "") -> str:
    listed = ", ".join(f'{{ value = "{label}" }}' for label in labels)
    return f'[output]\nkind = "classification"\nfocus = "{focus}"\nlabels = [{listed}]\n{bands}'


def synthetic_recipe(
    name: str,
    fields: pd.DataFrame,
    truth: NDArray[Any],
    fit: Callable[[LabelledRows], Any],
    to_onnx: Converter = to_float64_graph,
    calibrate: float = 0.0,
) -> SyntheticRecipe:
    aside = pd.DataFrame(index=fields.index)
    return SyntheticRecipe(name, lambda: split_rows(fields, truth, aside, calibrate=calibrate), fit, to_onnx)


def _logistic(train: LabelledRows) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    return Pipeline([("model", LogisticRegression(max_iter=1000))]).fit(train.fields, train.truth)


def regions(name: str, *, planted: bool, seed: int = 1) -> SyntheticRecipe:
    """Eight equal signals and a region. With `planted`, the signals have no effect in one region. `unused` never has one."""
    random = np.random.default_rng(seed)
    fields = pd.DataFrame({signal: random.normal(size=ROWS) for signal in SIGNALS})
    fields["region"] = random.integers(0, 4, ROWS)
    fields["unused"] = random.normal(size=ROWS)
    strength = np.where(planted & (fields["region"] == WEAK_REGION), 0.0, 0.8)
    chance = 1 / (1 + np.exp(-strength * fields[SIGNALS].sum(axis=1)))
    answer = (random.random(ROWS) < chance).to_numpy(int)
    return synthetic_recipe(name, fields, answer, _logistic)


REGION_FIELDS = dict.fromkeys(SIGNALS, "number") | {"region": "integer", "unused": "number"}


def three_labels(name: str) -> SyntheticRecipe:
    random = np.random.default_rng(2)
    fields = pd.DataFrame({"x": random.normal(size=ROWS), "y": random.normal(size=ROWS)})
    utility = np.column_stack([np.zeros(ROWS), 2 * fields["x"], fields["y"]]) + random.gumbel(size=(ROWS, 3))
    return synthetic_recipe(name, fields, utility.argmax(axis=1), _logistic)


def prices(name: str) -> SyntheticRecipe:
    """A price that grows with size; its noise is twice as large if the flag is true."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import Pipeline

    random = np.random.default_rng(3)
    fields = pd.DataFrame({"size": random.uniform(0, 3, ROWS), "flag": random.integers(0, 2, ROWS).astype(bool)})
    noise = np.where(fields["flag"], 0.4, 0.1) * random.normal(size=ROWS)
    answer = np.exp(4 + fields["size"] + noise).to_numpy()

    def fit(train: LabelledRows) -> Any:
        model = TransformedTargetRegressor(Pipeline([("model", LinearRegression())]), func=np.log, inverse_func=np.exp)
        return model.fit(train.fields.astype(float), train.truth)

    return synthetic_recipe(name, fields, answer, fit, calibrate=0.1)


def temperatures(name: str) -> SyntheticRecipe:
    """A temperature by month and height; a third of the true values are below zero, some are zero."""
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import Pipeline

    random = np.random.default_rng(14)
    rows = 3000
    fields = pd.DataFrame({"warmth": random.normal(size=rows), "height": random.uniform(0, 3, rows)})
    truth = (10 + 8 * fields["warmth"] - 3 * fields["height"] + random.normal(size=rows)).round().to_numpy()

    def fit(train: LabelledRows) -> Any:
        return Pipeline([("model", LinearRegression())]).fit(train.fields, train.truth)

    return synthetic_recipe(name, fields, truth, fit, to_onnx=to_float64_graph, calibrate=0.1)


def renewals(name: str) -> SyntheticRecipe:
    """Whether a customer renews a contract: more likely if it ends soon and the last call was late in the day.

    A day may be missing. The pipeline is fitted on days since 1970, as it is served.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    random = np.random.default_rng(14)
    rows = 3000
    ends = np.datetime64("2026-01-01") + random.integers(0, 365, rows).astype("timedelta64[D]")
    call = np.datetime64("2025-06-01T00:00:00") + random.integers(0, 180 * 86_400, rows).astype("timedelta64[s]")
    late = (ends - np.datetime64("2026-01-01")).astype(float) / 365
    renews = (random.random(rows) < 1 / (1 + np.exp(3 * late - 1))).astype(int)
    fields = pd.DataFrame({"ends": pd.Series(ends), "call": pd.Series(call)})
    fields.loc[random.random(rows) < 0.05, "ends"] = pd.NaT

    def fit(train: LabelledRows) -> Any:
        days = {name: in_days(train.fields[name]) for name in train.fields}
        columns = [("days", SimpleImputer(), ["ends", "call"])]
        pipeline = prepared(columns, LogisticRegression(max_iter=1000))
        pipeline.steps.insert(1, ("scale", StandardScaler()))
        return pipeline.fit(pd.DataFrame(days), train.truth)

    return synthetic_recipe(name, fields, renews, fit, to_onnx=not_converted)


RENEWAL_FIELDS = """
[[inputs]]
name = "ends"
type = "date"
nullable = true
label = { en = "Contract ends", pl = "Koniec umowy" }

[[inputs]]
name = "call"
type = "datetime"
label = "Last call"
"""


def prepared(columns: list[tuple[str, Any, Any]], model: Any) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    return Pipeline([("prepare", ColumnTransformer(columns)), ("model", model)])


def in_days(moments: Any) -> Any:
    """Return a column of moments as days since 1970, as the service gives them to a scorer."""
    return (moments - pd.Timestamp(0)) / pd.Timedelta(days=1)


def not_converted(_card: Card, _pipeline: Any, _typical: NDArray[Any]) -> bytes:
    raise NotImplementedError


def pets(name: str) -> SyntheticRecipe:
    """One of three animals by weight, age and coat; a weight and a coat may be missing, and that is informative."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import OneHotEncoder

    random = np.random.default_rng(12)
    rows = 2000
    kind = random.choice(3, rows, p=[0.5, 0.3, 0.2])
    weight = np.exp(random.normal(np.array([1.4, 2.8, 0.5])[kind], 0.4)).round(1)
    coat = np.where(random.random(rows) < np.array([0.4, 0.6, 0.8])[kind], "long", "short").astype(object)
    weight[random.random(rows) < np.array([0.05, 0.05, 0.3])[kind]] = np.nan
    coat[random.random(rows) < 0.1] = None
    fields = pd.DataFrame({"weight": weight, "age": random.integers(0, 16, rows), "coat": coat, "indoor": kind != 1})
    fields["indoor"] ^= random.random(rows) < 0.2

    def fit(train: LabelledRows) -> Any:
        columns = [
            ("numbers", SimpleImputer(add_indicator=True), ["weight", "age"]),
            ("kinds", OneHotEncoder(categories=[["short", "long"]], handle_unknown="ignore"), ["coat"]),
            ("flags", "passthrough", ["indoor"]),
        ]
        return prepared(columns, LogisticRegression(max_iter=1000)).fit(train.fields, train.truth)

    return synthetic_recipe(name, fields, kind, fit, to_onnx=not_converted)


PET_FIELDS = """
[[inputs]]
name = "weight"
type = "number"
minimum = 0
nullable = true
label = { en = "Weight", pl = "Masa" }
unit = "kg"

[[inputs]]
name = "age"
type = "integer"
minimum = 0
maximum = 30

[[inputs]]
name = "coat"
type = "category"
nullable = true
categories = [{ value = "short" }, { value = "long" }]

[[inputs]]
name = "indoor"
type = "boolean"
"""


def rents(name: str) -> SyntheticRecipe:
    """A rent by the words of an advert and the area, which may be missing."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression

    random = np.random.default_rng(13)
    rows = 1500
    area = random.uniform(20, 100, rows).round()
    words = random.choice(["sunny", "quiet", "dark", "noisy"], (rows, 2))
    noise = random.normal(0, 60, rows)
    answer = 500 + 20 * area + 150 * (words == "sunny").sum(axis=1) - 120 * (words == "noisy").sum(axis=1) + noise
    area[random.random(rows) < 0.1] = np.nan
    fields = pd.DataFrame({"advert": [f"A {one}, {other} flat" for one, other in words], "area": area})

    def fit(train: LabelledRows) -> Any:
        columns = [("words", TfidfVectorizer(), "advert"), ("numbers", SimpleImputer(), ["area"])]
        return prepared(columns, LinearRegression()).fit(train.fields, train.truth)

    return synthetic_recipe(name, fields, answer.astype(float), fit, to_onnx=to_float64_graph, calibrate=0.1)


RENT_FIELDS = """
[[inputs]]
name = "advert"
type = "text"
max_length = 200

[[inputs]]
name = "area"
type = "number"
minimum = 5
nullable = true
unit = "m²"
"""


def build_toys(folder: Path) -> None:
    """Write real bundles of three kinds that no bundled model is of: three labels, nulls, a text beside a number."""
    animals = classification(
        ["cat", "dog", "rabbit"],
        "dog",
        """
[[output.bands]]
value = "dog"
low = 0.6
high = 1
tone = "good"

[[output.bands]]
value = "perhaps"
low = 0.2
high = 0.6
tone = "middle"

[[output.bands]]
value = "other"
low = 0
high = 0.2
tone = "bad"
""",
    )
    rent = '[output]\nkind = "regression"\nunit = "EUR"\n[scoring]\ntext = "words"\n'
    publish_synthetic(pets("toy-pets"), draft("toy-pets", animals, PET_FIELDS), folder)
    publish_synthetic(rents("toy-rents"), draft("toy-rents", rent, RENT_FIELDS), folder)
