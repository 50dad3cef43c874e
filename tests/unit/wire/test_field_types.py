"""Every program has an entry for every type of field, and no other."""

from typing import Any, get_args

import pytest

from client.shapes import card_fields
from demo.fields import field_types
from pipeline import columns
from service.fields import lookup
from wire.cells import cell_values
from wire.cells.text_style import TextStyle
from wire.field_types import FieldTypeName

TABLES: dict[str, Any] = {
    "client": card_fields._SHAPES,
    "demo": field_types._TYPES,
    "service": lookup.TYPES,
    "wire": cell_values.CELL_TYPES,
}


@pytest.mark.parametrize("program", TABLES)
def test_a_program_knows_every_type_of_field(program: str) -> None:
    assert set(TABLES[program]) == set(get_args(FieldTypeName))


def test_the_pipeline_converts_values_of_known_types_alone() -> None:
    assert set(columns._CONVERTERS) < set(get_args(FieldTypeName))


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("number", "1.5", 1.5),
        ("number", "1,5", "1,5"),
        ("number", "nan", "nan"),
        ("integer", "12", 12),
        ("integer", "12.0", 12.0),
        ("integer", "9" * 401, 10**400),
        ("number", "-1e999", -(10**400)),
        ("number", " +1.5 ", 1.5),
        ("boolean", "TRUE", True),
        ("boolean", "yes", True),
        ("boolean", "perhaps", "perhaps"),
        ("text", "12", "12"),
        ("category", "true", "true"),
        ("category", " true", "true"),
        ("text", " 12", " 12"),
        ("date", "2026-11-24", "2026-11-24"),
        ("date", "24.11.2026", "2026-11-24"),
        ("date", "11/24/2026", "11/24/2026"),
        ("datetime", "24.11.2026 8:30", "2026-11-24T08:30:00"),
        ("a type of the future", "12", "12"),
    ],
)
def test_a_cell_of_a_csv_is_a_value_of_its_field_or_stays_text(kind: str, cell: str, value: object) -> None:
    read = columns._from_text({"name": "field", "type": kind}, cell, TextStyle())
    assert (type(read), read) == (type(value), value)
