"""The entries in the metadata of a graph: how its terms are counted, how wide it becomes, its table, its single rows."""

import re

import msgspec

from service.bundles.scorers.table_scorer import LinearTable
from service.bundles.texts.term_counts import TermCounts, TermSource
from service.errors import BrokenBundle

TERMS = "terms"
"""For each input that is a matrix of counts: what it counts."""
WIDTH = "width"
"""The numbers that a row takes at once."""
TABLE = "table"
"""A table that computes the same."""
SINGLE_ROW = "single_row"
"""`exact`: a row alone gets the same 64 bits as among others."""


def read_terms(metadata: dict[str, str]) -> dict[str, TermCounts]:
    """Return how to count the terms for each input of a graph that takes counts. Raises BrokenBundle."""
    try:
        sources = msgspec.json.decode(metadata.get(TERMS, "{}"), type=dict[str, TermSource])
        return {name: TermCounts(source) for name, source in sources.items()}
    except (msgspec.DecodeError, re.error) as error:
        raise BrokenBundle("model.onnx describes its counts of terms in another form") from error


def read_table(metadata: dict[str, str]) -> LinearTable | None:
    """Return the table of a graph, or None. Raises BrokenBundle."""
    if TABLE not in metadata:
        return None
    try:
        return msgspec.json.decode(metadata[TABLE], type=LinearTable)
    except msgspec.DecodeError as error:
        raise BrokenBundle("model.onnx describes its table in another form") from error


def read_width(metadata: dict[str, str]) -> int:
    """Return how many numbers a row takes at once, if the graph says so, else 0. Raises BrokenBundle."""
    width = metadata.get(WIDTH, "0")
    if not width.isdecimal():
        raise BrokenBundle("model.onnx describes its width in another form")
    return int(width)
