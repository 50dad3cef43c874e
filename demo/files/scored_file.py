"""A scored file: its answer as an Arrow table on disk, counts, a histogram, selected rows, one row as a case."""

import io
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from client import Card, InvalidAnswer, RecognisedFile, Row
from demo.fields import field_types
from demo.text.wording import answer_column, answer_columns, is_classification, label_texts, names_label
from wire.answer_columns import DECISION, ERROR, ERROR_CODES, FILE, LABEL, ROW, WARNINGS, is_probability_column
from wire.cells.text_style import TextStyle

ALL_ROWS, WARNED, REFUSED = "every", "warned", "refused"
_PAGE_ROWS, _MAX_PAGE_CELLS = (1000, 500, 200, 100, 50, 20), 10_000
"""A page has the first of these numbers of rows whose cells do not take long to draw."""
MAX_BYTES = 512 * 2**20
_STYLE = {"decimal", "thousands", "dates", "missing"}
_BINS = 20


@dataclass(frozen=True)
class ScoredFile:
    """The whole answer. `table` has the columns of the file, then the predictions, `error` and `row`."""

    name: str
    recognised: RecognisedFile
    version: str
    table: pa.Table
    """The answer columns have their own names, without a prefix. A column of the file with such a name has another one."""
    names: list[str]
    """The names of all columns as they are in the answer of the service."""

    @classmethod
    def of_answer(cls, name: str, recognised: RecognisedFile, card: Card, table: pa.Table) -> "ScoredFile":
        """Return the file of an answer of the service, whose added columns may have a prefix."""
        prefix = recognised.get("prefix", "")
        added = {prefix + column: column for column in answer_columns(card)}
        names = [added.get(column) or _unused_name(column, added.values()) for column in table.column_names]
        return cls(name, recognised, card["version"], table.rename_columns(names), table.column_names)

    @property
    def original_table(self) -> pa.Table:
        """The table with the names of the columns as they are in the answer of the service."""
        return self.table.rename_columns(self.names)

    @property
    def style(self) -> TextStyle | None:
        """How the texts of the file are written; None for a file with typed values."""
        options: Any = {name: value for name, value in self.recognised.items() if name in _STYLE}
        return TextStyle(**options) if "decimal" in options else None


def _unused_name(name: str, used: Collection[str]) -> str:
    while name in used:
        name += " *"
    return name


class AnswerTooLarge(InvalidAnswer):
    """The answer is larger than the demo keeps of one file."""


def read_answer(chunks: Iterator[bytes], report_rows: Callable[[int], None]) -> pa.Table:
    """Return an Arrow stream as a table, and report the rows read after each batch. Raises ServiceError.

    The table is mapped from an unnamed temporary file, so that a large one takes no memory. The file is deleted with it.
    """
    rows = 0
    with tempfile.TemporaryFile() as file:
        try:
            with (
                pa.ipc.open_stream(pa.PythonFile(_ChunkReader(chunks), "r")) as stream,
                pa.ipc.new_stream(pa.PythonFile(file, "w"), stream.schema) as writer,
            ):
                for batch in stream:
                    rows += batch.num_rows
                    _write_batch(writer, batch)
                    if file.tell() > MAX_BYTES:
                        raise AnswerTooLarge("The answer is larger than the demo keeps of one file.")
                    report_rows(rows)
            file.flush()
            return pa.ipc.open_stream(pa.py_buffer(mmap(file.fileno(), 0, access=ACCESS_READ))).read_all()
        except (pa.ArrowException, OSError) as error:
            raise InvalidAnswer("The answer is not a whole Arrow stream.") from error


def _write_batch(writer: pa.ipc.RecordBatchStreamWriter, batch: pa.RecordBatch) -> None:
    try:
        writer.write_batch(batch)
    except OSError as error:
        raise AnswerTooLarge("There is no space on disk for the answer.") from error


