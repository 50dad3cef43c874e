"""The words that a fitted pipeline knows, and the share of known words below which a text gets a warning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from service.bundles.texts.text_reader import known_share
from service.bundles.texts.vocabulary import find_words, write_vocabulary
from service.fields.text import TOKENIZERS, tokens_without_addresses
from service.publishing.data_split import LabelledRows
from service.schemas import Card, Input

_Column = tuple[str, int]
"""The name and the position of a field in the table that the pipeline takes."""
_QUANTILE = 0.05
"""So many of the held-out texts have a smaller share of known words than the limit, at most."""


def add_vocabulary(folder: Path, card: Card, pipeline: Any, test: LabelledRows) -> Card:
    """Write the vocabulary of each text with a language into `folder`; return the card with the limits for these texts.

    A pipeline without a vectorizer of words for a text has no vocabulary for it.
    """
    vocabulary: dict[str, frozenset[str]] = {}
    inputs: list[Input] = []
    tokenize = TOKENIZERS.get(card.scoring.text, tokens_without_addresses)
    for at, field in enumerate(card.inputs):
        known = frozenset(find_words(_find_terms(pipeline, (field.name, at)))) if field.language else frozenset()
        if known:
            vocabulary[field.name] = known
            shares = [known_share(tokenize(text), known) for text in test.fields[field.name].dropna()] or [0.0]
            limit = np.floor(np.quantile(shares, _QUANTILE) * 100) / 100
            field = msgspec.structs.replace(field, min_known_share=float(limit))  # noqa: PLW2901
        inputs.append(field)
    write_vocabulary(folder, vocabulary)
    return msgspec.structs.replace(card, inputs=tuple(inputs))


def _find_terms(pipeline: Any, column: _Column) -> set[str]:
    """Return the terms of one token of the vectorizers that read a field, stop words included, in small letters."""
    terms: set[str] = set()
    for vectorizer in _vectorizers(pipeline, column):
        terms |= {term for term in vectorizer.vocabulary_ if " " not in term} | set(vectorizer.get_stop_words() or ())
    return set(map(str.lower, terms))


def _vectorizers(estimator: Any, column: _Column) -> Iterator[Any]:
    """Yield the fitted vectorizers of words of a pipeline that read the column of a field."""
    if hasattr(estimator, "vocabulary_") and getattr(estimator, "analyzer", "") == "word":
        yield estimator
    for _, step in (*getattr(estimator, "steps", []), *getattr(estimator, "transformer_list", [])):
        yield from _vectorizers(step, column)
    for _, transformer, columns in getattr(estimator, "transformers_", []):
        chosen = columns[0] if isinstance(columns, list) and len(columns) == 1 else columns
        if isinstance(chosen, str | int) and chosen in column:
            yield from _vectorizers(transformer, column)
