"""A CSV file, or a sheet as CSV, with rows for a model.

It is read twice: first to check its columns and detect its dialect, then in parts.
"""

from collections.abc import Iterator

import pyarrow as pa

from service.fields.date import DateType
from service.fields.lookup import types_of
from service.files.column_check import column_names, find_columns, other_spellings
from service.files.csv_format.unpacked_file import UnpackedFile
from service.files.file_parts import Part, normalize_rows
from service.files.file_request import FileRequest
from service.schemas import Card, Recognised
from wire.cells.text_style import Sign, TextStyle

_SEPARATOR_NAMES = {None: "", "\t": "tab"}


class CsvFile:
    """A CSV file whose columns fit a card. Opening and reading raise InvalidFile, TooLarge."""

    def __init__(self, file: UnpackedFile, card: Card, request: FileRequest) -> None:
        self._file = file  # its temporary file lives as long as this object
        wanted = column_names(card, request.columns)
        self._text = file.open_text(wanted, request.charset)
        names = self._text.names
        column_of = find_columns(wanted, list(filter(None, names)))
        self._input_indices = {field: names.index(column) for field, column in column_of.items()}
        self._min_cells = max(self._input_indices.values(), default=-1) + 1
        decimal_fields = [field.name for field in types_of(card) if field.has_decimal_sign]
        numbers = [self._input_indices[name] for name in decimal_fields if name in self._input_indices]
        sign: Sign | None = "point" if file.sheet else request.decimal
        rows, decimal = self._text.survey(numbers, sign, request.max_rows, request.thousands)
        self.style = TextStyle(decimal, request.thousands, request.dates, request.missing)
        find_columns(wanted, [name for _, name in self._text.columns])
        inputs = set(self._input_indices.values())
        others = [(index, name) for index, name in self._text.columns if request.keep_inputs or index not in inputs]
        self._other_indices = [index for index, _ in others]
        types = list(map(pa.type_for_alias, file.sheet.kinds)) if file.sheet else [pa.string()] * len(names)
        self._input_types = {
            field.name: types[self._input_indices[field.name]]
            for field in types_of(card)
            if isinstance(field, DateType) and field.name in self._input_indices
        }
        """Dates of a sheet have a type: a date field takes the day of a date with a time, as from Parquet."""
        self.others = pa.schema([pa.field(name, types[index]) for index, name in others])
        self.column_types = {field: pa.field(column, pa.string()) for field, column in column_of.items()}
        separator = _SEPARATOR_NAMES.get(self._text.separator, self._text.separator)
        self.recognised = Recognised(
            format="xlsx" if file.sheet else "csv",
            rows=rows,
            columns=list(self._input_indices),
            ignored=[name for index, name in self._text.columns if index not in inputs],
            matched=other_spellings(column_of),
            encoding=None if file.sheet else self._text.encoding,
            separator=None if file.sheet else separator,
            compression=request.compression,
            sheet=file.sheet.name if file.sheet else None,
            sheets=file.sheet.sheets if file.sheet and len(file.sheet.sheets) > 1 else [],
            hidden_rows=file.sheet.hidden_rows if file.sheet else 0,
            hidden_columns=file.sheet.hidden_columns if file.sheet else 0,
            decimal=decimal,
            thousands=request.thousands,
            dates=request.dates,
            missing=None if request.missing == "empty" else request.missing,
        )

    @property
    def separator(self) -> str:
        return self._text.separator or ","

    def parts(self) -> Iterator[Part]:
        first_row = 1
        for rows, lines in self._text.chunks():
            yield self._part(first_row, rows, lines)
            first_row += len(rows)

    def _part(self, first_row: int, rows: list[list[str]], lines: list[int]) -> Part:
        faults = normalize_rows(rows, len(self._text.names), self._min_cells)
        columns = list(zip(*rows, strict=True))
        inputs = {
            name: pa.array(columns[index], pa.string()).cast(self._input_types.get(name, pa.string()))
            for name, index in self._input_indices.items()
        }
        others = [
            pa.array(columns[index], pa.string()).cast(field.type)
            for index, field in zip(self._other_indices, self.others, strict=True)
        ]
        if self._file.sheet:
            lines = self._file.sheet.row_numbers[first_row:][: len(rows)]
        return Part(first_row, len(rows), inputs, others, lines, faults)
