"""One enriched record of the feed: parsed from a file of the pipeline, and described in words."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any, TypeAlias

from client import Card, Row
from demo.fields import field_types
from demo.text.wording import answer_column, is_classification, label_texts, names_label
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, VERSION
from wire.cells.cell_values import plain_number
from wire.cells.text_style import TextStyle

MAX_ENTRIES = 20_000
"""Of a longer feed, the newest entries are kept."""
_MIN_TIMESTAMP_LETTERS = 8
_ANSWER_COLUMNS = {LABEL, DECISION, VALUE, LOW, HIGH, VERSION}

Band: TypeAlias = str | None
"""The value of one of the card's bands; None if an answer is in no band."""


@dataclass(frozen=True)
class FeedEntry:
    """One case with its answer: a probability or a value, and its band. `number` is its place in the file, from 1."""

    number: int
    row: Row
    answer: float
    """Without probabilities: 1 for the focus label of the card, 0 for another one."""
    band: Band
    version: str
    timestamp: datetime | None
    """When the case came in, in UTC; None if the record does not say."""
    label: str = ""
    """The label of a model without probabilities."""


def parse_line(line: bytes) -> Mapping[str, Any]:
    """Return the JSON object of a line; an empty one if the line holds no object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def parse_entry(card: Card, record: Mapping[str, Any], number: int, style: TextStyle | None = None) -> FeedEntry | None:
    """Return a record of an enriched file as an entry; None if it has no answer of this model.

    The row has the fields whose cells can be read. `style` says how the cells of a CSV are written.
    """
    cell = record.get(answer_column(card))
    label = cell if names_label(card) and isinstance(cell, str) and cell in label_texts(card) else ""
    answer = float(label == card["output"].get("focus")) if label else _parse_answer(card, cell, style)
    if answer is None:
        return None
    row: Row = {}
    for name, field in field_types.get_fields(card).items():
        try:
            row[name] = field.from_cell(record[name], style)
        except (KeyError, ValueError, OverflowError):
            continue
    known = [band["value"] for band in card["output"].get("bands", [])]
    band = record.get(DECISION)
    version = record.get(VERSION)
    return FeedEntry(
        number,
        row,
        answer,
        band if band in known else None,
        version if isinstance(version, str) and version.isascii() else "",  # a lone surrogate breaks a page
        _find_timestamp(card, record),
        label,
    )


def _parse_answer(card: Card, cell: Any, style: TextStyle | None) -> float | None:
    """Return the number of an answer; None if there is none, or if it is no probability where the model gives one."""
    try:
        answer = float(plain_number(cell, style) if style and isinstance(cell, str) else cell)
    except (TypeError, ValueError, OverflowError):
        return None
    is_answer = math.isfinite(answer) and (not is_classification(card) or 0 <= answer <= 1)
    return answer if is_answer and not names_label(card) else None


def _find_timestamp(card: Card, record: Mapping[str, Any]) -> datetime | None:
    """Return the first timestamp of a record outside of the model's own columns."""
    model_columns = {field["name"] for field in card["inputs"]} | _ANSWER_COLUMNS
    for name, value in record.items():
        if name not in model_columns and (timestamp := _parse_timestamp(value)):
            return timestamp
    return None


def _parse_timestamp(cell: Any) -> datetime | None:
    """Return the timestamp in a cell, in UTC.

    None if there is none, or if it is so near to the ends of the calendar that a time zone cannot show it.
    """
    try:
        if isinstance(cell, str) and len(cell) >= _MIN_TIMESTAMP_LETTERS and cell[4:5] == "-":
            cell = datetime.fromisoformat(cell)
        if not isinstance(cell, datetime):
            return None
        timestamp = (cell if cell.tzinfo else cell.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return timestamp if MINYEAR < timestamp.year < MAXYEAR else None
