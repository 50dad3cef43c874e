"""Pipelines of scikit-learn of many families, fitted on one table of numbers, counts and categories with missing values."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.schemas import Card, Classification
from tests.support import synthetic_recipes

ROWS = 1500
KINDS = ["male : single", "a", "b", "c", "d"]
PLACES = ["north", "south", "west"]
NUMBERS = ["weight", "income", "rooms"]
CATEGORIES = ["kind", "place"]
_FIELDS = f"""
[[inputs]]
name = "weight"
type = "number"
[[inputs]]
name = "income"
type = "number"
nullable = true
[[inputs]]
name = "rooms"
type = "integer"
[[inputs]]
name = "kind"
type = "category"
nullable = true
categories = [{", ".join(f'{{ value = "{kind}" }}' for kind in KINDS)}]
[[inputs]]
name = "place"
type = "category"
categories = [{", ".join(f'{{ value = "{place}" }}' for place in PLACES)}]
"""
Truth = NDArray[Any]


def table() -> pd.DataFrame:
    """Return the fields; a tenth of `income` and of `kind` is missing."""
    random = np.random.default_rng(11)
    kinds, places = np.array([*KINDS, None], dtype=object), np.array(PLACES, dtype=object)
    return pd.DataFrame(
        {
            "weight": random.normal(1e3, 50, ROWS),
            "income": np.where(random.random(ROWS) < 0.1, np.nan, random.lognormal(size=ROWS)),
            "rooms": random.integers(0, 9, ROWS).astype(float),
            "kind": pd.Series(kinds[random.choice(len(kinds), ROWS, p=[0.18] * 5 + [0.1])], dtype="str"),
            "place": pd.Series(places[random.integers(0, len(places), ROWS)], dtype="str"),
        }
    )


def truths(fields: pd.DataFrame) -> dict[str, Truth]:
    """Return the truth of a regression, of one with positive values, and of two and of three labels."""
    noise = np.random.default_rng(12).normal(size=ROWS)
    signal = (fields["weight"] - 1000) / 50 + fields["income"].fillna(2) + 2 * (fields["kind"] == "a") + noise
    value = (signal - (fields["place"] == "south") + 0.2 * fields["rooms"]).to_numpy(float)
    return {"value": value, "price": np.exp(value), "two": (value > 2).astype(int), "three": np.digitize(value, [1, 3])} | {
        "positive": np.log1p(np.exp(value)) + 0.1
    }


def card_of(truth: str, labels: list[str] | None = None) -> Card:
    """Return the card of a truth; `none` is that of an outlier detector."""
    known = {"two": ["no", "yes"], "three": ["low", "middle", "high"], "none": ["1", "-1"]}
    labels = labels or known.get(truth)
    output = synthetic_recipes.classification(labels, labels[-1]) if labels else '[output]\nkind = "regression"\n'
    return synthetic_recipes.draft("toy", output, _FIELDS)


def with_labels_only(card: Card, model: Any) -> Card:
    """Return the card of a model that may have no probabilities."""
    if not isinstance(card.output, Classification) or hasattr(model, "predict_proba"):
        return card
    return msgspec.structs.replace(card, output=msgspec.structs.replace(card.output, scores="labels"))


def scaled() -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS), (encoder, CATEGORIES))


def missing_kept() -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer((StandardScaler(), NUMBERS), (encoder, CATEGORIES))


def bent() -> Any:
    """Return steps with an indicator, a power, quantiles, bins, coded numbers and ordinal categories."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, PowerTransformer, QuantileTransformer

    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median", add_indicator=True), PowerTransformer()), ["weight", "income"]),
        (make_pipeline(SimpleImputer(), QuantileTransformer(n_quantiles=50)), ["income"]),
        (OneHotEncoder(handle_unknown="ignore", drop="first", sparse_output=False), ["rooms"]),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), CATEGORIES),
    )


def ordinal() -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OrdinalEncoder

    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return make_column_transformer(("passthrough", NUMBERS), (encoder, CATEGORIES))


def sparse() -> Any:
    """Return steps that make a sparse matrix, in which zeros are not stored."""
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers, encoder = ["weight", "income"], OneHotEncoder(handle_unknown="ignore")
    return make_column_transformer(
        (StandardScaler(), numbers), ("passthrough", ["rooms"]), (encoder, CATEGORIES), sparse_threshold=1.0
    )


