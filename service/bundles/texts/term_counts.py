"""Counts the terms of texts as a vectorizer of scikit-learn does: words or groups of characters, and runs of them.

Source of the rules: `sklearn.feature_extraction.text`. Regular expressions, letters and accents are Python's, not ONNX's.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

_SPACES = re.compile(r"\s\s+")


class TermSource(msgspec.Struct, frozen=True):
    """Which terms are counted in the texts of a field. A graph says it in its metadata for each of its inputs."""

    field: str
    analyzer: Literal["word", "char", "char_wb"]
    vocabulary: list[str]
    """The terms, in the order of the columns."""
    min_n: int
    max_n: int
    """The lengths of runs of words or characters."""
    pattern: str = ""
    """The regular expression of a word."""
    lowercase: bool = True
    accents: Literal["kept", "unicode", "ascii"] = "kept"
    stop_words: frozenset[str] = frozenset()
    scale: Literal["counts", "presence", "logarithm"] = "counts"
    """`presence`: 1 for each term that occurs. `logarithm`: 1 + log(count)."""


class TermCounts:
    """Makes a matrix (rows, terms) of texts."""

    def __init__(self, source: TermSource) -> None:
        self.field = source.field
        self.terms = len(source.vocabulary)
        self.source = source
        self._columns = {term: at for at, term in enumerate(source.vocabulary)}
        self._words = re.compile(source.pattern).findall if source.pattern else str.split
        self._runs: Callable[[str], Iterator[str]] = {
            "word": self._word_runs,
            "char": self._character_runs,
            "char_wb": self._runs_inside_words,
        }[source.analyzer]

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        matrix = np.zeros((len(texts), self.terms))
        known = self._columns.get
        for row, text in enumerate(texts):
            counts = Counter(map(known, self._runs(self._prepared(text))))
            counts.pop(None, None)  # terms that the fit did not see
            columns = [column for column in counts if column is not None]
            matrix[row, columns] = list(counts.values())
        if self.source.scale == "presence":
            np.minimum(matrix, 1.0, out=matrix)
        elif self.source.scale == "logarithm":
            occurs = matrix > 0
            matrix[occurs] = np.log(matrix[occurs]) + 1.0
        return matrix

    def _prepared(self, text: str) -> str:
        if self.source.lowercase:
            text = text.lower()
        if self.source.accents == "kept" or text.isascii():
            return text
        decomposed = unicodedata.normalize("NFKD", text)
        if self.source.accents == "ascii":
            return decomposed.encode("ascii", "ignore").decode("ascii")
        return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

    def _word_runs(self, text: str) -> Iterator[str]:
        stop = self.source.stop_words
        words = self._words(text)
        if stop:
            words = [word for word in words if word not in stop]
        for size in range(self.source.min_n, min(self.source.max_n, len(words)) + 1):
            if size == 1:
                yield from words
            else:
                yield from (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))

    def _character_runs(self, text: str) -> Iterator[str]:
        text = _SPACES.sub(" ", text)
        for size in range(self.source.min_n, min(self.source.max_n, len(text)) + 1):
            yield from (text[at : at + size] for at in range(len(text) - size + 1))

    def _runs_inside_words(self, text: str) -> Iterator[str]:
        """Yield the runs of characters of each word with a space on both sides; a short word is one run."""
        for word in text.split():
            padded = f" {word} "
            for size in range(self.source.min_n, self.source.max_n + 1):
                yield from (padded[at : at + size] for at in range(max(len(padded) - size, 0) + 1))
                if len(padded) <= size:
                    break
