"""A CSV file against a card, read twice: once to know its frame and how it is written, then part by part."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from service.fields.lookup import types_of
from service.files.column_check import check_frame
from service.files.csv_format.csv_text import CsvText
from service.files.file_parts import Part, wrong_cells
from service.files.file_request import Asked
from service.schemas import Card, Recognised

_NAMES = {None: "", "\t": "tab"}


class CsvFile:
    """Raises InvalidFile, TooLarge."""

    def __init__(self, file: Path, card: Card, asked: Asked) -> None:
        self._text = CsvText(file, [field.name for field in card.inputs if not field.nullable], asked.charset)
        names = self._text.names
        ignored = check_frame(card, names)
        self._places = {field.name: names.index(field.name) for field in card.inputs if field.name in names}
        written = [field.name for field in types_of(card) if field.has_decimal_sign]
        numbers = [self._places[name] for name in written if name in self._places]
        rows, self.decimal = self._text.survey(numbers, asked.decimal, asked.max_rows)
        passing = names if asked.keep_inputs else ignored
        self._passing = [names.index(name) for name in passing]
        self.others = pa.schema([pa.field(name, pa.string()) for name in passing])
        self.recognised = Recognised(
            format="csv",
            rows=rows,
            columns=list(self._places),
            ignored=ignored,
            encoding=self._text.encoding,
            separator=_NAMES.get(self._text.separator, self._text.separator),
            decimal=self.decimal,
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
        faults = wrong_cells(rows, len(self._text.names))
        columns = list(zip(*rows, strict=True))
        inputs = {name: pa.array(columns[place], pa.string()) for name, place in self._places.items()}
        others = [pa.array(columns[place], pa.string()) for place in self._passing]
        return Part(first_row, len(rows), inputs, others, lines, faults)
