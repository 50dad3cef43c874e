"""Bare models and short pipelines over data sets that scikit-learn ships, and over columns of many pandas types."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import datasets, ensemble, linear_model, neighbors, neural_network, svm
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from service.schemas import Card
from tests.support import synthetic_recipes
from tests.support.fitted_pipelines import with_labels_only

Fitted = tuple[Card, Any, pd.DataFrame]


def frame_models() -> dict[str, Callable[[], Fitted]]:
    """Return name → a function that fits a model and returns it with its card and its rows."""
    return {**_of_data_sets(), **_of_types()}


def card_of_frame(frame: pd.DataFrame, labels: list[str] | None) -> Card:
    """Return the card of a frame: a field for each column, with its type."""
    fields = "".join(_field(name, frame[name]) for name in frame.columns)
    output = synthetic_recipes.classification(labels, labels[-1]) if labels else '[output]\nkind = "regression"\n'
    return synthetic_recipes.draft("frame", output, fields)


def _field(name: str, column: "pd.Series[Any]") -> str:
    dtype = str(column.dtype)
    kind = {"i": "integer", "I": "integer", "b": "boolean", "c": "category", "s": "category"}.get(dtype[0], "number")
    lines = ["[[inputs]]", f'name = "{name}"', f'type = "{kind}"', f'dtype = "{dtype}"']
    if column.isna().any():
        lines.append("nullable = true")
    if kind == "category":
        names = ", ".join(f'{{ value = "{value}" }}' for value in sorted(column.dropna().unique()))
        lines.append(f"categories = [{names}]")
    return "\n".join(lines) + "\n"


def _data(name: str) -> tuple[pd.DataFrame, Any, list[str] | None]:
    """Return the rows of a data set, their truth, and the labels."""
    data = getattr(datasets, f"load_{name}")(as_frame=True)
    frame = data.data.set_axis([f"x{at}" for at in range(data.data.shape[1])], axis=1)
    labels = [str(label) for label in np.unique(data.target)] if hasattr(data, "target_names") else None
    return frame, data.target.to_numpy(), labels


def _fitted(name: str, make: Callable[[], Any], *, names: bool = True) -> Callable[[], Fitted]:
    def fit() -> Fitted:
        frame, truth, labels = _data(name)
        model = make().fit(frame if names else frame.to_numpy(), truth)
        return with_labels_only(card_of_frame(frame, labels), model), model, frame

    return fit


def _of_data_sets() -> dict[str, Callable[[], Fitted]]:
    from catboost import CatBoostRegressor
    from lightgbm import LGBMClassifier
    from xgboost import XGBClassifier

    def forest() -> Any:
        return ensemble.RandomForestClassifier(10, random_state=0)

    def network() -> Any:
        return make_pipeline(StandardScaler(), neural_network.MLPClassifier((16,), max_iter=60, random_state=0))

    quiet: dict[str, Any] = {"verbose": 0, "thread_count": 1, "allow_writing_files": False}
    return {
        "irises, a line": _fitted("iris", lambda: linear_model.LogisticRegression(max_iter=1000)),
        "irises, a forest without names": _fitted("iris", forest, names=False),
        "irises, XGBoost": _fitted("iris", lambda: XGBClassifier(n_estimators=10, n_jobs=1)),
        "wines, gradient boosting": _fitted("wine", lambda: ensemble.GradientBoostingClassifier(n_estimators=10)),
        "wines, support vectors": _fitted("wine", lambda: make_pipeline(StandardScaler(), svm.SVC())),
        "tumours, LightGBM": _fitted("breast_cancer", lambda: LGBMClassifier(n_estimators=10, verbose=-1, n_jobs=1)),
        "tumours, a line without names": _fitted("breast_cancer", _scaled_line, names=False),
        "diabetes, histogram boosting": _fitted("diabetes", lambda: ensemble.HistGradientBoostingRegressor(max_iter=20)),
        "diabetes, ridge regression": _fitted("diabetes", linear_model.RidgeCV),
        "diabetes, CatBoost": _fitted("diabetes", lambda: CatBoostRegressor(n_estimators=20, **quiet)),
        "digits, a forest": _fitted("digits", forest),
        "digits, nearest neighbours": _fitted("digits", lambda: neighbors.KNeighborsClassifier(3)),
        "digits, a network": _fitted("digits", network),
    }


def _scaled_line() -> Any:
    return make_pipeline(StandardScaler(), linear_model.LogisticRegression())


def typed_frame() -> tuple[pd.DataFrame, Any]:
    """Return columns of many types with missing values, and a value to predict."""
    random = np.random.default_rng(3)
    rows = 600
    city = pd.Series(random.choice(["Gdynia", "Lodz", "Opole"], rows))
    grade = pd.Series(random.choice(["a", "b", "c", "d"], rows))
    frame = pd.DataFrame(
        {
            "amount": random.normal(100, 30, rows),
            "count": random.integers(0, 9, rows),
            "is_new": random.random(rows) < 0.4,
            "ratio": random.random(rows).astype(np.float32),
            "city": city.mask(random.random(rows) < 0.1).astype("category"),
            "grade": grade.astype("category"),
        }
    )
    noise = random.normal(size=rows)
    truth = frame["amount"] / 30 + frame["count"] + 2 * (city == "Lodz") - frame["is_new"] + 3 * frame["ratio"] + noise
    return frame, truth.to_numpy(float)


def _typed(make: Callable[[], Any], columns: list[str] | None = None) -> Callable[[], Fitted]:
    def fit() -> Fitted:
        frame, truth = typed_frame()
        frame = frame if columns is None else frame[columns]
        return card_of_frame(frame, None), make().fit(frame, truth), frame

    return fit


def _of_types() -> dict[str, Callable[[], Fitted]]:
    from lightgbm import LGBMRegressor
    from xgboost import XGBRegressor

    def histogram() -> Any:
        return ensemble.HistGradientBoostingRegressor(max_iter=20, categorical_features="from_dtype")

    numbers = ["amount", "count", "is_new", "ratio"]
    return {
        "pandas categories, LightGBM": _typed(lambda: LGBMRegressor(n_estimators=15, verbose=-1, n_jobs=1)),
        "pandas categories, XGBoost": _typed(lambda: XGBRegressor(n_estimators=15, n_jobs=1, enable_categorical=True)),
        "pandas categories, histogram boosting": _typed(histogram),
        "float32 and booleans, a line": _typed(linear_model.LinearRegression, numbers),
        "float32 and booleans, a forest": _typed(lambda: ensemble.RandomForestRegressor(8, random_state=0), numbers),
        "float32 and booleans, LightGBM": _typed(lambda: LGBMRegressor(n_estimators=15, verbose=-1, n_jobs=1), numbers),
        "float32 alone, LightGBM": _typed(lambda: LGBMRegressor(n_estimators=15, verbose=-1, n_jobs=1), ["ratio"]),
    }
