"""Parse and check the model's columns of a part of a file.

Limits and error messages are the same as for rows in JSON.
"""

from collections.abc import Collection
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.arrays.array_type import ArrayType, FindPicture
from service.fields.field_type import FieldType, Mask, Numbers, NumbersType
from service.fields.text import TextType
from service.files.csv_format.missing_words import without_missing_words
from service.files.file_parts import Part
from service.rows.checks import Checks
from service.rows.columns import Columns
from wire.cells.text_style import TextStyle


class PartParser:
    """Parses parts for one card. `style` is None for files with typed values; the columns of `typed` have them too."""

    def __init__(self, checks: Checks, style: TextStyle | None, typed: Collection[str] = ()) -> None:
        self._checks, self._style, self._typed = checks, style, typed

    def parse(self, part: Part) -> tuple[Columns, Mask, dict[int, list[Fault]]]:
        """Return the good rows as columns, the mask of good rows (rows,), and the faults of the other rows by index."""
        faults = {index: list(row_faults) for index, row_faults in part.faults.items()}
        readable = ~np.isin(np.arange(part.rows), list(faults)) if faults else np.ones(part.rows, dtype=np.bool_)
        numbers = np.empty((part.rows, len(self._checks.number_fields)))
        column = count()
        texts: dict[str, list[str]] = {}
        arrays: dict[str, NDArray[Any]] = {}
        for field in self._checks.fields:
            array = part.inputs.get(field.name)
            if array is None:  # an optional field that is not in the file
                array = pa.nulls(part.rows, pa.string() if self._style else pa.null())
            elif self._reads_text(field, array) and self._style and self._style.missing == "words":
                array = without_missing_words(array, [category.value for category in field.field.categories])
            if isinstance(field, TextType):
                texts[field.name] = self._texts(field, array, readable, faults)
            elif isinstance(field, NumbersType):
                numbers[:, next(column)] = self._numbers(field, array, readable, faults)
            elif isinstance(field, ArrayType):
                arrays[field.name] = self._arrays(field, array, readable, faults, find=part.find_picture)
        numbers[~readable] = np.nan
        for fault in self._checks.matrix_faults(numbers):
            _add_fault(faults, fault.row or 0, replace(fault, row=None))
        if not faults:
            return Columns(numbers, texts, arrays), readable, faults
        good = ~np.isin(np.arange(part.rows), list(faults))
        return Columns(numbers, texts, arrays).select(good), good, faults

    def _reads_text(self, field: FieldType, array: pa.Array) -> bool:
        return self._style is not None and pa.types.is_string(array.type) and field.name not in self._typed

    def _numbers(self, field: NumbersType, array: pa.Array, readable: Mask, faults: dict[int, list[Fault]]) -> Numbers:
        if self._style and self._reads_text(field, array):
            parsed = field.parse_text(array, self._style)
        else:
            parsed = field.parse_arrow(array)
        if not parsed.null.any() and not parsed.wrong.any() and _are_finite(parsed.values):
            return parsed.values  # true of almost all columns
        values = np.where(parsed.null | parsed.wrong, np.nan, parsed.values)
        self._refuse_nulls(field, parsed.null & readable, faults)
        for index in np.flatnonzero(parsed.wrong & ~parsed.null & readable).tolist():
            message = parsed.messages.get(index)
            _add_fault(faults, index, Fault(field.name, "wrong_type", message) if message else field.type_fault())
        not_finite = np.isnan(values) & ~parsed.null & ~parsed.wrong & readable
        for index in np.flatnonzero(not_finite).tolist():
            _add_fault(
                faults, index, Fault(field.name, "not_finite", "Expected a finite number; leave out what is not known.")
            )
        return values

    def _texts(self, field: TextType, array: pa.Array, readable: Mask, faults: dict[int, list[Fault]]) -> list[str]:
        texts, null = field.parse_arrow(array)
        self._refuse_nulls(field, null & readable, faults)
        if not field.fits(texts):
            for fault in field.faults(texts):
                if readable[fault.row or 0] and not null[fault.row or 0]:
                    _add_fault(faults, fault.row or 0, replace(fault, row=None))
        return texts

    def _arrays(
        self, field: ArrayType, array: pa.Array, readable: Mask, faults: dict[int, list[Fault]], *, find: FindPicture | None
    ) -> NDArray[Any]:
        parsed = field.parse_text(array, find) if self._reads_text(field, array) else field.parse_arrow(array, find)
        self._refuse_nulls(field, parsed.null & readable, faults)
        for index, fault in parsed.faults.items():
            _add_fault(faults, index, fault)
        return parsed.values

    @staticmethod
    def _refuse_nulls(field: FieldType, null: Mask, faults: dict[int, list[Fault]]) -> None:
        if not field.nullable:
            for index in np.flatnonzero(null).tolist():
                _add_fault(faults, index, field.missing_fault())


def _are_finite(values: Numbers) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.add.reduce(values)))


def _add_fault(faults: dict[int, list[Fault]], index: int, fault: Fault) -> None:
    faults.setdefault(index, []).append(fault)