class _ChunkReader(io.RawIOBase):
    """An iterator of bytes as a file that can be read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, missing = [self._rest], (size if size >= 0 else 2**62) - len(self._rest)
        while missing > 0 and (chunk := next(self._chunks, None)) is not None:
            parts.append(chunk)
            missing -= len(chunk)
        whole = b"".join(parts)
        result, self._rest = (whole, b"") if size < 0 else (whole[:size], whole[size:])
        return result


def is_complete(card: Card, recognised: RecognisedFile, table: pa.Table) -> bool:
    """Tell whether a table has as many rows as the file, and every column that the answer of this model adds."""
    return table.num_rows == recognised["rows"] and {answer_column(card), DECISION, ERROR_CODES, ERROR, ROW} <= set(
        table.schema.names
    )


def count_choices(card: Card, table: pa.Table) -> dict[str, int]:
    """Return the number of rows of each choice: ALL_ROWS, each band of the card (or label), WARNED, REFUSED."""
    column, values = _groups(card)
    by_value = {each["values"]: each["counts"] for each in pc.value_counts(table[column]).to_pylist()}
    groups = {choice: by_value.get(value, 0) for choice, value in values.items()}
    warned = table.num_rows - table[WARNINGS].null_count if WARNINGS in table.schema.names else 0
    return {ALL_ROWS: table.num_rows, **groups, WARNED: warned, REFUSED: table.num_rows - table[ERROR].null_count}


def _groups(card: Card) -> tuple[str, dict[str, str]]:
    """Return the column by which rows are chosen, and choice → its value. A label may have the name of another choice."""
    bands = card["output"].get("bands", [])
    if bands or not names_label(card):
        return DECISION, {band["value"]: band["value"] for band in bands}
    return LABEL, {label_choice(label): label for label in label_texts(card)}


def label_choice(label: str) -> str:
    """Return the choice of the rows with a label."""
    return f"label/{label}"


def make_histogram(card: Card, table: pa.Table) -> list[tuple[float, float, int]]:
    """Return the histogram of the answers as (low end, high end, rows); empty if no row has an answer."""
    answers = table[answer_column(card)].drop_null()
    if not len(answers):
        return []
    ends = pc.min_max(answers).as_py()
    low, high = (0.0, 1.0) if is_classification(card) else (ends["min"], ends["max"])
    width = (high - low) / _BINS or 1.0
    indices = pc.min_element_wise(pc.floor(pc.divide(pc.subtract(answers, low), width)), _BINS - 1)
    counts = {int(each["values"]): each["counts"] for each in pc.value_counts(indices).to_pylist()}
    return [(low + width * index, low + width * (index + 1), counts.get(index, 0)) for index in range(_BINS)]


def interquartile_range(card: Card, table: pa.Table) -> tuple[float, float]:
    """Return the first and the third quartile of the answers."""
    low, high = pc.quantile(table[answer_column(card)], [0.25, 0.75]).to_pylist()
    return low, high


def page_rows(table: pa.Table) -> int:
    """Return the number of rows on one page of a table: fewer if it has many columns."""
    return next((rows for rows in _PAGE_ROWS if rows * table.num_columns <= _MAX_PAGE_CELLS), _PAGE_ROWS[-1])


def select_rows(card: Card, table: pa.Table, choice: str, order: str, page: int = 0) -> pa.Table:
    """Return one page of the rows of a choice, with the names of pictures and the columns of the answer first.

    `order` is "file", or "high" or "low" for the highest or lowest answer first. Refused rows stay in the order of the file.
    """
    indices = _row_indices(card, table, choice, order)
    start = page * (size := page_rows(table))
    rows = table.slice(start, size) if indices is None else table.take(indices.slice(start, size))
    answer = [DECISION, answer_column(card)]
    front = [ROW, ERROR_CODES, ERROR] if choice == REFUSED else [ROW, *([WARNINGS] if choice == WARNED else []), *answer]
    added = {ROW, ERROR_CODES, ERROR, WARNINGS, LABEL, *answer}
    hidden = {name for name in table.schema.names if is_probability_column(name)}
    front = [name for name in front if name != DECISION or card["output"].get("bands")]
    rest = [name for name in table.schema.names if name not in added | hidden]
    pictures = {FILE, *field_types.list_pictures(card)}
    names = [name for name in rest if name in pictures]
    rows = rows.select([front[0], *names, *front[1:], *(name for name in rest if name not in names)])
    rows = _with_texts(rows, LABEL, label_texts(card)) if LABEL in front else rows
    bands = {band["value"]: band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    return _with_texts(rows, DECISION, bands) if DECISION in front else rows


def _row_indices(card: Card, table: pa.Table, choice: str, order: str) -> pa.Array | None:
    """Return the indices of the rows of a choice, in order; None for all rows in the order of the file."""
    if choice == REFUSED:
        return pc.indices_nonzero(pc.is_valid(table[ERROR]))
    column, values = _groups(card)
    is_chosen = pc.is_valid(table[WARNINGS]) if choice == WARNED else pc.equal(table[column], values.get(choice, choice))
    indices = None if choice == ALL_ROWS else pc.indices_nonzero(is_chosen)
    if order == "file":
        return indices
    answers = table[answer_column(card)]
    keys = [("", "descending" if order == "high" else "ascending")]
    ordered = pc.sort_indices(answers if indices is None else answers.take(indices), sort_keys=keys)
    return ordered if indices is None else indices.take(ordered)


def replace_error_codes(file: ScoredFile, table: pa.Table, describe: Callable[[str, str, Row], str]) -> pa.Table:
    """Return a table of refused rows whose `error` is `describe(error_codes, error, cells)`, without `error_codes`."""
    rows = file.original_table.take(pc.subtract(table[ROW], 1)).to_pylist()
    triples = zip(table[ERROR_CODES].to_pylist(), table[ERROR].to_pylist(), rows, strict=True)
    texts = pa.array([describe(codes, sentence, cells) for codes, sentence, cells in triples], pa.string())
    return table.set_column(table.schema.get_field_index(ERROR), ERROR, texts).drop_columns(ERROR_CODES)


def replace_warning_codes(table: pa.Table, describe: Callable[[str], str]) -> pa.Table:
    """Return a table of warned rows whose `warnings` are `describe(warnings)`."""
    texts = pa.array([describe(codes) for codes in table[WARNINGS].to_pylist()], pa.string())
    return table.set_column(table.schema.get_field_index(WARNINGS), WARNINGS, texts)


def _with_texts(table: pa.Table, column: str, texts: dict[str, str]) -> pa.Table:
    """Return a table whose bands or labels are the words for people instead of their values."""
    cells = pa.array([texts.get(each, each) for each in table[column].to_pylist()], pa.string())
    return table.set_column(table.schema.get_field_index(column), column, cells)


def read_cells(file: ScoredFile, number: int) -> Row:
    """Return the cells of a row by the names of the file's columns; `number` counts from 1."""
    cells: Row = file.original_table.slice(number - 1, 1).to_pylist()[0]
    return cells


def read_error_codes(file: ScoredFile, number: int) -> str:
    """Return the error codes of a row; empty if it was scored."""
    return file.table[ERROR_CODES][number - 1].as_py() or ""


def model_row(card: Card, file: ScoredFile, number: int) -> Row:
    """Return the values of a row that the model's fields take, without the others; `number` counts from 1."""
    cells = read_cells(file, number)
    row: Row = {}
    for name, field in field_types.get_fields(card).items():
        try:
            row[name] = field.from_cell(cells[name], file.style)
        except (KeyError, ValueError):
            continue
    return row
