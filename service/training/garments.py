"""The garment model: which of ten kinds of garment a small grey picture shows."""

from typing import Any

import numpy as np
import pandas as pd

from service.publishing.data_split import SEED, LabelledRows, Split, split_rows
from service.training.recipe import DATA, Recipe, on_one_thread

SIDE = 28
_REGULARIZATION = 0.003
"""The inverse of its strength. The mean probability of the likeliest label is then the share of right answers."""


def split_pictures() -> Split:
    """Split the pictures. The data set has no picture twice."""
    data = np.load(DATA / "fashion_mnist.npz")
    cells = np.empty(len(data["images"]), dtype=object)
    cells[:] = list(data["images"])
    return split_rows(pd.DataFrame({"picture": cells}), data["labels"].astype(int), pd.DataFrame(index=range(len(cells))))


@on_one_thread
def fit_garments(train: LabelledRows) -> Any:
    """Fit a logistic regression on how strongly each part of a picture shows each of 40 learned patterns."""
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    from service.training.patch_features import PatchFeatures

    pixels = Pipeline(
        [
            ("stack", FunctionTransformer(np.stack)),
            ("rows", FunctionTransformer(np.reshape, kw_args={"shape": (-1, SIDE * SIDE)})),
            ("patterns", PatchFeatures(SIDE, seed=SEED)),
        ]
    )
    pipeline = Pipeline(
        [
            ("pixels", ColumnTransformer([("picture", pixels, "picture")])),
            ("scale", StandardScaler()),
            ("model", LogisticRegression(C=_REGULARIZATION, max_iter=300, tol=1e-3)),
        ]
    )
    return pipeline.fit(train.fields, train.truth)


GARMENT = Recipe(name="garment", split=split_pictures, fit=fit_garments)
