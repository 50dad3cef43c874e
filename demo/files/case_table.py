"""Cases as CSV for a spreadsheet: saved cases with their answers, and real cases as a sample of a file."""

import csv
import io

from client import Card, Value
from demo.fields import field_types
from demo.files.spreadsheet import CsvDialect
from demo.session.saved_cases import SavedCase
from wire.cells.cell_values import number_text

_SAMPLE_ROWS = 50


def cases_to_csv(card: Card, saved: list[SavedCase], answers: list[dict[str, Value]], dialect: CsvDialect) -> str:
    """Return a line for each case: its name, its fields, then the columns of `answers`.

    Pictures and vectors are left out: a cell of a spreadsheet cannot hold them.
    """
    out = io.StringIO()
    names = [name for name, kind in field_types.get_fields(card).items() if not kind.is_array]
    writer = csv.writer(out, delimiter=dialect.separator)
    writer.writerow(["name", *names, *(answers[0] if answers else {})])
    for each, answer in zip(saved, answers, strict=True):
        cells = [each.name, *(each.row[name] for name in names), *answer.values()]
        writer.writerow([dialect.cell(cell) for cell in cells])
    return out.getvalue()


def make_sample(card: Card, dialect: CsvDialect) -> bytes:
    """Return real rows of the card as CSV. Formula cells are not escaped: the file is made to be scored."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect.separator)
    names = [field["name"] for field in card["inputs"]]
    writer.writerow(names)
    for row in card.get("real_rows", [])[:_SAMPLE_ROWS]:
        cells = [row.get(name) for name in names]
        writer.writerow([number_text(cell, dialect.style) if isinstance(cell, float) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")
