"""The words that a fitted pipeline knows, and the share of known words below which a text gets a warning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from service.bundles.texts.text_reader import known_share
from service.bundles.texts.vocabulary import find_words, write_vocabulary
from service.fields.text import TOKENIZERS
from service.publishing.data_split import LabelledRows
from service.schemas import Card, Input

_QUANTILE = 0.05
"""So many of the held-out texts have a smaller share of known words than the limit, at most."""


def add_vocabulary(folder: Path, card: Card, pipeline: Any, test: LabelledRows) -> Card:
    """Write the vocabulary of each text with a language into `folder`; return the card with the limits for these texts.

    A pipeline without a vectorizer of words for a text has no vocabulary for it.
    """
    vocabulary: dict[str, frozenset[str]] = {}
    inputs: list[Input] = []
    tokenize = TOKENIZERS.get(card.scoring.text)
    for field in card.inputs:
        known = frozenset(find_words(_find_terms(pipeline, field.name))) if tokenize and field.language else frozenset()
        if tokenize and known:
            vocabulary[field.name] = known
            shares = [known_share(tokenize(text), known) for text in test.fields[field.name]]
            limit = np.floor(np.quantile(shares, _QUANTILE) * 100) / 100
            field = msgspec.structs.replace(field, min_known_share=float(limit))  # noqa: PLW2901
        inputs.append(field)
    write_vocabulary(folder, vocabulary)
    return msgspec.structs.replace(card, inputs=tuple(inputs))


def _find_terms(pipeline: Any, name: str) -> set[str]:
    """Return the terms of one token of the vectorizers that read a field, stop words included."""
    terms: set[str] = set()
    for vectorizer in _vectorizers(pipeline, name):
        terms |= {term for term in vectorizer.vocabulary_ if " " not in term} | set(vectorizer.get_stop_words() or ())
    return terms


def _vectorizers(estimator: Any, name: str) -> Iterator[Any]:
    """Yield the fitted vectorizers of a pipeline that read the column of a field."""
    if hasattr(estimator, "vocabulary_") and hasattr(estimator, "get_stop_words"):
        yield estimator
    for _, step in getattr(estimator, "steps", []):
        yield from _vectorizers(step, name)
    for _, transformer, columns in getattr(estimator, "transformers_", []):
        if columns in (name, [name]):
            yield from _vectorizers(transformer, name)
