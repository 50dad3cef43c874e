"""Read the body of a request into columns, in one pass in C, if the body is complete, typed and within the card's limits.

It refuses nothing. For any other body it returns None, and `strict_json` and `checks` read the body or name its faults.
"""

from collections.abc import Iterable
from itertools import chain
from operator import call
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import FieldType, NumbersType
from service.fields.text import TextType
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.unique_names import has_unique_names
from service.schemas import Card


class QuickReader:
    """Reads bodies for one card. It gives the same columns as `strict_json` and `checks`, several times as fast."""

    def __init__(self, card: Card, checks: Checks) -> None:
        self._fields = checks.fields
        self._checks = checks
        self._has_arrays = any(isinstance(field, ArrayType) for field in self._fields)
        self._is_plain = all(
            isinstance(field, NumbersType) and field.is_plain and not field.nullable for field in self._fields
        )
        self._numbers = [(index, field) for index, field in enumerate(self._fields) if isinstance(field, NumbersType)]
        self._number_of = [float if field.is_plain and not field.nullable else field.number for _, field in self._numbers]
        self._texts = [(index, field) for index, field in enumerate(self._fields) if isinstance(field, TextType)]
        string_columns = [index for index, field in enumerate(self._fields) if field.quick_type is str]
        self._row_strings = len(self._fields) + len(string_columns)
        self._nullable_string_columns = [index for index in string_columns if self._fields[index].nullable]
        self._quote_columns = [index for index, field in enumerate(self._fields) if field.may_hold_quotes]
        names = {f"f{index}": field.name for index, field in enumerate(card.inputs)}
        fields: Iterable[tuple[str, Any]] = zip(names, map(_quick_type, self._fields), strict=True)
        row = msgspec.defstruct("Row", fields, rename=names, forbid_unknown_fields=True, gc=False)
        request: list[Any] = [("rows", list[row]), ("version", str | None | msgspec.UnsetType, msgspec.UNSET)]  # type: ignore[valid-type]
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Request", request, forbid_unknown_fields=True))

    def __call__(self, body: bytes) -> tuple[Columns, str | None] | None:
        """Return the rows as columns and the version of the request, or None for a body that needs `strict_json`."""
        if self._has_arrays:
            return None
        try:
            request: Any = self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        rows, version = request.rows, request.version
        if not rows:
            return None
        columns = [] if self._is_plain else list(zip(*map(astuple, rows), strict=True))
        strings = self._count_strings(len(rows), columns, version)
        if not has_unique_names(body, strings, lambda: self._count_inner_quotes(columns, version)):
            return None
        try:
            if len(rows) == 1 and not self._texts:
                result = self._read_row(astuple(rows[0]))
            else:
                result = self._read_columns(columns, len(rows)) if columns else self._read_plain(rows)
        except (OverflowError, ValueError):
            return None
        return (result, version or None) if result else None

    def _count_strings(self, rows: int, columns: list[tuple[Any, ...]], version: Any) -> int:
        """Return the number of names and texts of the request."""
        strings = 1 + rows * self._row_strings + (version is not msgspec.UNSET) + isinstance(version, str)
        for index in self._nullable_string_columns:
            strings -= columns[index].count(None)
        return strings

    def _count_inner_quotes(self, columns: list[tuple[Any, ...]], version: Any) -> int:
        """Return how many quotes the texts of the request hold; the names of the fields hold none (msgspec refuses them).

        An unknown category and a wrong date are not counted: their row is refused in any case.
        """
        texts = chain.from_iterable(columns[index] for index in self._quote_columns)
        text_quotes = "".join(filter(None, texts)).count('"')
        return text_quotes + (version.count('"') if isinstance(version, str) else 0)

    def _read_row(self, row: tuple[Any, ...]) -> Columns | None:
        """Return the columns of one row without texts. Time-critical: columns of one value take three times as long."""
        return self._check(np.array([list(map(call, self._number_of, row))]), {})

    def _read_plain(self, rows: list[Any]) -> Columns | None:
        """Return the columns of rows that hold only numbers without null."""
        flat = np.fromiter(chain.from_iterable(map(astuple, rows)), np.float64, len(rows) * len(self._fields))
        return self._check(flat.reshape(len(rows), -1), {})

    def _read_columns(self, columns: list[tuple[Any, ...]], rows: int) -> Columns | None:
        texts: dict[str, list[str]] = {}
        for index, text_field in self._texts:
            texts[text_field.name] = text_field.encode(columns[index])
            if not text_field.fits(texts[text_field.name]):
                return None
        numbers = [field.encode_quick(columns[index]) for index, field in self._numbers]
        flat = np.fromiter(chain.from_iterable(numbers), np.float64, len(numbers) * rows)
        return self._check(flat.reshape(len(numbers), rows).T, texts)

    def _check(self, numbers: NDArray[np.float64], texts: dict[str, list[str]]) -> Columns | None:
        if self._checks.all_seen(numbers):
            return Columns(numbers, texts)
        if not self._checks.all_in_range(numbers):
            return None
        return Columns(numbers, texts, warnings=self._checks.warnings(numbers))


def _quick_type(field: FieldType) -> Any:
    return field.quick_type | None if field.nullable else field.quick_type
