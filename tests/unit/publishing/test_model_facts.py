"""Promises about the facts of a fitted model: what it reads, what its encoders know, and what cannot be published."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from sklearn.svm import SVC, LinearSVC

from model_worker.model_facts import model_facts
from service.publishing.drafting.facts import ModelFacts, facts_of, read_facts
from service.publishing.drafting.findings import CannotDraft

ROWS = 60
RANDOM = np.random.default_rng(3)
TABLE = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, ROWS),
        "income": RANDOM.normal(size=ROWS),
        "city": np.array(["Łódź", "Kraków", "Gdynia"])[np.arange(ROWS) % 3],
        "code": np.array([3, 1, 7])[np.arange(ROWS) % 3],
        "note": [f"word{row % 5} other" for row in range(ROWS)],
    }
)
TWO = np.arange(ROWS) % 2
VALUE = RANDOM.normal(size=ROWS)
NUMBERS = TABLE[["age", "income"]]
CITIES = ("Gdynia", "Kraków", "Łódź")


def columns(*more: Any) -> ColumnTransformer:
    return ColumnTransformer([("city", OneHotEncoder(), ["city"]), ("numbers", StandardScaler(), ["age"]), *more])


def fitted(estimator: Any, table: Any = TABLE, truth: Any = TWO) -> ModelFacts:
    return facts_of(estimator.fit(table, truth))


@pytest.mark.parametrize(
    ("estimator", "kind"),
    [
        (LogisticRegression(), "probabilities"),
        (LinearSVC(), "labels"),
        (SVC(), "labels"),
        (VotingClassifier([("a", LogisticRegression())]), "labels"),
        (VotingClassifier([("a", LogisticRegression())], voting="soft"), "probabilities"),
    ],
)
def test_a_classifier_says_its_labels_and_whether_it_has_probabilities(estimator: Any, kind: str) -> None:
    facts = fitted(make_pipeline(StandardScaler(), estimator), NUMBERS)
    assert (facts.task, facts.classes) == ("classification", (0, 1))
    assert facts.answer == {"kind": kind, "labels": ["0", "1"]}
    assert (facts.feature_names, facts.n_features) == (("age", "income"), 2)


@pytest.mark.parametrize("labels", [["no", "yes"], [False, True], [1.0, 2.0]])
def test_labels_keep_their_type(labels: list[Any]) -> None:
    assert fitted(LogisticRegression(), NUMBERS, np.array(labels)[TWO]).classes == tuple(labels)


def test_a_model_of_an_array_has_a_number_of_columns_without_names() -> None:
    facts = fitted(RandomForestClassifier(3), NUMBERS.to_numpy())
    assert (facts.feature_names, facts.n_features) == (None, 2)


def test_a_search_is_its_best_estimator() -> None:
    facts = fitted(GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}), NUMBERS)
    assert (facts.feature_names, facts.classes) == (("age", "income"), (0, 1))
    assert facts.algorithm == "LogisticRegression behind StandardScaler"


def test_a_transformed_target_is_a_regression() -> None:
    model = TransformedTargetRegressor(make_pipeline(columns(), Ridge()), transformer=StandardScaler())
    facts = fitted(model, truth=VALUE)
    assert facts.task == "regression"
    assert facts.known_categories == {"city": CITIES}
    assert facts.algorithm == "Ridge behind OneHotEncoder, StandardScaler"


def test_detectors_and_clusterers_name_their_sides() -> None:
    detector = facts_of(make_pipeline(StandardScaler(), IsolationForest(n_estimators=10)).fit(NUMBERS))
    assert (detector.task, detector.classes, detector.label_texts) == ("outliers", (1, -1), ("typical", "unusual"))
    groups = facts_of(KMeans(3, n_init=1).fit(NUMBERS))
    assert (groups.task, groups.classes, groups.has_probabilities) == ("classification", (0, 1, 2), False)


ENCODERS: dict[str, tuple[Any, dict[str, tuple[Any, ...]]]] = {
    "one-hot": (columns(), {"city": CITIES}),
    "codes": (columns(("code", OneHotEncoder(), ["code"])), {"city": CITIES, "code": (1, 3, 7)}),
    "ordinal": (
        make_column_transformer((OrdinalEncoder(), ["code", "city"]), ("passthrough", ["age"])),
        {"code": (1, 3, 7), "city": CITIES},
    ),
    "target": (make_column_transformer((TargetEncoder(cv=2), ["city"])), {"city": CITIES}),
    "by position": (make_column_transformer((OneHotEncoder(), [2])), {"city": CITIES}),
    "by mask": (make_column_transformer((OneHotEncoder(), [False, False, True, False, False])), {"city": CITIES}),
    "behind an imputer": (
        make_column_transformer((make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["city", "code"])),
        {"city": CITIES, "code": (1, 3, 7)},
    ),
    "behind a column transformer": (
        make_pipeline(
            make_column_transformer(
                (SimpleImputer(), ["age"]),
                (SimpleImputer(strategy="most_frequent"), ["city"]),
            ),
            make_column_transformer((OneHotEncoder(), [1])),
        ),
        {"city": CITIES},
    ),
    "in a union": (
        make_column_transformer((FeatureUnion([("a", OneHotEncoder()), ("b", OrdinalEncoder())]), ["city"])),
        {"city": CITIES},
    ),
    "of a computed column": (
        Pipeline(
            [
                ("all", make_column_transformer((FunctionTransformer(lambda table: table // 10), ["age"]))),
                ("codes", OneHotEncoder()),
            ]
        ),
        {},
    ),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_the_categories_are_those_that_the_encoder_of_the_column_knows(name: str) -> None:
    steps, expected = ENCODERS[name]
    assert fitted(make_pipeline(steps, LogisticRegression())).known_categories == expected


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: CalibratedClassifierCV(model, cv=2),
        lambda model: VotingClassifier([("a", model)]),
        lambda model: StackingClassifier([("a", model)], cv=2),
    ],
)
def test_categories_are_found_inside_other_models(wrap: Any) -> None:
    assert fitted(wrap(make_pipeline(columns(), LogisticRegression()))).known_categories == {"city": CITIES}


def test_categories_of_boosted_trees_are_those_of_their_type() -> None:
    table = TABLE[["age", "city"]].astype({"city": "category"})
    facts = fitted(HistGradientBoostingClassifier(max_iter=2), table)
    assert facts.known_categories == {"city": CITIES}


def test_light_gbm_says_its_columns_and_their_categories() -> None:
    from lightgbm import LGBMClassifier, LGBMRegressor

    table = TABLE[["age", "city", "code"]].astype({"city": "category", "code": "category"})
    facts = fitted(LGBMClassifier(n_estimators=2, verbose=-1, min_child_samples=2), table)
    assert facts.feature_names == ("age", "city", "code")
    assert facts.known_categories == {"city": CITIES, "code": (1, 3, 7)}
    assert (facts.classes, facts.has_probabilities) == ((0, 1), True)
    nameless = fitted(LGBMRegressor(n_estimators=2, verbose=-1), NUMBERS.to_numpy(), VALUE)
    assert (nameless.task, nameless.feature_names, nameless.n_features) == ("regression", None, 2)


def test_cat_boost_says_its_columns_and_its_texts() -> None:
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(
        iterations=2, text_features=["note"], cat_features=["code"], verbose=False, allow_writing_files=False
    )
    facts = fitted(model, TABLE[["age", "note", "code"]])
    assert facts.feature_names == ("age", "note", "code")
    assert facts.text_columns == {"note"}
    assert facts.known_categories == {"code": ()}
    nameless = fitted(CatBoostClassifier(iterations=2, verbose=False, allow_writing_files=False), NUMBERS.to_numpy())
    assert nameless.feature_names is None


def test_the_texts_are_the_columns_of_the_vectorizers() -> None:
    steps = columns(("note", TfidfVectorizer(), "note"))
    facts = fitted(make_pipeline(steps, LogisticRegression()))
    assert facts.text_columns == {"note"}
    assert facts.known_categories == {"city": CITIES}
    assert not facts.reads_one_text


def test_a_pipeline_of_texts_alone_reads_one_text() -> None:
    facts = fitted(make_pipeline(CountVectorizer(), LogisticRegression()), TABLE["note"])
    assert facts.reads_one_text
    assert facts.text_columns == {"0"}


def test_the_facts_can_be_sent_as_json() -> None:
    import json

    estimator = make_pipeline(columns(("note", TfidfVectorizer(), "note")), LogisticRegression()).fit(TABLE, TWO)
    sent = json.loads(json.dumps(model_facts(estimator)))
    assert read_facts(sent) == facts_of(estimator)


TWO_VALUES = np.column_stack([VALUE, VALUE])
TWO_LABELS = np.column_stack([TWO, 1 - TWO])
REFUSED: dict[str, tuple[Any, str]] = {
    "not fitted": (LogisticRegression(), "not fitted. Call fit"),
    "pipeline that is not fitted": (make_pipeline(StandardScaler(), LogisticRegression()), "not fitted. Call fit"),
    "search that is not fitted": (GridSearchCV(LogisticRegression(), {}), "call fit|Call fit"),
    "transformer": (StandardScaler().fit(NUMBERS), "only transforms columns. Save the whole pipeline"),
    "clusterer without predict": (DBSCAN().fit(NUMBERS), "cannot predict new ones. Save a model with predict"),
    "several values": (LinearRegression().fit(NUMBERS, TWO_VALUES), "2 outputs.* one model for each"),
    "several values of trees": (RandomForestRegressor(2).fit(NUMBERS, TWO_VALUES), "2 outputs"),
    "several values of models": (MultiOutputRegressor(Ridge()).fit(NUMBERS, TWO_VALUES), "2 outputs"),
    "several labels of trees": (RandomForestClassifier(2).fit(NUMBERS, TWO_LABELS), "2 outputs"),
    "several labels of models": (MultiOutputClassifier(LogisticRegression()).fit(NUMBERS, TWO_LABELS), "2 outputs"),
    "one label": (RandomForestClassifier(2).fit(NUMBERS, np.zeros(ROWS, int)), "one label only, 0"),
    "no model": ({"a": 1}, "dict has no method predict"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_published_is_refused_with_the_step_and_the_way_out(name: str) -> None:
    estimator, words = REFUSED[name]
    with pytest.raises(CannotDraft, match=words) as caught:
        facts_of(estimator)
    assert str(caught.value).endswith(".")
    step = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    assert str(caught.value).startswith(type(step).__name__)
