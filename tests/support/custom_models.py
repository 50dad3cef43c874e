"""Models that are not converted: classes and functions of their own, and what has no converter. Each with what is said of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import dummy, ensemble, linear_model, neighbors
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import KNNImputer
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler

from service.schemas import Card
from tests.support.fitted_pipelines import card_of, scaled, table, truths
from tests.support.frame_models import card_of_frame, typed_frame
from tests.support.text_pipelines import card_of_texts, texts

Fitted = tuple[Card, Any, pd.DataFrame]


class OwnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Answers the share of the second label, whatever it is asked."""

    def fit(self, X: Any, y: Any) -> "OwnClassifier":  # noqa: N803 - the interface of scikit-learn
        self.classes_, self.n_features_in_, self.share_ = np.unique(y), X.shape[1], float(np.mean(y))
        return self

    def predict_proba(self, X: Any) -> Any:  # noqa: N803 - the interface of scikit-learn
        return np.tile([1 - self.share_, self.share_], (len(X), 1))


class OwnStep(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Doubles every number."""

    def fit(self, X: Any, y: Any = None) -> "OwnStep":  # noqa: ARG002, N803 - the interface of scikit-learn
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803 - the interface of scikit-learn
        return np.asarray(X) * 2


def doubled(values: Any) -> Any:
    return values * 2


def custom_models() -> dict[str, tuple[Callable[[], Fitted], str]]:
    """Return name → (a function that fits the model, words of what is said of it)."""
    line = linear_model.LogisticRegression(max_iter=300)
    two_targets = MultiOutputClassifier(line)
    return {
        "a class of its own": (_behind(OwnClassifier()), "OwnClassifier has no converter"),
        "a step of its own": (_behind(OwnStep(), line), "OwnStep is not known"),
        "a function of its own": (_behind(FunctionTransformer(doubled), line), "the unknown function doubled"),
        "several outputs": (_behind(two_targets, targets=2), "MultiOutputClassifier has several outputs"),
        "several values": (_behind(linear_model.Ridge(), targets=2), "Ridge has several outputs"),
        "several values of a forest": (_behind(_forest(), targets=2), "RandomForestRegressor has several outputs"),
        "labels that are drawn": (_behind(dummy.DummyClassifier(strategy="stratified")), "with the strategy stratified"),
        "another metric": (_behind(neighbors.KNeighborsClassifier(metric="manhattan")), "with the metric manhattan"),
        "nearest centroids": (_behind(neighbors.NearestCentroid()), "NearestCentroid has no converter"),
        "factors of a matrix": (_behind(MinMaxScaler(), NMF(2), line), "NMF is not known"),
        "imputed by neighbours": (_behind(KNNImputer(), line), "KNNImputer is not known"),
        "hashed words": (_hashed, "HashingVectorizer keeps no words"),
        "CatBoost by category": (_catboost, "CatBoost with categorical features has no converter"),
    }


def _behind(*steps: Any, targets: int = 1) -> Callable[[], Fitted]:
    def fit() -> Fitted:
        fields = table()
        truth = truths(fields)["two"]
        y = truth if targets == 1 else np.column_stack([truth] * targets)
        return card_of("two"), make_pipeline(scaled(), *steps).fit(fields, y), fields

    return fit


def _forest() -> Any:
    return ensemble.RandomForestRegressor(3, random_state=0)


def _hashed() -> Fitted:
    fields, truth = texts()
    model = make_pipeline(HashingVectorizer(), linear_model.LogisticRegression()).fit(fields["comment"], truth)
    return card_of_texts(beside=False), model, fields


def _catboost() -> Fitted:
    from catboost import CatBoostRegressor

    frame, truth = typed_frame()
    frame = frame[["amount", "count", "grade"]]
    model = CatBoostRegressor(n_estimators=5, cat_features=["grade"], verbose=0, thread_count=1, allow_writing_files=False)
    return card_of_frame(frame, None), model.fit(frame, truth), frame
