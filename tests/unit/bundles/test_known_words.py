"""Promises of texts that a model can hardly read: warned of, counted right, and never for a language that it is not sure of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.bundles.texts.language import find_language
from service.bundles.texts.text_reader import TextReader
from service.bundles.texts.vocabulary import FILE, find_words, read_vocabulary, write_vocabulary
from service.errors import BrokenBundle
from service.fields.text import TOKENIZERS, tokens_without_addresses
from service.rows.columns import Columns
from service.schemas import Card, FieldWarning, Input, KnownWords, Regression, Scoring

KNOWN = ["the", "parcel", "was", "late", "and", "nobody", "answered", "great", "thank", "you"]


def card(language: str = "en", share: float = 0.5) -> Card:
    scoring = Scoring(scorer="onnx", gate_rows=0, gate_difference=0, text="words_without_addresses")
    field = Input(name="comment", type="text", language=language, min_known_share=share)
    return Card(name="texts", title="t", question="?", inputs=(field,), output=Regression(), scoring=scoring)


def reader(share: float = 0.5) -> TextReader:
    return TextReader(card(share=share), {"comment": frozenset(KNOWN)})


def columns_of(*texts: str) -> Columns:
    return Columns(np.zeros((len(texts), 0)), {"comment": [*texts]})


def warnings_of(*texts: str) -> dict[int, list[str]]:
    found = reader().read(columns_of(*texts)).warnings
    return {index: [warning.code for warning in warnings] for index, warnings in found.items()}


def test_a_text_of_known_words_has_no_warning_and_reaches_the_model_prepared() -> None:
    read = reader().read(columns_of("The parcel was LATE, @anonymous!"))
    assert read.warnings == {}
    assert read.prepared == {"comment": ["the parcel was late , !"]}
    assert read.texts == {"comment": ["The parcel was LATE, @anonymous!"]}, "the row stays as it was sent"


def test_a_complaint_in_another_language_is_named_with_its_language() -> None:
    text = "Paczka przyszła za późno, okropna obsługa"
    (warnings,) = reader().read(columns_of(text)).warnings.values()
    assert warnings == [
        FieldWarning(field="comment", code="few_known_words", known_words=KnownWords(known=0, words=6)),
        FieldWarning(field="comment", code="other_language", language="pl"),
    ]


@pytest.mark.parametrize("text", ["a", "I", "!!!", ":)", "12 345", "…"])
def test_a_text_without_words_is_warned_of(text: str) -> None:
    assert warnings_of(text) == {0: ["few_known_words"]}


def test_warnings_follow_those_of_numbers_and_stay_with_their_rows() -> None:
    before = {0: [FieldWarning(field="size", code="outside_training_range")]}
    texts = ["xx yy zz", "thank you", "xx yy zz"]
    read = reader().read(Columns(np.zeros((3, 0)), {"comment": texts}, warnings=before))
    assert [warning.code for warning in read.warnings[0]] == ["outside_training_range", "few_known_words"]
    assert [warning.code for warning in read.warnings[2]] == ["few_known_words"]
    assert read.warnings.keys() == {0, 2}
    assert len(before[0]) == 1, "the columns of the caller do not change"


@given(some.lists(some.sampled_from([*KNOWN, "xx", "yy", "a", "!!", ":)", "7"]), max_size=12), some.integers(1, 100))
def test_a_text_is_warned_of_exactly_if_too_few_of_its_words_are_known(words: list[str], percent: int) -> None:
    counted = [word for word in words if word.isalpha() and len(word) > 1]
    known = [word for word in counted if word in KNOWN]
    is_poor = bool(words) and (not counted or len(known) < percent / 100 * len(counted))  # an empty text is a null
    read = reader(percent / 100).read(columns_of(" ".join(words)))
    assert bool(read.warnings) == is_poor
    assert reader().count_known_words(columns_of(" ".join(words)), 0) == KnownWords(known=len(known), words=len(counted))


def test_equal_texts_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def count(text: str) -> list[str]:
        seen.append(text)
        return tokens_without_addresses(text)

    monkeypatch.setitem(TOKENIZERS, "words_without_addresses", count)
    reader().read(columns_of(*["xx yy", "thank you"] * 500))
    assert seen == ["xx yy", "thank you"]


def test_without_a_language_in_the_card_texts_have_no_warnings() -> None:
    plain = TextReader(card(language=""), {})
    assert plain.read(columns_of("xx yy zz")).warnings == {}
    assert plain.count_known_words(columns_of("xx"), 0) is None


# The file of the bundle


def test_a_vocabulary_is_written_and_read_back(tmp_path: Path) -> None:
    write_vocabulary(tmp_path, {"comment": {"late", "!", "a", "zażółć"}})
    assert read_vocabulary(tmp_path, card()) == {"comment": frozenset({"late", "zażółć"})}
    assert read_vocabulary(tmp_path / "none", card()) == {}


@pytest.mark.parametrize("content", [b"", b"[]", b'{"comment": [1]}', b'{"other": ["x"]}', b"\xff", b"[" * 5000])
def test_a_wrong_vocabulary_breaks_the_bundle(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(BrokenBundle):
        read_vocabulary(tmp_path, card())


# The language


SENTENCES = {
    "pl": ["Paczka przyszła za późno, okropna obsługa", "Bardzo dobra obsługa, polecam wszystkim"],
    "de": ["Das Paket kam zu spät und niemand antwortet", "Sehr guter Service, gerne wieder"],
    "fr": ["Le colis est arrivé en retard, service horrible", "Très bon service, je recommande"],
    "es": ["El paquete llegó tarde y nadie responde", "Muy buen servicio, lo recomiendo"],
    "uk": ["Посилка прийшла пізно, жахливе обслуговування", "Дуже гарний сервіс, рекомендую всім"],
    "zh": ["这个服务很差", "包裹来得太晚了，没有人回答"],
    "en": ["The parcel was late again and nobody answered", "Very good service, I recommend it"],
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_language_of_a_sentence_is_recognised(language: str) -> None:
    words: Any = [" ".join(find_words(tokens_without_addresses(sentence))) for sentence in SENTENCES[language]]
    assert [find_language(sentence) for sentence in words] == [language, language]


@pytest.mark.parametrize("text", ["", "ok", "super", "lol haha", "!!! :)", "gr8"])
def test_a_short_text_has_no_language(text: str) -> None:
    assert find_language(text) == ""
