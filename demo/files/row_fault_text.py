"""Describes why rows of a file were not scored: each cell with its value and what is wrong with it."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from client import Card, Field, Row
from demo.fields import field_types
from demo.text.number_text import join_unit
from demo.text.translation import Translation
from wire.answer_columns import ERROR_CODES
from wire.error_codes import MODEL_FAILED

_MAX_NAMED = 8
_MAX_CELL = 40
_MAX_ROWS = 1000
_WRONG_TYPE = "wrong_type"


def read_cell_faults(card: Card, codes: str) -> dict[str, str]:
    """Return field → error code from the codes of a row: "depth: missing_field; cut: unknown_category"."""
    pairs = [each.rpartition(": ") for each in codes.split("; ")]
    names = {field["name"] for field in card["inputs"]}
    return {column: code for column, _, code in pairs if column in names}


def describe_row_errors(card: Card, codes: str, sentence: str, cells: Row, tr: Translation) -> str:
    """Return the reasons for which a row was refused, from its codes and its cells by column.

    If a code is unknown, return the service's message, `sentence`.
    """
    fields = {field["name"]: field for field in card["inputs"]}
    reasons = []
    for each in codes.split("; "):
        column, _, code = each.rpartition(": ")
        if code == "wrong_cells":
            reasons.append(tr.text("another number of cells than columns"))
        elif code == MODEL_FAILED:
            reasons.append(tr.text("the model gave no valid answer"))
        elif column in fields and (known := describe_cell_fault(fields[column], code, cells.get(column), tr)):
            reasons.append(known)
        else:
            return sentence
    return "; ".join(reasons)


def describe_cell_fault(field: Field, code: str, cell: Any, tr: Translation) -> str:
    """Return what is wrong with a cell: "cut “Excellent” is not one of Fair, Good"; empty for an unknown code."""
    if code == "missing_field":
        return tr.text("{column}: no value", column=field["name"])
    fault = _describe_fault(field, code, tr)
    if fault and cell is None:  # the answer repeats no picture
        return f"{field['name']} {fault}"
    return (
        tr.text("{column} “{value}” {fault}", column=field["name"], value=_shorten(cell, tr), fault=fault) if fault else ""
    )


def _describe_fault(field: Field, code: str, tr: Translation) -> str:
    kind = field_types.of(field)
    sentences = {
        "wrong_type": kind.wrong_type_text(tr),
        "not_finite": tr.text("is an infinite number"),
        "out_of_range": _describe_range(field, tr),
        "too_long": tr.text("is too long"),
        "wrong_length": tr.text("is a list of the wrong length"),
        "missing_picture": tr.text("is not in the archive, or is there twice"),
        "broken_picture": tr.text("is damaged"),
        "picture_too_large": tr.text("is too large: at most 10 MB and 24 million pixels (WebP: 12 million)"),
        "unsupported_picture": tr.text("is no PNG, JPEG, WebP, BMP, TIFF or GIF picture"),
        "no_words": tr.text("has nothing but names and addresses"),
        "unknown_category": tr.text(
            "is not one of {names}", names=_join_names([each["value"] for each in field.get("categories", [])])
        ),
    }
    return sentences.get(code, "")


def _describe_range(field: Field, tr: Translation) -> str:
    if "minimum" not in field or "maximum" not in field:
        return tr.text("is outside the allowed range")
    kind = field_types.of(field)
    low, high = (kind.cell_text(end, tr) for end in (field["minimum"], field["maximum"]))
    return tr.text("is not between {low} and {high}", low=low, high=join_unit(high, kind.unit()))


def _shorten(cell: Any, tr: Translation) -> str:
    """Return a cell as text; a number of a file with types is in the reader's format."""
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    text = tr.short_number(cell) if is_number else str(cell)
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"


def _join_names(names: list[str]) -> str:
    """Return the first names, with an ellipsis if there are more."""
    return ", ".join(names[:_MAX_NAMED]) + (" …" if len(names) > _MAX_NAMED else "")


def find_thousands_sign(table: pa.Table, decimal: str) -> str:
    """Return the sign between thousands in a refused row, a comma or a point; empty if none is found.

    The sign cannot be the decimal sign of the file, "point" or "comma". Only the first refused rows are read.
    """
    sign = "," if decimal == "point" else "."
    if ERROR_CODES not in table.column_names:
        return ""
    refused = table.filter(pc.match_substring(table[ERROR_CODES], _WRONG_TYPE)).slice(0, _MAX_ROWS)
    pattern = rf"^\s*[-+]?\d{{1,3}}({re.escape(sign)}\d{{3}})+(\D\d*)?\s*$"
    columns = (refused[name] for name in table.column_names if pa.types.is_string(refused[name].type))
    has_sign = any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for column in columns)
    return sign if has_sign else ""
