"""Promises of texts of a drafted card: the language of the sample is named, and texts in another one are warned of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from service.bundles.model import Model
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.publish import publish
from service.schemas import Row
from service.training.recipe import DATA
from tests.support.users_models import UsersModel

TWEETS = pd.read_csv(DATA / "tweets.csv")[["text", "rating"]][:600].assign(
    rating=lambda table: table["rating"] > 0, size=lambda table: table["text"].str.len()
)
POLISH = "Paczka przyszła za późno, okropna obsługa klienta"
KINDS: dict[str, Callable[[], Any]] = {
    "one text": lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()),
    "pairs of words": lambda: make_pipeline(CountVectorizer(ngram_range=(1, 2), lowercase=False), LogisticRegression()),
    "words and characters": lambda: make_pipeline(
        make_union(TfidfVectorizer(stop_words="english"), TfidfVectorizer(analyzer="char_wb")), LogisticRegression()
    ),
    "beside a number": lambda: make_pipeline(
        make_column_transformer((TfidfVectorizer(), "text"), (StandardScaler(), ["size"])), LogisticRegression()
    ),
}


def published(kind: str, folder: Path, sample: pd.DataFrame = TWEETS) -> Model:
    inputs = ["text", "size"] if kind == "beside a number" else ["text"]
    given: Any = sample[inputs] if kind == "beside a number" else sample["text"]
    user = UsersModel(KINDS[kind]().fit(given, sample["rating"]), sample[[*inputs, "rating"]], "rating", inputs)
    drafted = user.draft("toy")
    return publish(folder, drafted.card, user.estimator, drafted.split, to_onnx=to_float64_graph)


def codes_of(model: Model, *texts: str) -> list[list[str]]:
    rows: list[Row] = [dict(model.card.examples[0].row) | {"text": text} for text in texts]
    return [
        [warning.code for warning in answer.warnings if warning.field == "text"]
        for answer in model.predict(rows).predictions
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_of_english_comments_warns_of_a_text_in_another_language(kind: str, tmp_path: Path) -> None:
    model = published(kind, tmp_path)
    (field,) = [field for field in model.card.inputs if field.type == "text"]
    assert field.language == "en"
    assert model.card.scoring.scorer == "onnx"
    english, polish = codes_of(model, TWEETS["text"][0], POLISH)
    assert english == []
    assert polish == ["few_known_words", "other_language"]
    share = np.mean([bool(codes) for codes in codes_of(model, *TWEETS["text"])])
    assert share <= 0.05


def test_the_texts_of_several_languages_have_no_language_and_no_warning(tmp_path: Path) -> None:
    mixed = TWEETS.assign(text=np.where(TWEETS.index % 2, POLISH, TWEETS["text"]))
    model = published("one text", tmp_path, mixed)
    assert model.card.inputs[0].language == ""
    assert codes_of(model, POLISH, "Lieferung viel zu spät, nie wieder") == [[], []]


def test_texts_that_are_hardly_words_have_no_language(tmp_path: Path) -> None:
    codes = TWEETS.assign(text=[f"A-{at:04} X{at % 7}" for at in TWEETS.index])
    assert published("one text", tmp_path, codes).card.inputs[0].language == ""
