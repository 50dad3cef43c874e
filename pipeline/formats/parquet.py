"""Reads and writes Parquet with pyarrow, which is imported on first use.

Values keep their types: Parquet made from Parquet has the rows of the input with more columns. A few MB of rows are in
memory at a time, however large one row is.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import Unusable
from pipeline.formats import column_types
from pipeline.formats.column_types import Kind
from pipeline.formats.parquet_values import python_values
from pipeline.formats.records import Record, parse_line

_ROWS, _BYTES = 200, 2 * 2**20
_GROUP_ROWS, _GROUP_BYTES = 100_000, 32 * 2**20
_CELL_BYTES = 64
"""About how much memory a Python value takes beyond its bytes."""


class ParquetRecords:
    """The records of a Parquet file, a part at a time."""

    def __init__(self, path: Path) -> None:
        with _unusable_if_damaged(path):
            self._file = _open_parquet(path)
        self.names: list[str] = self._file.schema_arrow.names
        self.rows: int = self._file.metadata.num_rows
        self._path = path
        if len(set(self.names)) != len(self.names):
            raise Unusable(f"{path.name} names a column twice.")

    def __iter__(self) -> Iterator[Record]:
        number = 0
        with _unusable_if_damaged(self._path):
            for batch in _batches(self._file):
                weight = batch.nbytes // batch.num_rows + _CELL_BYTES * len(self.names)
                columns = [python_values(column) for column in batch.columns]
                for index in range(batch.num_rows):
                    number += 1
                    values = {name: column[index] for name, column in zip(self.names, columns, strict=True)}
                    yield Record(number, 1, values=values, weight=weight)


def join(source: Path, written: Path, added: dict[str, bool], target: Path) -> None:
    """Write the rows of `source` that have answers in `written`, with the answers as columns: name → is it text?"""
    pyarrow = _pyarrow()
    with _unusable_if_damaged(source), written.open("rb") as lines:
        file = _open_parquet(source)
        types = [pyarrow.string() if is_text else pyarrow.float64() for is_text in added.values()]
        schema = file.schema_arrow
        for name, kind in zip(added, types, strict=True):
            schema = schema.append(pyarrow.field(name, kind))
        answers = map(json.loads, lines)
        answer = next(answers, None)
        before = 0
        with _writer(target, schema) as write:
            for batch in _batches(file):
                indices: list[int] = []
                cells: list[list[Any]] = []
                while answer is not None and answer["number"] <= before + batch.num_rows:
                    indices.append(answer["number"] - before - 1)
                    cells.append(answer["added"])
                    answer = next(answers, None)
                before += batch.num_rows
                columns = list(zip(*cells, strict=True)) or [()] * len(added)
                more = [pyarrow.array(column, kind) for column, kind in zip(columns, types, strict=True)]
                rows = batch.take(pyarrow.array(indices, pyarrow.int64()))
                write(pyarrow.record_batch([*rows.columns, *more], schema=schema))


def convert(lines: Path, added: dict[str, bool], target: Path) -> None:
    """Write JSON lines as Parquet. Reads them twice: for the kinds of the columns, and for the values."""
    pyarrow = _pyarrow()
    kinds: dict[str, Kind] = {}
    for record in _objects(lines):
        for name, value in record.items():
            if name not in added:
                kinds[name] = column_types.combine(kinds.get(name, column_types.NOTHING), column_types.kind_of(value))
    as_json = {name for name, kind in kinds.items() if kind == column_types.ANYTHING}
    fields = [(name, _type(kind)) for name, kind in kinds.items()]
    fields += [(name, pyarrow.string() if is_text else pyarrow.float64()) for name, is_text in added.items()]
    schema = pyarrow.schema(fields)
    with _writer(target, schema) as write:
        for records in _parts(lines):
            for record in records:
                for name in as_json & record.keys():
                    record[name] = None if record[name] is None else json.dumps(record[name], ensure_ascii=False)
            arrays = [pyarrow.array([record.get(field.name) for record in records], field.type) for field in schema]
            write(pyarrow.record_batch(arrays, schema=schema))


def _type(kind: Kind) -> Any:
    pyarrow = _pyarrow()
    if isinstance(kind, tuple):
        inner = kind[1]
        return (
            pyarrow.list_(_type(inner))
            if kind[0] == column_types.LIST
            else pyarrow.struct([(name, _type(each)) for name, each in inner.items()])
        )
    types = {
        column_types.NOTHING: pyarrow.null(),
        column_types.BOOLEAN: pyarrow.bool_(),
        column_types.NUMBER: pyarrow.float64(),
    }
    types |= {column_types.TEXT: pyarrow.string(), column_types.ANYTHING: pyarrow.string()}
    return types.get(kind, pyarrow.int64())


def _objects(lines: Path) -> Iterator[dict[str, Any]]:
    with lines.open("rb") as file:
        for line in file:
            yield parse_line(line)


def _parts(lines: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the objects of some lines at a time."""
    with lines.open("rb") as file:
        while part := file.readlines(_BYTES):
            yield [parse_line(line) for line in part]


def _open_parquet(path: Path) -> Any:
    return _pyarrow("parquet").ParquetFile(path, buffer_size=2**20, pre_buffer=False)


def _batches(file: Any) -> Iterator[Any]:
    """Yield batches of rows that take a few MB, however large one row is."""
    meta = file.metadata
    groups = (meta.row_group(index) for index in range(meta.num_row_groups))
    largest = max((group.total_byte_size // max(1, group.num_rows) for group in groups), default=0)
    return (batch for batch in file.iter_batches(min(_ROWS, 1 + _BYTES // (1 + largest))) if batch.num_rows)


@contextmanager
def _writer(target: Path, schema: Any) -> Iterator[Any]:
    """Give a function that writes batches. It merges them into row groups of a size that readers handle well."""
    pending: list[Any] = []
    rows = size = 0

    def flush() -> None:
        nonlocal rows, size
        if pending:
            writer.write_table(_pyarrow().Table.from_batches(pending, schema))
        pending.clear()
        rows = size = 0

    def write(batch: Any) -> None:
        nonlocal rows, size
        pending.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            flush()

    with _pyarrow("parquet").ParquetWriter(target, schema) as writer:
        yield write
        flush()


def _pyarrow(part: str = "") -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Unusable("Parquet needs the package pyarrow.") from None
    return pyarrow.parquet if part == "parquet" else pyarrow


@contextmanager
def _unusable_if_damaged(path: Path) -> Iterator[None]:
    """Turn the errors of pyarrow about a damaged file into Unusable."""
    try:
        yield
    except (_pyarrow().ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # an OSError of Arrow, about damage, has no errno
            raise
        sentence = (str(error).splitlines() or ["?"])[0][:200]
        raise Unusable(f"{path.name} cannot be read as Parquet: {sentence}") from None
