"""The model's columns of a part → the numbers and texts of the rows that can be scored, and why the others cannot.

Whole columns at a time, the same limits
and the same words as for rows in JSON.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.errors import Fault, InvalidFile
from service.fields.arrow_values import doubles
from service.files.csv_format.dialect import Decimal
from service.files.file_parts import Part
from service.rows.checks import EXPECTED, UNKNOWN_CATEGORY, Checks
from service.rows.columns import Columns
from service.schemas import Card, Input

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Cells:
    """Reads parts for one card. `decimal` is None for files whose numbers are numbers already."""

    def __init__(self, card: Card, checks: Checks, decimal: Decimal | None) -> None:
        self._inputs, self._checks, self._decimal = card.inputs, checks, decimal
        self._numeric = [field for field in card.inputs if field.type != "text"]

    def columns(self, part: Part) -> tuple[Columns, Mask, dict[int, list[Fault]]]:
        """Return the good rows as columns, which rows they are, and the faults of the others by their place."""
        faults = {place: list(found) for place, found in part.faults.items()}
        whole = ~np.isin(np.arange(part.rows), list(faults)) if faults else np.ones(part.rows, dtype=np.bool_)
        matrix = np.empty((part.rows, len(self._numeric)))
        texts: dict[str, list[str]] = {}
        for field in self._inputs:
            array = part.inputs.get(field.name)
            if array is None:  # an optional field that the file does not have
                array = pa.nulls(part.rows, pa.string() if self._decimal else pa.null())
            if field.type == "text":
                texts[field.name] = self._texts(field, array, whole, faults)
            else:
                matrix[:, self._numeric.index(field)] = self._numbers(field, array, whole, faults)
        outside = self._checks.outside(matrix)
        if outside.any():
            for place, column in np.argwhere(outside & whole[:, None]).tolist():
                name, code, message = self._checks.fault(column, float(matrix[place, column]))
                _note(faults, place, Fault(name, code, message))
        if not faults:
            return Columns(matrix, texts), whole, faults
        good = ~np.isin(np.arange(part.rows), list(faults))
        kept = {name: [text for text, own in zip(cells, good, strict=True) if own] for name, cells in texts.items()}
        return Columns(matrix[good], kept), good, faults

    def _numbers(self, field: Input, array: pa.Array, whole: Mask, faults: dict[int, list[Fault]]) -> Numbers:
        plain = None if self._decimal else _plain(field, array)
        if plain is not None:
            return plain
        if self._decimal and pa.types.is_string(array.type):
            array = pc.utf8_trim_whitespace(array) if field.type != "category" else array
            array = pc.if_else(pc.equal(array, ""), None, array)
        null = np.asarray(pc.is_null(array))
        if field.type == "category":
            values, wrong = _codes(field, array), np.zeros(len(array), dtype=np.bool_)
        elif field.type == "boolean":
            values, wrong = _truths(field, array)
        else:
            values, wrong = _amounts(field, array, self._decimal)
        if field.type == "integer":
            with np.errstate(invalid="ignore"):
                wrong |= np.isfinite(values) & (values != np.floor(values))
        values = np.where(null | wrong, np.nan, values)
        self._note_nulls(field, null & whole, faults)
        for place in np.flatnonzero(wrong & ~null & whole).tolist():
            _note(faults, place, Fault(field.name, "wrong_type", f"Expected {EXPECTED[field.type]}."))
        unknown = np.isnan(values) & ~null & ~wrong & whole
        for place in np.flatnonzero(unknown).tolist():
            _note(faults, place, Fault(field.name, "not_finite", "Expected a finite number; leave out what is not known."))
        return np.asarray(values)

    def _texts(self, field: Input, array: pa.Array, whole: Mask, faults: dict[int, list[Fault]]) -> list[str]:
        if not _is_text(array.type):
            raise _wrong_column(field, array.type)
        self._note_nulls(field, np.asarray(pc.is_null(array)) & whole, faults)
        cells: list[str] = pc.fill_null(array.cast(pa.string()), "").to_pylist()
        if cells and max(map(len, cells)) > field.max_length:
            for place, text in enumerate(cells):
                if len(text) > field.max_length and whole[place]:
                    message = f"At most {field.max_length:,} characters, not {len(text):,}."
                    _note(faults, place, Fault(field.name, "too_long", message))
        return cells

    @staticmethod
    def _note_nulls(field: Input, null: Mask, faults: dict[int, list[Fault]]) -> None:
        if not field.nullable:
            for place in np.flatnonzero(null).tolist():
                _note(faults, place, Fault(field.name, "missing_field", "This field is missing."))


def _plain(field: Input, array: pa.Array) -> Numbers | None:
    """Return numbers that are all there and finite: as almost all columns are. None where somebody has to look closer."""
    if array.null_count or field.type not in {"number", "integer"}:
        return None
    values, _ = _amounts(field, array, None)
    whole = field.type == "number" or pa.types.is_integer(array.type) or bool((values == np.floor(values)).all())
    return values if whole and np.isfinite(np.add.reduce(values)) else None


def _amounts(field: Input, array: pa.Array, decimal: Decimal | None) -> tuple[Numbers, Mask]:
    """Return the numbers, and where there is none."""
    kind = array.type
    if decimal and pa.types.is_string(kind):
        return _parsed(array, decimal)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)):
        raise _wrong_column(field, kind)
    values = np.asarray(doubles(array).to_numpy(zero_copy_only=False), dtype=np.float64)
    return values, np.zeros(len(array), dtype=np.bool_)


def _parsed(array: pa.Array, decimal: Decimal) -> tuple[Numbers, Mask]:
    """Return the numbers that strings spell, and where one does not: no word, no grouping, no unit is guessed at."""
    if decimal == "comma":
        array = with_points(array)
    fits = pc.fill_null(pc.match_substring_regex(array, _NUMBER), fill_value=False)
    plain = pc.replace_substring_regex(pc.if_else(fits, array, None), r"^\+", "")
    values = np.asarray(plain.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    return values, ~np.asarray(fits)


def with_points(array: pa.Array) -> pa.Array:
    """Return numbers written with commas as written with points. A point is no decimal sign there: such a cell must not
    become another number."""
    return pc.replace_substring(pc.replace_substring(array, ".", "·"), ",", ".")


def _truths(field: Input, array: pa.Array) -> tuple[Numbers, Mask]:
    if pa.types.is_boolean(array.type):
        values = pc.if_else(array, 1.0, 0.0).to_numpy(zero_copy_only=False)
        return np.asarray(values, dtype=np.float64), np.zeros(len(array), dtype=np.bool_)
    if pa.types.is_null(array.type):
        return np.full(len(array), np.nan), np.zeros(len(array), dtype=np.bool_)
    if not _is_text(array.type):
        raise _wrong_column(field, array.type)
    words = pc.utf8_lower(array.cast(pa.string()))
    true, false = (np.asarray(pc.is_in(words, pa.array(known))) for known in (_TRUE, _FALSE))
    return np.where(true, 1.0, 0.0), ~(true | false)


def _codes(field: Input, array: pa.Array) -> Numbers:
    if not (_is_text(array.type) or pa.types.is_null(array.type)):
        raise _wrong_column(field, array.type)
    known = pa.array([category.value for category in field.categories], pa.string())
    codes = pc.fill_null(pc.index_in(array.cast(pa.string()), known), int(UNKNOWN_CATEGORY))
    return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.float64)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)
    )


def _wrong_column(field: Input, kind: Any) -> InvalidFile:
    message = f"The column holds {str(kind)[:40]}, not {EXPECTED[field.type]}."
    fault = Fault(field.name, "wrong_type", message)
    return InvalidFile(f"The column {field.name} has another type than the model needs.", faults=[fault])


def _note(faults: dict[int, list[Fault]], place: int, fault: Fault) -> None:
    faults.setdefault(place, []).append(fault)
