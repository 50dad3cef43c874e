"""Prepares the texts of rows for a model, and warns of those of which it knows few words."""

from collections.abc import Iterable
from dataclasses import replace

from service.bundles.texts.language import find_language
from service.bundles.texts.vocabulary import Vocabulary, find_words
from service.fields.text import TOKENIZERS, Tokenize, tokens_without_addresses
from service.rows.columns import Columns
from service.schemas import Card, FieldWarning, KnownWords

_NOTHING: frozenset[str] = frozenset()
_Warnings = dict[str, list[FieldWarning]]
"""Text → its warnings. Texts without a warning are absent."""


class TextReader:
    """The texts of one card. Texts whose language the card does not name get no warnings."""

    def __init__(self, card: Card, vocabulary: Vocabulary) -> None:
        self._is_prepared = card.scoring.text in TOKENIZERS
        self._tokenize = TOKENIZERS.get(card.scoring.text, tokens_without_addresses)
        self._languages = {field.name: field.language for field in card.inputs}
        self._min_shares = {field.name: field.min_known_share for field in card.inputs if field.name in vocabulary}
        self._vocabulary = vocabulary

    def read(self, columns: Columns) -> Columns:
        """Return the columns with prepared texts, and with the warnings of these texts after those they have.

        A text that the model takes as it is has no prepared form.
        """
        if not columns.texts or not (self._is_prepared or self._vocabulary):
            return columns
        prepared: dict[str, list[str]] = {}
        warnings = columns.warnings
        for name, texts in columns.texts.items():
            if not self._is_prepared and name not in self._vocabulary:
                continue
            prepared[name], warnings_of = self._read(self._tokenize, name, texts)
            if warnings_of:
                new = {index: warnings_of[text] for index, text in enumerate(texts) if text in warnings_of}
                warnings = warnings | {index: [*warnings.get(index, []), *added] for index, added in new.items()}
        return replace(columns, warnings=warnings, prepared=prepared if self._is_prepared else {})

    def count_known_words(self, columns: Columns, index: int) -> KnownWords | None:
        """Return how many words of the texts of a row the model knows; None if the card names the language of no text."""
        if not self._vocabulary:
            return None
        counts = [_count(self._tokenize(columns.texts[name][index]), known) for name, known in self._vocabulary.items()]
        return KnownWords(known=sum(each.known for each in counts), words=sum(each.words for each in counts))

    def _read(self, tokenize: Tokenize, name: str, texts: list[str]) -> tuple[list[str], _Warnings]:
        """Return the tokens of each text with one space between them, and the warnings. Equal texts are read once."""
        is_known, min_share = self._vocabulary.get(name, _NOTHING).__contains__, self._min_shares.get(name, 0.0)
        prepared: dict[str, str] = {}
        warnings: _Warnings = {}
        for text in dict.fromkeys(texts):
            tokens = tokenize(text)
            prepared[text] = " ".join(tokens)
            # Time-critical: not all tokens are words, so a text that passes here has enough known words.
            if min_share and sum(map(is_known, tokens)) < min_share * len(tokens):
                counted = _count(tokens, self._vocabulary[name])
                if not counted.words or counted.known < min_share * counted.words:
                    warnings[text] = self._warnings(name, tokens, counted)
        is_distinct = len(prepared) == len(texts)
        return list(prepared.values()) if is_distinct else list(map(prepared.__getitem__, texts)), warnings

    def _warnings(self, name: str, tokens: list[str], counted: KnownWords) -> list[FieldWarning]:
        """Return the warnings of a text of which the model knows few words."""
        warnings = [FieldWarning(field=name, code="few_known_words", known_words=counted)]
        language = find_language(" ".join(find_words(tokens)))
        if language and language != self._languages[name]:
            warnings.append(FieldWarning(field=name, code="other_language", language=language))
        return warnings


def known_share(tokens: Iterable[str], known: frozenset[str]) -> float:
    """Return the share of known words among the words of a text; 0 if it has no words."""
    counted = _count(tokens, known)
    return counted.known / counted.words if counted.words else 0.0


def _count(tokens: Iterable[str], known: frozenset[str]) -> KnownWords:
    words = find_words(tokens)
    return KnownWords(known=sum(map(known.__contains__, words)), words=len(words))
