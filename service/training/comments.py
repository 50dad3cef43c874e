"""The comment model: whether a short English text sounds positive or negative, from its words."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.fields.text import preparation
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import SEED, LabelledRows, Split, split_rows
from service.training.recipe import CARDS, DATA, Recipe

READING = "words_without_addresses"
"""How the model reads a comment; the card says the same. `@anonymous` and links are masks of the data, and say nothing."""

MIN_CLEAR_RATING = 0.5
"""Comments whose mean rating is nearer to 0 have no clear tone and are left out."""

MIN_SHARED_WORDS = 0.5
"""Comments whose words have this Jaccard index are variants of one comment: the data set has many such pairs."""


def split_comments() -> Split:
    """Split the comments with a clear tone. Variants of one comment stay in one part."""
    comments = pd.read_csv(DATA / "tweets.csv").drop_duplicates("text")
    comments = comments[comments["rating"].abs() >= MIN_CLEAR_RATING].reset_index(drop=True)
    is_positive = (comments["rating"] > 0).to_numpy(int)
    fields = pd.DataFrame({"comment": comments["text"].to_numpy(object)})
    return split_rows(fields, is_positive, comments[["id", "rating"]], groups=number_variants(fields["comment"]))


def number_variants(texts: "pd.Series[str]") -> NDArray[Any]:
    """Return a group number for each text. Texts that share half of their words, directly or in a chain, are one group."""
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import CountVectorizer

    has_word = CountVectorizer(binary=True).fit_transform(map(preparation("words"), texts))
    sizes = np.asarray(has_word.sum(axis=1)).ravel()
    shared = (has_word @ has_word.T).tocoo()
    is_variant = shared.data >= MIN_SHARED_WORDS * (sizes[shared.row] + sizes[shared.col] - shared.data)
    shared.data = is_variant.astype(np.int8)
    shared.eliminate_zeros()
    return np.asarray(connected_components(shared, directed=False)[1])


def fit_sentiment(train: LabelledRows) -> Any:
    """Fit a logistic regression on the TF-IDF weights of words and pairs of words."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    weights = TfidfVectorizer(token_pattern=r"[^ ]+", lowercase=False, ngram_range=(1, 2), min_df=2)
    pipeline = Pipeline(
        [
            ("words", ColumnTransformer([("comment", weights, "comment")])),
            ("model", LogisticRegression(C=10, class_weight="balanced", random_state=SEED)),
        ]
    )
    return pipeline.fit(clean_comments(train.fields), train.truth)


def clean_comments(fields: pd.DataFrame) -> pd.DataFrame:
    """Return the fields as the pipeline takes them."""
    return pd.DataFrame({"comment": np.array(list(map(preparation(READING), fields["comment"])), dtype=object)})


def find_showable(aside: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which comments may appear on a projector: a person has read them and has listed their ids."""
    chosen = _read_ids("comments-to-show.txt") + _read_ids("comments-of-a-feed.txt")
    return aside["id"].isin(chosen).to_numpy(bool)


def _read_ids(name: str) -> list[int]:
    return [int(number) for number in (CARDS / name).read_text(encoding="utf-8").split()]


def write_comments(file: Path) -> None:
    """Write comments that the model has not learned from, as JSON lines for the pipeline, in random order.

    They are held-out comments and comments without a clear tone. A person has read them and has listed their ids.
    """
    chosen = _read_ids("comments-of-a-feed.txt")
    table = pd.read_csv(DATA / "tweets.csv").set_index("id").loc[chosen].reset_index()
    table = table.rename(columns={"text": "comment"})[["id", "comment"]].sample(frac=1, random_state=SEED)
    table.to_json(file, orient="records", lines=True, force_ascii=False)


SENTIMENT = Recipe(
    name="comment-sentiment",
    split=split_comments,
    fit=fit_sentiment,
    to_onnx=to_float64_graph,
    find_showable=find_showable,
)
