"""Models as their users bring them: a fitted estimator, a table with its target, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model_worker.model_calls import scores
from model_worker.model_facts import unwrapped
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.drafting.draft import Drafted, draft
from service.publishing.drafting.facts import facts_of
from service.publishing.gate import Converter
from service.training.recipe import DATA

_TEXT_GRADES = ["cut", "color", "clarity"]


@dataclass(frozen=True)
class UsersModel:
    """A fitted model with its sample. `inputs` are the columns that the user gave to `fit`."""

    estimator: Any
    sample: pd.DataFrame
    target: str | None
    inputs: list[str]
    to_onnx: Converter = to_float64_graph

    def scores(self, table: pd.DataFrame) -> NDArray[np.float64]:
        answer: NDArray[np.float64] = scores(unwrapped(self.estimator), table, facts_of(self.estimator).answer)
        return answer

    def draft(self, name: str, **options: Any) -> Drafted:
        return draft(self.sample, self.target, facts_of(self.estimator), self.scores, name=name, **options)


def _with_target(data: Any, name: str, names: Any = None) -> pd.DataFrame:
    target = data.target if names is None else np.array(names, dtype=object)[data.target]
    sample: pd.DataFrame = data.data.assign(**{name: target})
    return sample


def _breast_cancer() -> UsersModel:
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = load_breast_cancer(as_frame=True)
    sample = _with_target(data, "diagnosis", data.target_names)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, sample["diagnosis"])
    return UsersModel(model, sample, "diagnosis", list(data.data))


def _wine() -> UsersModel:
    from sklearn.datasets import load_wine
    from sklearn.ensemble import RandomForestClassifier

    data = load_wine(as_frame=True)
    model = RandomForestClassifier(20, random_state=0).fit(data.data, data.target)
    return UsersModel(model, _with_target(data, "cultivar"), "cultivar", list(data.data))


def _iris_array() -> UsersModel:
    """Return a search over an array: no names, and the model is inside."""
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = load_iris(as_frame=True)
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.5, 1]}, cv=3)
    return UsersModel(
        search.fit(data.data.to_numpy(), data.target), _with_target(data, "species"), "species", list(data.data)
    )


def _diabetes() -> UsersModel:
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = load_diabetes(as_frame=True, scaled=False)
    model = make_pipeline(StandardScaler(), Ridge()).fit(data.data, data.target)
    return UsersModel(model, _with_target(data, "progression"), "progression", list(data.data))


def _digits() -> UsersModel:
    from sklearn.datasets import load_digits
    from sklearn.ensemble import HistGradientBoostingClassifier

    data = load_digits(as_frame=True)
    model = HistGradientBoostingClassifier(max_iter=5, max_leaf_nodes=8, random_state=0).fit(data.data, data.target)
    return UsersModel(model, _with_target(data, "digit")[:700], "digit", list(data.data))


def _credit() -> UsersModel:
    from sklearn.ensemble import HistGradientBoostingClassifier

    sample = pd.read_parquet(DATA / "credit_card_default.parquet").sample(3000, random_state=0)
    inputs = [name for name in map(str, sample) if name not in {"ID", "SEX", "DEFAULT_NEXT_MONTH"}]
    model = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(sample[inputs], sample["DEFAULT_NEXT_MONTH"])
    return UsersModel(model, sample, "DEFAULT_NEXT_MONTH", inputs)


def _diamonds() -> UsersModel:
    from sklearn.compose import TransformedTargetRegressor, make_column_transformer
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    sample = pd.read_parquet(DATA / "diamonds.parquet").sample(4000, random_state=0)
    inputs = [name for name in map(str, sample) if name != "price"]
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    steps = make_column_transformer((encoder, _TEXT_GRADES), remainder=StandardScaler())
    pipeline = make_pipeline(steps, GradientBoostingRegressor(n_estimators=20, random_state=0))
    model = TransformedTargetRegressor(pipeline, func=np.log, inverse_func=np.exp).fit(sample[inputs], sample["price"])
    return UsersModel(model, sample, "price", inputs)


def _tweets() -> UsersModel:
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    sample = pd.read_csv(DATA / "tweets.csv")[["text", "rating"]][:2000]
    sample["positive"] = sample.pop("rating") > 0
    vectorizer = TfidfVectorizer(token_pattern=r"[^ ]+", lowercase=False)  # noqa: S106 - no password
    words = ColumnTransformer([("text", vectorizer, "text")])
    model = make_pipeline(words, LogisticRegression()).fit(sample[["text"]], sample["positive"])
    return UsersModel(model, sample, "positive", ["text"], to_float64_graph)


def clients() -> pd.DataFrame:
    """Return rows with a code, a boolean, an ordered category and a target."""
    random = np.random.default_rng(6)
    rows = 900
    grade = pd.Categorical(random.choice(["low", "middle", "high"], rows), ["low", "middle", "high", "top"], ordered=True)
    table = pd.DataFrame(
        {
            "age": random.integers(18, 80, rows),
            "region": random.choice([3, 1, 12], rows),
            "member": random.random(rows) < 0.5,
            "grade": grade,
        }
    )
    return table.assign(renews=np.where((table["age"] > 40) ^ table["member"] ^ (table["region"] == 12), "yes", "no"))


def _codes() -> UsersModel:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    sample, inputs = clients(), ["age", "region", "member", "grade"]
    steps = make_column_transformer(
        (StandardScaler(), ["age"]),
        (OneHotEncoder(handle_unknown="ignore"), ["region", "member"]),
        (OrdinalEncoder(categories=[["low", "middle", "high", "top"]]), ["grade"]),
    )
    return UsersModel(
        make_pipeline(steps, LogisticRegression()).fit(sample[inputs], sample["renews"]), sample, "renews", inputs
    )


def _categories() -> UsersModel:
    from sklearn.ensemble import HistGradientBoostingClassifier

    sample, inputs = clients(), ["age", "member", "grade"]
    model = HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype", random_state=0)
    return UsersModel(model.fit(sample[inputs], sample["renews"]), sample, "renews", inputs)


def _labels_alone() -> UsersModel:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    wine = user_model("wine")
    model = make_pipeline(StandardScaler(), LinearSVC(random_state=0)).fit(wine.sample[wine.inputs], wine.sample["cultivar"])
    return UsersModel(model, wine.sample, "cultivar", wine.inputs)


def _outliers() -> UsersModel:
    from sklearn.ensemble import IsolationForest

    wine = user_model("wine")
    model = IsolationForest(n_estimators=20, random_state=0).fit(wine.sample[wine.inputs])
    return UsersModel(model, wine.sample[wine.inputs], None, wine.inputs)


def _mostly_zeros() -> UsersModel:
    """Return a model of counts: two thirds of them are 0, so that the relative error is infinite."""
    from sklearn.linear_model import Ridge

    sample, inputs = clients()[["age", "member"]], ["age", "member"]
    sample["claims"] = np.random.default_rng(7).poisson(0.4, len(sample))
    return UsersModel(Ridge().fit(sample[inputs], sample["claims"]), sample, "claims", inputs)


def _without_target() -> UsersModel:
    model = user_model("diabetes")
    return UsersModel(model.estimator, model.sample[model.inputs], None, model.inputs)


def _one_row() -> UsersModel:
    model = user_model("breast cancer")
    return UsersModel(model.estimator, model.sample[:1], "diagnosis", model.inputs)


def _five_rows() -> UsersModel:
    model = user_model("breast cancer")
    return UsersModel(model.estimator, model.sample[17:22], "diagnosis", model.inputs)


def _five_values() -> UsersModel:
    model = user_model("diabetes")
    return UsersModel(model.estimator, model.sample[:5], "progression", model.inputs)


USERS_MODELS: dict[str, Callable[[], UsersModel]] = {
    "breast cancer": _breast_cancer,
    "wine": _wine,
    "iris of an array": _iris_array,
    "diabetes": _diabetes,
    "digits": _digits,
    "credit": _credit,
    "diamonds": _diamonds,
    "tweets": _tweets,
    "codes": _codes,
    "categories": _categories,
    "labels alone": _labels_alone,
    "outliers": _outliers,
    "mostly zeros": _mostly_zeros,
    "without a target": _without_target,
    "one row": _one_row,
    "five rows": _five_rows,
    "five values": _five_values,
}


@cache
def user_model(name: str) -> UsersModel:
    return USERS_MODELS[name]()
