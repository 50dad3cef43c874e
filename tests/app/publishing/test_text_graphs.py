"""Promises of the graphs of texts: they count terms as scikit-learn does, and give its numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.float64_graph import to_float64_graph
from tests.support.conversion_check import compare
from tests.support.fitted_pipelines import with_labels_only
from tests.support.text_pipelines import card_of_texts, models_of_one_text, models_of_texts_and_numbers, texts

ALONE, BESIDE = models_of_one_text(), models_of_texts_and_numbers()
TOLERANCE = {"tensor(double)": 1e-12, "tensor(float)": 3e-7}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("name", ALONE)
def test_a_graph_of_a_text_equals_scikit_learn(name: str, tmp_path: Path) -> None:
    fields, truth = texts()
    model = ALONE[name]().fit(fields["comment"], truth)
    comparison = compare(card_of_texts(beside=False), model, fields, tmp_path)
    assert comparison.difference <= TOLERANCE[comparison.scorer.output_type]
    assert comparison.is_same_in_every_batch


@pytest.mark.parametrize("name", BESIDE)
def test_a_graph_of_texts_beside_numbers_equals_scikit_learn(name: str, tmp_path: Path) -> None:
    fields, truth = texts()
    card = card_of_texts(beside=True)
    fields = fields[[field.name for field in card.inputs]]
    model = BESIDE[name]().fit(fields, truth)
    comparison = compare(with_labels_only(card, model), model, fields, tmp_path)
    assert comparison.difference <= TOLERANCE[comparison.scorer.output_type]
    assert comparison.is_same_in_every_batch


def test_texts_of_any_letters_have_the_answers_of_scikit_learn(tmp_path: Path) -> None:
    """Empty texts, unknown words, other scripts, marks and spaces of Unicode, and a word that occurs 5,000 times."""
    fields, truth = texts()
    strange = [
        "",
        " ",
        "?!",
        "unknown words",
        "good " * 900,
        "日本語 テキスト",
        "İstanbul ẞ ǅ",
        "ŁADNY\u00a0Ładny\u2028x",
        "a\x00b",
    ]
    shown = fields.iloc[: len(strange)].assign(comment=strange)
    for name, make in ALONE.items():
        if name.endswith("a line"):
            model = make().fit(fields["comment"], truth)
            assert compare(card_of_texts(beside=False), model, shown, tmp_path).difference <= 1e-12, name


def _split(text: str) -> list[str]:
    return text.split("-")


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([HashingVectorizer()], "HashingVectorizer keeps no words"),
        ([TfidfVectorizer(tokenizer=_split, token_pattern=None)], "a function of the user"),
        ([TfidfVectorizer(token_pattern=r"(?:\w+\s?)+x")], "may take too long"),  # noqa: S106
        ([TfidfVectorizer(token_pattern=r"\w+\b")], "may take too long"),  # noqa: S106
        ([TfidfVectorizer(use_idf=False), TfidfTransformer(sublinear_tf=True)], "use a TfidfVectorizer"),
    ],
)
@pytest.mark.filterwarnings("ignore:The parameter 'token_pattern'")
def test_a_step_over_texts_that_cannot_be_converted_is_named(steps: list[Any], words: str) -> None:
    fields, truth = texts()
    model = make_pipeline(*steps, LogisticRegression()).fit(["ax " + text for text in fields["comment"]], truth)
    with pytest.raises(UnknownStep, match=words):
        to_float64_graph(card_of_texts(beside=False), model, np.zeros(0))
