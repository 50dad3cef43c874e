"""Builds the table of the columns that a file needs: what each means, and which values it may have."""

from markupsafe import Markup

from client import Card, Field
from demo.fields import field_types
from demo.text.markup import TableRow, build_scrollable, build_table
from demo.text.translation import Translation
from demo.text.wording import field_label


def build_column_table(card: Card, tr: Translation) -> Markup:
    """Return an HTML table with a row per column."""
    heads = [tr.text("Meaning"), tr.text("Allowed values")]
    rows = [
        TableRow(field["name"], [_describe_meaning(field), field_types.of(field).allowed_text(tr)])
        for field in card["inputs"]
    ]
    return build_scrollable(build_table(heads, rows, "compared columns"))


def _describe_meaning(field: Field) -> str:
    unit = field_types.of(field).unit()
    return field_label(field) + (f", {unit}" if unit else "")
