"""Promises of the comment model: it says how much of a text it knows, and answers nothing for nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.texts.text_reader import known_share
from service.fields.text import tokens_without_addresses
from service.jobs.batch_scoring import score_batch
from tests.support.repository import ROOT
from tests.support.row_files import ask, read, text_of
from tests.support.sklearn_pipelines import pipeline_of, split_of

NAME = "comment-sentiment"
POLISH = "Paczka przyszła za późno, okropna obsługa"


def asked(service: TestClient, *texts: str) -> Any:
    return service.post(f"/v1/models/{NAME}/predictions", json={"rows": [{"comment": text} for text in texts]})


def codes(prediction: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in prediction["warnings"]]


def test_a_polish_complaint_is_answered_with_a_warning_of_its_language(service: TestClient) -> None:
    (prediction,) = asked(service, POLISH).json()["predictions"]
    assert prediction["warnings"] == [
        {"field": "comment", "code": "few_known_words", "known_words": {"known": 0, "words": 6}},
        {"field": "comment", "code": "other_language", "language": "pl"},
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_field"),
        (" \n\t", "missing_field"),
        ("@anonymous", "no_words"),
        ("@anonymous http://url_removed", "no_words"),
    ],
)
def test_a_text_with_nothing_to_read_gets_no_answer(text: str, code: str, service: TestClient) -> None:
    answer = asked(service, "fine", text)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/rows/1/comment", code)]
    why = service.post(f"/v1/models/{NAME}/explanations", json={"rows": [{"comment": text}]})
    assert why.status_code == 422
    table = read(ask(service, NAME, text_of(["id", "comment"], [[1, "I love it"], [2, text]]), "csv"))
    assert [row["error_codes"] for row in table] == ["", f"comment: {code}"]
    assert [bool(row["label"]) for row in table] == [True, False]


@pytest.mark.parametrize("text", ["a", "I", "?!"])
def test_a_text_without_words_is_answered_with_a_warning(text: str, service: TestClient) -> None:
    (prediction,) = asked(service, text).json()["predictions"]
    assert codes(prediction) == ["few_known_words"]


@pytest.mark.parametrize("address", ["@anonymous", "@Somebody_else", "http://url_removed", "me@example.com", "[link]"])
def test_an_address_changes_no_answer_and_counts_neither_for_nor_against(address: str, service: TestClient) -> None:
    texts = ["thank you so much", f"{address} thank you so much", f"thank you {address} so much {address}"]
    plain, *others = asked(service, *texts).json()["predictions"]
    assert others == [plain, plain]
    body = {"rows": [{"comment": texts[1]}]}
    (why,) = service.post(f"/v1/models/{NAME}/explanations", json=body).json()["explanations"]
    assert why["contributions"][0]["value"] == address
    assert why["contributions"][0]["contribution"] == pytest.approx(0, abs=1e-12)


def test_an_explanation_says_how_many_words_the_model_knows(service: TestClient) -> None:
    body = {"rows": [{"comment": "The parcel was LATE again, qwertyuiop!"}]}
    (why,) = service.post(f"/v1/models/{NAME}/explanations", json=body).json()["explanations"]
    assert why["known_words"]["words"] == 6
    vocabulary = pipeline_of(NAME)["words"].named_transformers_["comment"].vocabulary_
    assert why["known_words"]["known"] == sum(
        word in vocabulary for word in ["the", "parcel", "was", "late", "again", "qwertyuiop"]
    )
    assert why["usualness"] is None


def test_a_model_without_texts_says_nothing_of_words(service: TestClient, cards: dict[str, Any]) -> None:
    body = {"rows": cards["diamond-price"]["real_rows"][:1]}
    (why,) = service.post("/v1/models/diamond-price/explanations", json=body).json()["explanations"]
    assert why["known_words"] is None


def test_the_limit_is_the_share_that_ninety_five_of_a_hundred_held_out_comments_reach(models: dict[str, Model]) -> None:
    (field,) = models[NAME].card.inputs
    vocabulary = pipeline_of(NAME)["words"].named_transformers_["comment"].vocabulary_
    words = frozenset(term for term in vocabulary if len(term) > 1 and term[0].isalpha() and " " not in term)
    shares = [known_share(tokens_without_addresses(text), words) for text in split_of(NAME).test.fields["comment"]]
    assert np.mean(np.array(shares) < field.min_known_share) <= 0.05
    assert np.mean(np.array(shares) < field.min_known_share + 0.01) > 0.05
    assert field.language == "en"


def test_no_english_comment_is_taken_for_another_language(service: TestClient) -> None:
    texts = pd.read_csv(ROOT / "data" / "tweets.csv").drop_duplicates("text")["text"].tolist()
    predictions = asked(service, *texts).json()["predictions"]
    others = [text for text, each in zip(texts, predictions, strict=True) if "other_language" in codes(each)]
    read_by_a_person = [
        "kisa zamanda",
        "kendisine sormali",
        "das een eind",
        "Jeg ser ikke",
        "al perro ruco",
        "cierra la puerta",
    ]
    assert len(others) == 6
    assert all(any(part in text for part in read_by_a_person) for text in others), others


def test_a_nightly_job_stores_the_warnings_and_refuses_what_has_no_words(bundles: Path, models: dict[str, Model]) -> None:
    import json

    import pyarrow as pa

    batch = pa.RecordBatch.from_pydict({"id": ["1", "2", "3"], "comment": [POLISH, "@anonymous", "I love it"]})
    version = models[NAME].card.version
    scored, refused = score_batch(bundles / NAME, batch, key="id", version=version, latest_day="2026-11-29")
    predictions = [json.loads(text) for text in scored["prediction"].to_pylist()]
    assert [codes(each) for each in predictions] == [["few_known_words", "other_language"], []]
    assert refused.select(["key", "code"]).to_pylist() == [{"key": "2", "code": "no_words"}]