def zoo() -> dict[str, tuple[str, Callable[[], Any]]]:
    """Return name → the truth, and a function that makes a pipeline that is not fitted."""
    from sklearn import discriminant_analysis, ensemble, linear_model, tree
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def behind(steps: Callable[[], Any], model: Any) -> Callable[[], Any]:
        return lambda: make_pipeline(steps(), model)

    histogram = ensemble.HistGradientBoostingClassifier(max_iter=30, random_state=0)
    forest = ensemble.RandomForestClassifier(12, random_state=0)
    boosting = ensemble.GradientBoostingClassifier(n_estimators=12, random_state=0)
    vote = [("forest", forest), ("boosting", boosting), ("line", linear_model.LogisticRegression(max_iter=500))]
    by_category = ensemble.HistGradientBoostingClassifier(max_iter=30, categorical_features=[3, 4], random_state=0)
    return {
        "histogram boosting behind a scaler": ("two", behind(missing_kept, histogram)),
        "histogram boosting of three labels": ("three", behind(missing_kept, histogram)),
        "histogram boosting by category": ("two", behind(ordinal, by_category)),
        "histogram boosting, calibrated": ("two", behind(missing_kept, CalibratedClassifierCV(histogram, cv=3))),
        "histogram boosting of a positive value": (
            "price",
            behind(missing_kept, ensemble.HistGradientBoostingRegressor(loss="poisson", max_iter=30, random_state=0)),
        ),
        "gradient boosting": ("two", behind(scaled, boosting)),
        "gradient boosting of three labels": ("three", behind(bent, boosting)),
        "gradient boosting, exponential loss": (
            "two",
            behind(scaled, ensemble.GradientBoostingClassifier(loss="exponential", n_estimators=12, random_state=0)),
        ),
        "gradient boosting of a value": (
            "value",
            behind(bent, ensemble.GradientBoostingRegressor(loss="huber", n_estimators=12, random_state=0)),
        ),
        "gradient boosting of a logarithm": (
            "price",
            lambda: TransformedTargetRegressor(
                make_pipeline(scaled(), ensemble.GradientBoostingRegressor(n_estimators=12, random_state=0)),
                func=np.log,
                inverse_func=np.exp,
            ),
        ),
        "random forest": ("two", behind(scaled, forest)),
        "random forest of three labels": ("three", behind(bent, forest)),
        "random forest of a value": ("value", behind(bent, ensemble.RandomForestRegressor(12, random_state=0))),
        "extra trees": ("three", behind(scaled, ensemble.ExtraTreesClassifier(12, random_state=0))),
        "a tree": ("two", behind(bent, tree.DecisionTreeClassifier(random_state=0))),
        "a tree without a split": ("two", behind(scaled, tree.DecisionTreeClassifier(min_samples_leaf=ROWS - 1))),
        "bagging of some columns": (
            "two",
            behind(missing_kept, ensemble.BaggingClassifier(histogram, 3, max_features=0.6, random_state=0)),
        ),
        "a vote": ("two", behind(scaled, ensemble.VotingClassifier(vote, voting="soft", weights=[3, 1, 2]))),
        "logistic regression": ("two", behind(scaled, linear_model.LogisticRegression(max_iter=500))),
        "logistic regression of three labels": ("three", behind(scaled, linear_model.LogisticRegression(max_iter=500))),
        "logistic regression, calibrated": (
            "two",
            behind(scaled, CalibratedClassifierCV(linear_model.LogisticRegression(max_iter=500))),
        ),
        "logistic regression, calibrated by steps": (
            "two",
            behind(scaled, CalibratedClassifierCV(linear_model.LogisticRegression(max_iter=500), method="isotonic")),
        ),
        "random forest of three labels, calibrated": ("three", behind(scaled, CalibratedClassifierCV(forest, cv=3))),
        "gradient boosting of three labels, calibrated by steps": (
            "three",
            behind(scaled, CalibratedClassifierCV(boosting, method="isotonic", cv=3)),
        ),
        "adaptive boosting": ("two", behind(scaled, ensemble.AdaBoostClassifier(n_estimators=12, random_state=0))),
        "adaptive boosting of three labels": (
            "three",
            behind(
                bent, ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=3), n_estimators=12, random_state=0)
            ),
        ),
        "a stack": ("two", behind(scaled, ensemble.StackingClassifier(vote))),
        "a stack of three labels": ("three", behind(scaled, ensemble.StackingClassifier(vote[:2]))),
        "a stack of values": (
            "value",
            behind(
                scaled,
                ensemble.StackingRegressor(
                    [("forest", ensemble.RandomForestRegressor(12, random_state=0)), ("line", linear_model.Ridge())]
                ),
            ),
        ),
        "discriminant analysis": ("three", behind(scaled, discriminant_analysis.LinearDiscriminantAnalysis())),
        "stochastic gradient descent": (
            "two",
            behind(scaled, linear_model.SGDClassifier(loss="log_loss", random_state=0)),
        ),
        "ridge regression": ("value", behind(scaled, linear_model.Ridge())),
        "gamma regression": ("price", behind(scaled, linear_model.GammaRegressor())),
        "lasso of a scaled target": (
            "value",
            lambda: TransformedTargetRegressor(
                make_pipeline(scaled(), linear_model.Lasso(0.01)), transformer=StandardScaler()
            ),
        ),
    }
