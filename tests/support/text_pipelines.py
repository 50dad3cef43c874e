"""Models of texts, alone and beside numbers and categories, fitted on texts of Polish and English words."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn import ensemble, feature_selection, linear_model, naive_bayes, svm, tree
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from service.schemas import Card
from tests.support import synthetic_recipes

ROWS = 400
_GOOD = ["świetny", "good", "great", "żółty", "łatwo", "Ładny", "it's", "5", "ok", "naïve", "😀", "co-op", "the", "ab"]
_BAD = ["zły", "bad", "awful", "STRASZNY", "nie", "no", "isn't", "42", "źle", "café", "a", "😡", "and", "xyz"]
_MARKS = ["", "!", "...", ",", " - ", "  ", "\n", "?!", "\t"]
_ALONE = '[[inputs]]\nname = "comment"\ntype = "text"\nmax_length = 5000\nnullable = true\n'
_BESIDE = (
    _ALONE
    + '[[inputs]]\nname = "weight"\ntype = "number"\n[[inputs]]\nname = "title"\ntype = "text"\nmax_length = 500\n'
    + '[[inputs]]\nname = "place"\ntype = "category"\ncategories = [{ value = "north" }, { value = "south" }]\n'
)
Models = dict[str, Callable[[], Any]]


def texts() -> tuple[pd.DataFrame, Any]:
    """Return two columns of texts, a number and a category, and a label for each row."""
    random = np.random.default_rng(5)
    truth = random.integers(0, 2, ROWS)
    fields = pd.DataFrame(
        {
            "comment": [_text(random, label, int(random.integers(1, 40))) for label in truth],
            "weight": random.normal(size=ROWS) + truth,
            "title": [_text(random, label, 3) for label in truth],
            "place": pd.Series(np.array(["north", "south"])[random.integers(0, 2, ROWS)], dtype="str"),
        }
    )
    return fields, truth


def _text(random: np.random.Generator, label: int, words: int) -> str:
    chosen = [(_GOOD if random.random() < 0.3 + 0.4 * label else _BAD)[random.integers(0, 14)] for _ in range(words)]
    return " ".join(word + _MARKS[random.integers(0, len(_MARKS))] for word in chosen)


def card_of_texts(*, beside: bool) -> Card:
    output = synthetic_recipes.classification(["bad", "good"], "good")
    return synthetic_recipes.draft("texts", output, _BESIDE if beside else _ALONE)


LINE = linear_model.LogisticRegression(max_iter=300)


def models_of_one_text() -> Models:
    """Return name → a function that makes a pipeline of the column `comment` that is not fitted."""
    kinds: dict[str, Any] = {
        "words": TfidfVectorizer(),
        "stop words": TfidfVectorizer(stop_words="english"),
        "own stop words": TfidfVectorizer(stop_words=["nie", "no"], ngram_range=(1, 3)),
        "logarithms of counts": TfidfVectorizer(sublinear_tf=True),
        "another pattern": TfidfVectorizer(token_pattern=r"\S+", lowercase=False),  # noqa: S106
        "letters only": TfidfVectorizer(token_pattern=r"(?u)\b[^\W\d_]{3,}\b", strip_accents="unicode"),  # noqa: S106
        "plain letters": TfidfVectorizer(strip_accents="ascii", norm="l1"),
        "characters": TfidfVectorizer(analyzer="char", ngram_range=(1, 3)),
        "characters of words": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        "presence": CountVectorizer(binary=True, ngram_range=(2, 2)),
        "frequent words": TfidfVectorizer(max_features=10, min_df=2, use_idf=False, norm=None),
    }
    models: Models = {f"{name}, a line": _over(step, LINE) for name, step in kinds.items()}
    return models | {
        "words and characters, a line": lambda: make_pipeline(
            make_union(TfidfVectorizer(), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3))), clone(LINE)
        ),
        "counts, naive Bayes": _over(CountVectorizer(), naive_bayes.MultinomialNB()),
        "words, complement naive Bayes": _over(TfidfVectorizer(), naive_bayes.ComplementNB()),
        "words, Bernoulli naive Bayes": _over(CountVectorizer(), naive_bayes.BernoulliNB()),
        "words, a forest": _over(TfidfVectorizer(), ensemble.RandomForestClassifier(8, random_state=0)),
        "words, a tree": _over(TfidfVectorizer(sublinear_tf=True), tree.DecisionTreeClassifier(random_state=0)),
        "words, gradient boosting": _over(TfidfVectorizer(), ensemble.GradientBoostingClassifier(n_estimators=8)),
        "counts, weighted": lambda: make_pipeline(CountVectorizer(), TfidfTransformer(), clone(LINE)),
        "selected words": lambda: make_pipeline(
            TfidfVectorizer(), feature_selection.SelectKBest(feature_selection.chi2, k=8), clone(LINE)
        ),
        "topics": lambda: make_pipeline(TfidfVectorizer(), TruncatedSVD(5, random_state=0), StandardScaler(), clone(LINE)),
        "XGBoost of words": lambda: make_pipeline(TfidfVectorizer(), _xgboost()),
        "LightGBM of words": lambda: make_pipeline(CountVectorizer(dtype=np.float64), _lightgbm()),
    }


def models_of_texts_and_numbers() -> Models:
    """Return name → a function that makes a pipeline of all four columns that is not fitted."""
    return {
        "a line beside numbers": lambda: make_pipeline(_columns(), clone(LINE)),
        "a forest beside numbers": lambda: make_pipeline(_columns(), ensemble.RandomForestClassifier(8, random_state=0)),
        "support vectors beside numbers": lambda: make_pipeline(_columns(), svm.LinearSVC()),
        "XGBoost beside numbers": lambda: make_pipeline(_columns(), _xgboost()),
        "by position": lambda: make_pipeline(
            make_column_transformer((TfidfVectorizer(), 0), (StandardScaler(), [1]), sparse_threshold=0.0), clone(LINE)
        ),
    }


def _over(step: Any, model: Any) -> Callable[[], Any]:
    return lambda: make_pipeline(clone(step), clone(model))


def _columns() -> Any:
    both = make_union(TfidfVectorizer(), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)))
    encoder = OneHotEncoder(handle_unknown="ignore")
    return make_column_transformer(
        (both, "comment"), (StandardScaler(), ["weight"]), (CountVectorizer(), "title"), (encoder, ["place"])
    )


def _xgboost() -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=8, n_jobs=1)


def _lightgbm() -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=8, verbose=-1, n_jobs=1)
