"""The comment model: positive or negative, from the words of a short English text."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.bundles.scorers.text_preprocessing import words
from service.publishing.data_split import SEED, LabelledRows, Split, split_rows
from service.publishing.onnx_conversion import text_to_onnx
from service.training.recipe import CARDS, DATA, Recipe

CLEAR = 0.5
"""Mean ratings nearer to 0 than this have no clear tone and are left out."""

SAME = 0.5
"""Comments that share this part of their words (Jaccard) are variants of one: the set holds many such pairs."""


def split() -> Split:
    """Return the comments with a clear tone; variants of one comment stay on one side of the split."""
    comments = pd.read_csv(DATA / "tweets.csv").drop_duplicates("text")
    comments = comments[comments["rating"].abs() >= CLEAR].reset_index(drop=True)
    truth = (comments["rating"] > 0).to_numpy(int)
    fields = pd.DataFrame({"comment": comments["text"].to_numpy(object)})
    return split_rows(fields, truth, comments[["id", "rating"]], groups=variants(fields["comment"]))


def variants(texts: "pd.Series[str]") -> NDArray[Any]:
    """Return a group number for each text; texts that share half of their words, directly or in a chain, are one group."""
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import CountVectorizer

    given = CountVectorizer(binary=True).fit_transform([words(text) for text in texts])
    sizes = np.asarray(given.sum(axis=1)).ravel()
    shared = (given @ given.T).tocoo()
    alike = shared.data >= SAME * (sizes[shared.row] + sizes[shared.col] - shared.data)
    shared.data = alike.astype(np.int8)
    shared.eliminate_zeros()
    return np.asarray(connected_components(shared, directed=False)[1])


def fit(train: LabelledRows) -> Any:
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
    return pipeline.fit(cleaned(train.fields), train.truth)


def cleaned(fields: pd.DataFrame) -> pd.DataFrame:
    """Return the fields as the pipeline takes them."""
    return pd.DataFrame({"comment": np.array([words(text) for text in fields["comment"]], dtype=object)})


def showable(aside: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which comments anyone may read on a projector: the ones that were read and chosen, by id."""
    chosen = (CARDS / "comments-to-show.txt").read_text(encoding="utf-8").split()
    return aside["id"].isin([int(number) for number in chosen]).to_numpy(bool)


def write_feed(file: Path) -> None:
    """Write comments that the model has not learned from, as JSON lines that a pipeline takes, in an order of chance.

    They are held-out ones and ones without a clear tone; those chosen by id were read, so anyone may see them.
    """
    chosen = [int(number) for number in (CARDS / "comments-of-a-feed.txt").read_text(encoding="utf-8").split()]
    table = pd.read_csv(DATA / "tweets.csv").set_index("id").loc[chosen].reset_index()
    table = table.rename(columns={"text": "comment"})[["id", "comment"]].sample(frac=1, random_state=SEED)
    table.to_json(file, orient="records", lines=True, force_ascii=False)


sentiment = Recipe(name="comment-sentiment", split=split, fit=fit, to_onnx=text_to_onnx, showable=showable)
