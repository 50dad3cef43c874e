"""The rules by which a CSV's header is read: which sign separates the names, and where the header ends."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")
MAX_HEADER_LINES = 20
ONE_COLUMN = "\x1f"
"""The separator of a CSV with one column: a sign that no text holds."""


@dataclass(frozen=True)
class Header:
    separator: str
    names: list[str]


def read_header(line: str, required: Collection[str]) -> Header:
    """Return the header under the separator that gives the most of the required names, then the most names at all.

    Spaces around a name do not count. The separator is ONE_COLUMN if the only name is the required one.
    """
    headers = [Header(separator, names_of(line, separator)) for separator in SEPARATORS]
    best = max(headers, key=lambda header: (len(set(required).intersection(header.names)), len(header.names)))
    is_one_column = len(best.names) == 1 and set(required) <= set(best.names)
    return Header(ONE_COLUMN, best.names) if is_one_column else best


def names_of(line: str, separator: str) -> list[str]:
    """Return the names of a header; none if the line is not CSV."""
    try:
        cells = next(csv.reader([line.removeprefix("\ufeff")], delimiter=separator, strict=True), [])
    except csv.Error:
        return []
    return [name.strip() for name in cells]


def header_text(lines: Iterator[str]) -> str:
    """Return the header: the first of some lines, and the next ones while a quote is open. Empty without lines."""
    text = next(lines, "")
    for _ in range(MAX_HEADER_LINES - 1):
        if text.count('"') % 2 == 0:
            break
        text += next(lines, "")
    return text
