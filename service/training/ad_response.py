"""The advert model: is an advert clicked more than usual? From features of its picture, and where and when it is shown.

The clicks are invented (`adverts/clicks.py`).
"""

from typing import Any

import numpy as np
import pandas as pd

from service.publishing.data_split import SEED, LabelledRows, Split, split_rows
from service.training.adverts.clicks import AGE_GROUPS, PLACEMENTS, USUAL_CLICKS, WEEKDAYS
from service.training.recipe import DATA, Recipe, on_one_thread

KEY = "advert_id"
FRESH = ["placement", "weekday", "hour", "age_group", "budget"]
STORED = ["has_price", "price", "currency", "language", "words", "text_share", "brightness"]
STORED += ["contrast", "sharpness", "colourfulness", "main_colour", "embedding"]
_COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "brown", "black", "grey", "white"]
_CHOICES = {
    "placement": list(PLACEMENTS),
    "weekday": list(WEEKDAYS),
    "age_group": list(AGE_GROUPS),
    "currency": ["PLN", "EUR", "USD", "none"],
    "language": ["pl", "en", "none"],
    "main_colour": _COLOURS,
}
_COMPONENTS = 8


def read_features() -> pd.DataFrame:
    """Return the stored features of each advert, with its number as the index."""
    table = pd.read_parquet(DATA / "advert_features.parquet")
    return table.set_index(table[KEY].astype(int))[STORED]


def split_showings() -> Split:
    """Split the showings. Those of adverts on the same background stay in one part, so the test has new pictures."""
    showings = pd.read_csv(DATA / "advert_showings.csv")
    adverts = pd.read_csv(DATA / "adverts.csv", keep_default_na=False).set_index(KEY)
    fields = showings[[KEY, *FRESH]].join(read_features(), on=KEY)
    aside = adverts.loc[showings[KEY], ["motif"]].reset_index()
    backgrounds = adverts["variant"].astype("category").cat.codes[showings[KEY]].to_numpy()
    is_more = (showings["clicks"] > USUAL_CLICKS).to_numpy(int)
    return split_rows(fields[[*FRESH, *STORED]], is_more, aside, groups=backgrounds)


@on_one_thread
def fit_response(train: LabelledRows) -> Any:
    """Fit boosted trees on a few principal components of the embedding, and on the other fields."""
    from sklearn.compose import ColumnTransformer
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline, make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

    motif = make_pipeline(FunctionTransformer(np.stack), PCA(_COMPONENTS, svd_solver="covariance_eigh"))
    numbers = [name for name in [*FRESH, *STORED] if name not in _CHOICES and name != "embedding"]
    columns = ColumnTransformer(
        [
            ("codes", OrdinalEncoder(categories=list(_CHOICES.values())), list(_CHOICES)),
            ("numbers", "passthrough", numbers),
            ("motif", motif, "embedding"),
        ]
    )
    trees = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.06,
        max_leaf_nodes=12,
        min_samples_leaf=40,
        l2_regularization=5.0,
        random_state=SEED,
    )
    return Pipeline([("columns", columns), ("model", trees)]).fit(train.fields, train.truth)


def add_features(texts: dict[str, Any]) -> dict[str, Any]:
    """Replace the number of the advert in each example by the advert's features."""
    features = read_features()
    for example in texts["examples"]:
        stored = features.loc[example["row"].pop(KEY)].to_dict()
        example["row"] |= {name: _plain(value) for name, value in stored.items()}
    return texts


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    plain = value.tolist() if hasattr(value, "tolist") else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


AD_RESPONSE = Recipe(name="ad-response", split=split_showings, fit=fit_response, complete=add_features)
