"""Vectorizers of texts: the graph takes the counts of their terms as an input, and computes what follows in float64."""

import re
from typing import Any

from service.bundles.texts.term_counts import TermSource
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.steps.scaling_steps import add_unit_rows

_ATOM = r"(?:\\[wWdDsS]|\[\^?(?:\\.|[^\]\\])+\]|[\w ])"
_WORD_PATTERN = re.compile(
    rf"(?:\(\?u\))?(?:\\b)?(?:{_ATOM}(?:\{{\d{{1,2}}(?:,\d{{1,2}})?\}}|\?)?)*{_ATOM}(?:[+*]|\{{\d{{1,2}},\d*\}})?(?:\\b)?"
)
"""Patterns whose time grows with the length of a text alone: letters and classes, of which only the last repeats at will."""
VECTORIZERS = ("CountVectorizer", "TfidfVectorizer")


def add_vectorizer(graph: Graph, step: Any, field: str) -> tuple[str, int]:
    """Add what a fitted vectorizer makes of the texts of a field, and return its number of columns. Raises UnknownStep."""
    kind = type(step).__name__
    if kind == "HashingVectorizer":
        raise UnknownStep("HashingVectorizer keeps no words, so its columns have no names: fit a TfidfVectorizer instead")
    if kind not in VECTORIZERS or not type(step).__module__.startswith("sklearn."):
        raise UnknownStep(f"{kind} reads a text and has no converter")
    terms = len(step.vocabulary_)
    counts = graph.add_terms(_source(step, field))
    if kind == "CountVectorizer":
        return counts, terms
    return _add_weights(graph, step._tfidf, counts, terms), terms


def add_tfidf(graph: Graph, step: Any, matrix: str) -> str:
    """Add a TfidfTransformer."""
    if step.sublinear_tf:
        raise UnknownStep("TfidfTransformer takes logarithms (sublinear_tf): use a TfidfVectorizer")
    return _add_weights(graph, step, matrix, step.n_features_in_)


def _add_weights(graph: Graph, step: Any, matrix: str, terms: int) -> str:
    if step.use_idf:
        matrix = graph.add("Mul", [matrix, graph.constant(step.idf_[None])])
    return add_unit_rows(graph, matrix, step.norm, terms) if step.norm else matrix


def _source(step: Any, field: str) -> TermSource:
    for name in ("tokenizer", "preprocessor"):
        if getattr(step, name) is not None:
            raise UnknownStep(f"{type(step).__name__} has a function of the user ({name})")
    if callable(step.analyzer) or callable(step.strip_accents):
        raise UnknownStep(f"{type(step).__name__} has a function of the user")
    pattern = step.token_pattern if step.analyzer == "word" else ""
    if step.analyzer == "word" and not is_safe_pattern(pattern):
        raise UnknownStep(f"{type(step).__name__} has a token_pattern that may take too long")
    is_logarithm = getattr(step, "sublinear_tf", False)
    if step.binary and is_logarithm:
        is_logarithm = False  # 1 + log(1) is 1
    return TermSource(
        field=field,
        analyzer=step.analyzer,
        vocabulary=sorted(step.vocabulary_, key=step.vocabulary_.__getitem__),
        min_n=int(step.ngram_range[0]),
        max_n=int(step.ngram_range[1]),
        pattern=pattern,
        lowercase=bool(step.lowercase),
        accents=step.strip_accents or "kept",
        stop_words=frozenset(step.get_stop_words() or ()) if step.analyzer == "word" else frozenset(),
        scale="presence" if step.binary else "logarithm" if is_logarithm else "counts",
    )


def is_safe_pattern(pattern: str) -> bool:
    """Return whether a pattern finds words in a time that grows with the length of the text alone."""
    if _WORD_PATTERN.fullmatch(pattern) is None:
        return False
    return not pattern.endswith(r"\b") or pattern.removeprefix("(?u)").startswith(r"\b")
