"""The model's columns of a part of a file → columns of the rows that can be scored, and why the others cannot.

Limits and error messages are the same as for rows in JSON.
"""

from dataclasses import replace
from itertools import count

import numpy as np
import pyarrow as pa

from service.errors import Fault
from service.fields.field_type import FieldType, Mask, Numbers, NumbersType
from service.fields.text import TextType
from service.files.file_parts import Part
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas.row_files import TextStyle


class PartParser:
    """Parses parts for one card. `style` is None for files whose values are typed already."""

    def __init__(self, checks: Checks, style: TextStyle | None) -> None:
        self._checks, self._style = checks, style

    def parse(self, part: Part) -> tuple[Columns, Mask, dict[int, list[Fault]]]:
        """Return the good rows as columns, which rows they are, and the faults of the others by their place."""
        faults = {place: list(found) for place, found in part.faults.items()}
        whole = ~np.isin(np.arange(part.rows), list(faults)) if faults else np.ones(part.rows, dtype=np.bool_)
        numbers = np.empty((part.rows, len(self._checks.number_fields)))
        column = count()
        texts: dict[str, list[str]] = {}
        for field in self._checks.fields:
            array = part.inputs.get(field.name)
            if array is None:  # an optional field that the file does not have
                array = pa.nulls(part.rows, pa.string() if self._style else pa.null())
            if isinstance(field, TextType):
                texts[field.name] = self._texts(field, array, whole, faults)
            elif isinstance(field, NumbersType):
                numbers[:, next(column)] = self._numbers(field, array, whole, faults)
        outside = self._checks.out_of_range(numbers)
        if outside.any():
            for place, index in np.argwhere(outside & whole[:, None]).tolist():
                _note(faults, place, self._checks.fault(index, float(numbers[place, index])))
        if not faults:
            return Columns(numbers, texts), whole, faults
        good = ~np.isin(np.arange(part.rows), list(faults))
        kept = {name: [text for text, own in zip(cells, good, strict=True) if own] for name, cells in texts.items()}
        return Columns(numbers[good], kept), good, faults

    def _numbers(self, field: NumbersType, array: pa.Array, whole: Mask, faults: dict[int, list[Fault]]) -> Numbers:
        if self._style and pa.types.is_string(array.type):
            parsed = field.parse_text(array, self._style)
        else:
            parsed = field.parse_arrow(array)
        if not parsed.null.any() and not parsed.wrong.any() and _are_finite(parsed.values):
            return parsed.values  # as almost all columns are
        values = np.where(parsed.null | parsed.wrong, np.nan, parsed.values)
        self._note_nulls(field, parsed.null & whole, faults)
        for place in np.flatnonzero(parsed.wrong & ~parsed.null & whole).tolist():
            message = parsed.messages.get(place)
            _note(faults, place, Fault(field.name, "wrong_type", message) if message else field.type_fault())
        unknown = np.isnan(values) & ~parsed.null & ~parsed.wrong & whole
        for place in np.flatnonzero(unknown).tolist():
            _note(faults, place, Fault(field.name, "not_finite", "Expected a finite number; leave out what is not known."))
        return values

    def _texts(self, field: TextType, array: pa.Array, whole: Mask, faults: dict[int, list[Fault]]) -> list[str]:
        texts, null = field.parse_arrow(array)
        self._note_nulls(field, null & whole, faults)
        if not field.fits(texts):
            for fault in field.faults(texts):
                if whole[fault.row or 0]:
                    _note(faults, fault.row or 0, replace(fault, row=None))
        return texts

    @staticmethod
    def _note_nulls(field: FieldType, null: Mask, faults: dict[int, list[Fault]]) -> None:
        if not field.nullable:
            for place in np.flatnonzero(null).tolist():
                _note(faults, place, Fault(field.name, "missing_field", "This field is missing."))


def _are_finite(values: Numbers) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.add.reduce(values)))


def _note(faults: dict[int, list[Fault]], place: int, fault: Fault) -> None:
    faults.setdefault(place, []).append(fault)
