"""Saved cases and their answers as CSV for a spreadsheet."""

import csv
import io

from client import Card, Value
from demo.files.spreadsheet import CsvDialect
from demo.session.saved_cases import SavedCase


def cases_to_csv(card: Card, saved: list[SavedCase], answers: list[dict[str, Value]], dialect: CsvDialect) -> str:
    """Return a line for each case: its name, its fields, then the columns of `answers`."""
    out = io.StringIO()
    names = [field["name"] for field in card["inputs"]]
    writer = csv.writer(out, delimiter=dialect.separator)
    writer.writerow(["name", *names, *(answers[0] if answers else {})])
    for each, answer in zip(saved, answers, strict=True):
        cells = [each.name, *(each.row[name] for name in names), *answer.values()]
        writer.writerow([dialect.cell(cell) for cell in cells])
    return out.getvalue()
