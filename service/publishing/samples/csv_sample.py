"""Reads a CSV or a sheet as a data frame: the dialect by the rules of Files, the types as `pandas.read_csv` gives them."""

import csv
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.files.csv_format.csv_text import CsvText
from service.files.csv_format.unpacked_file import UnpackedFile
from service.files.file_parts import normalize_rows
from service.publishing.drafting.findings import CannotDraft, Finding
from wire.cells.cell_values import plain_number
from wire.cells.text_options import TextOptions
from wire.cells.text_style import MISSING_WORDS, Sign, TextStyle
from wire.column_names import ColumnNames

Draw = Callable[[int, int], NDArray[np.bool_]]
"""(rows, columns of the file) → which rows are kept."""

_LIKE_NUMBER = re.compile(r"[+-]?[.,]?[0-9][0-9 \u00a0\u202f.,]*([eE][+-]?[0-9]+)?")
_NOT_PLAIN = re.compile(r"[ ,\u00a0\u202f]")
_MISSING = frozenset({"", *MISSING_WORDS})
_DATES = {"date32", "timestamp[us]"}


def read_csv_sample(
    file: UnpackedFile, options: TextOptions, charset: str, draw: Draw
) -> tuple[pd.DataFrame, int, list[Finding]]:
    """Return the drawn rows, the number of all rows, and what was noticed. Raises InvalidFile, TooLarge, CannotDraft."""
    text = file.open_text(ColumnNames([]), charset)
    numbers = _columns_like_numbers(text)
    sign: Sign | None = "point" if file.sheet else options.decimal
    count, decimal = text.survey(numbers, sign, sys.maxsize, options.thousands)
    if not count:
        raise CannotDraft("The sample has a line of names, but no row. Give one with some rows.")
    style = options.style(decimal)
    drawn = draw(count, len(text.columns))
    with NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as plain:
        wrong = _write_plain(text, plain, drawn, numbers, style)
        plain.flush()
        table = _parse(Path(plain.name), text, file, options)
    findings = (
        [Finding("wrong_cells", "", f"{wrong:,} rows with another number of cells than the names were left out.")]
        if wrong
        else []
    )
    if decimal == "comma":
        findings.append(Finding("decimal_comma", "", "Numbers are read with a decimal comma."))
    return table, count, findings


def _columns_like_numbers(text: CsvText) -> list[int]:
    """Return the indices of the columns whose cells in the first rows all look like numbers."""
    rows = next((rows for rows, _ in text.chunks()), [])
    cells: Iterator[list[str]] = ([row[at] for row in rows if len(row) > at] for at, _ in text.columns)
    return [at for (at, _), column in zip(text.columns, cells, strict=True) if _are_like_numbers(column)]


def _are_like_numbers(cells: Sequence[str]) -> bool:
    present = [cell.strip() for cell in cells if cell.strip().lower() not in _MISSING]
    return bool(present) and all(map(_LIKE_NUMBER.fullmatch, present))


def _write_plain(text: CsvText, target: IO[str], drawn: NDArray[np.bool_], numbers: Sequence[int], style: TextStyle) -> int:
    """Write the drawn rows with commas between cells and decimal points; return how many could not be read."""
    chosen = [at for at, _ in text.columns]
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([name for _, name in text.columns])
    width, start, wrong = len(text.names), 0, 0
    for chunk, _ in text.chunks():
        rows: list[list[Any]] = [
            row for row, is_drawn in zip(chunk, drawn[start : start + len(chunk)].tolist(), strict=True) if is_drawn
        ]
        start += len(chunk)
        faults = {at for at, _ in normalize_rows(rows, width, 1).items() if not any(rows[at])}
        wrong += len(faults)
        rows = [row for at, row in enumerate(rows) if at not in faults]
        for at in numbers:
            _make_plain(rows, at, style)
        writer.writerows([row[at] for at in chosen] for row in rows)
    return wrong


def _make_plain(rows: list[list[Any]], at: int, style: TextStyle) -> None:
    """Write the numbers of a column with a decimal point and without signs between thousands, in place."""
    if style.thousands is None and not any(row[at] and _NOT_PLAIN.search(row[at]) for row in rows):
        return
    for row in rows:
        if row[at]:
            try:
                row[at] = plain_number(row[at], style)
            except ValueError:
                continue


def _parse(plain: Path, text: CsvText, file: UnpackedFile, options: TextOptions) -> pd.DataFrame:
    missing = [word for each in sorted(MISSING_WORDS) for word in (each, each.upper(), each.capitalize())]
    names = [name for _, name in text.columns]
    kinds = dict(zip(text.names, file.sheet.kinds, strict=False)) if file.sheet else {}
    unique = [name for name in names if names.count(name) == 1]
    return pd.read_csv(
        plain,
        low_memory=False,
        na_values=missing if options.missing == "words" else None,
        dtype={name: "str" for name in unique if kinds.get(name) == "string"},
        parse_dates=[name for name in unique if kinds.get(name) in _DATES],
        skip_blank_lines=len(names) > 1,
    )
