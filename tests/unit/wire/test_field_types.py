"""Every program has an entry for every type of field, and no other."""

from typing import Any, get_args

import pytest

from client.shapes import card_fields
from demo.fields import field_types
from pipeline import columns
from service.fields import lookup
from wire.field_types import FieldTypeName

TABLES: dict[str, Any] = {
    "client": card_fields._SHAPES,
    "demo": field_types._TYPES,
    "service": lookup.TYPES,
}


@pytest.mark.parametrize("program", TABLES)
def test_a_program_knows_every_type_of_field(program: str) -> None:
    assert set(TABLES[program]) == set(get_args(FieldTypeName))


def test_the_pipeline_parses_cells_of_known_types_alone() -> None:
    assert set(columns._PARSERS) < set(get_args(FieldTypeName))


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("number", "1.5", 1.5),
        ("number", "1,5", "1,5"),
        ("number", "nan", "nan"),
        ("integer", "12", 12),
        ("integer", "12.0", 12.0),
        ("integer", "9" * 401, float("inf")),
        ("boolean", "TRUE", True),
        ("boolean", "yes", "yes"),
        ("text", "12", "12"),
        ("category", "true", "true"),
        ("date", "2026-11-24", "2026-11-24"),
        ("a type of the future", "12", "12"),
    ],
)
def test_a_cell_of_a_csv_is_a_value_of_its_field_or_stays_text(kind: str, cell: str, value: object) -> None:
    read = columns._from_text({"name": "field", "type": kind}, cell)
    assert (type(read), read) == (type(value), value)
