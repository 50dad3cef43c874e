"""Which column of a file holds a field, if the service did not find it: the choices and a suggestion."""

from difflib import SequenceMatcher
from functools import lru_cache

from client import Card, Refused
from demo.text.wording import field_label
from wire.column_names import fold

_CODES = {"missing_column", "ambiguous_column"}
_MIN_SIMILARITY, _CONTAINED = 0.6, 0.9
_MIN_LETTERS = 3

Header = tuple[tuple[str, ...], tuple[str, ...]]
"""The fields without a column, and the columns without a field: files with the same header have the same."""


def header_of(error: Refused) -> Header | None:
    """Return the fields to choose a column for, and the columns to choose from; None if a choice does not help."""
    fields = tuple(each["column"] for each in error.errors if each["code"] in _CODES)
    columns = tuple(error.file["columns"])
    return (fields, columns) if fields and len(columns) >= len(fields) and len(fields) == len(error.errors) else None


def suggest_columns(card: Card, header: Header) -> dict[str, str]:
    """Return field → the column with the most similar name, for the fields that have one. No column comes twice."""
    labels = {field["name"]: field_label(field) for field in card["inputs"]}
    return _suggest(tuple((field, _words(field), _words(labels.get(field, field))) for field in header[0]), header[1])


@lru_cache(maxsize=64)
def _suggest(fields: tuple[tuple[str, str, str], ...], columns: tuple[str, ...]) -> dict[str, str]:
    scores = [
        (max(_similarity(name, _words(column)), _similarity(label, _words(column))), field, column)
        for field, name, label in fields
        for column in columns
    ]
    column_of: dict[str, str] = {}
    for score, field, column in sorted(scores, key=lambda each: -each[0]):
        if score >= _MIN_SIMILARITY and field not in column_of and column not in column_of.values():
            column_of[field] = column
    return column_of


def _words(name: str) -> str:
    """Return the words of a name in the order of the alphabet: "limit of credit" is similar to "credit_limit"."""
    return " ".join(sorted(fold(name).split()))


def _similarity(one: str, other: str) -> float:
    """Return how similar two names are, from 0 to 1."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= _MIN_LETTERS and shorter in longer:
        return _CONTAINED
    matcher = SequenceMatcher(None, one, other)
    return matcher.ratio() if matcher.quick_ratio() >= _MIN_SIMILARITY else 0.0
