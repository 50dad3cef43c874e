"""Checks of JSON that is stored as it comes: it must be possible to read it back exactly."""

import math
from collections.abc import Iterator
from typing import Any

from service.errors import Fault
from service.rows.shape_faults import Duplicate
from service.rows.strict_json import encode

_MAX_JSON_BYTES = 2**16
MAX_ROW_BYTES = 2**20
"""A row may have a picture."""


def json_faults(
    value: dict[str, Any], field: str, path: tuple[str | int, ...] = (), max_bytes: int = _MAX_JSON_BYTES
) -> Iterator[Fault]:
    """Yield the fault of JSON that could not be read back as it was sent, or is too long."""
    for part in _parts(value):
        if isinstance(part, Duplicate):
            yield Fault(field, "duplicate_field", "A name is given twice.", path=path)
            return
        if isinstance(part, float) and not math.isfinite(part):
            yield Fault(field, "not_finite", "A number is not finite.", path=path)
            return
    if len(encode(value)) > max_bytes:
        yield Fault(field, "too_long", f"This may hold {max_bytes:,} bytes of JSON.", path=path)


def _parts(value: Any) -> Iterator[Any]:
    """Yield all values inside a JSON value."""
    pending = [value]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)
