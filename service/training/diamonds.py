"""The diamond model: a price in USD with an interval."""

from typing import Any

import numpy as np
import pandas as pd

from service.publishing.data_split import SEED, LabelledRows, Split, split_rows
from service.training.recipe import DATA, Recipe, on_one_thread

FIELDS = ["carat", "cut", "color", "clarity", "depth", "table"]
GRADES = {
    "cut": ["Fair", "Good", "Very Good", "Premium", "Ideal"],
    "color": ["J", "I", "H", "G", "F", "E", "D"],
    "clarity": ["I1", "SI2", "SI1", "VS2", "VS1", "VVS2", "VVS1", "IF"],
}
_DIRECTIONS = {"carat": 1, "cut": 1, "color": 1, "clarity": 1}


def split_stones() -> Split:
    """Split the stones without duplicates: a copy of a training stone in the test rows makes errors look smaller."""
    stones = pd.read_parquet(DATA / "diamonds.parquet")
    stones = stones.drop_duplicates(["carat", "cut", "color", "clarity", "x", "y", "z"])
    stones = stones[(stones[["x", "y", "z"]] > 0).all(axis=1)]
    truth = stones["price"].to_numpy(float)
    return split_rows(stones[FIELDS], truth, stones[["x", "y", "z"]], calibrate=0.1)


@on_one_thread
def fit_price(train: LabelledRows) -> Any:
    """Fit monotone boosted trees on the logarithm of the price."""
    from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OrdinalEncoder

    encode = ColumnTransformer(
        [(name, OrdinalEncoder(categories=[GRADES[name]]) if name in GRADES else "passthrough", [name]) for name in FIELDS]
    )
    trees = HistGradientBoostingRegressor(
        max_iter=500,
        learning_rate=0.1,
        max_leaf_nodes=63,
        monotonic_cst=[_DIRECTIONS.get(field, 0) for field in FIELDS],
        random_state=SEED,
    )
    pipeline = Pipeline([("encode", encode), ("model", trees)])
    return TransformedTargetRegressor(pipeline, func=np.log, inverse_func=np.exp).fit(train.fields, train.truth)


PRICE = Recipe(name="diamond-price", split=split_stones, fit=fit_price)
