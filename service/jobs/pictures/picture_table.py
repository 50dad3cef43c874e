"""The columns of features.parquet for measured pictures. `--computed` reads such a file."""

import json
from typing import Any

import pyarrow as pa

from service.schemas import Card
from wire.answer_columns import AS_OF, COMPUTED_AT

PICTURES = "pictures"
"""The name in `entity.features` of a card."""
DIGEST, METHOD, DETAILS = "digest", "method", "details"
"""The SHA-256 of the picture's file, how it was measured, and JSON: size, texts with their boxes, colours."""
GROUP_ROWS = 256
"""Rows of a row group: `--computed` holds one of them."""
_TYPES = {
    "embedding": pa.list_(pa.float64()),
    "words": pa.int64(),
    "language": pa.string(),
    "has_price": pa.bool_(),
    "currency": pa.string(),
    "main_colour": pa.string(),
}
"""Field → its type; the others are numbers."""


def picture_schema(card: Card, key: str) -> pa.Schema:
    text = pa.string()
    fields = [(field.name, _TYPES.get(field.name, pa.float64())) for field in card.inputs if field.from_ == "store"]
    return pa.schema(
        [(key, text), *fields, (DIGEST, text), (METHOD, text), (DETAILS, text), (AS_OF, text), (COMPUTED_AT, text)]
    )


def picture_row(row: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a row of features.parquet, which `predict --input` can read."""
    more = {name: row[name] for name in (DIGEST, METHOD, DETAILS, AS_OF, COMPUTED_AT)}
    return {**json.loads(row["fields"]), key: row["key"], **more}
