"""Parquet in and out, with pyarrow, which is imported on first use.

Knows: Parquet. Must not know: the service. Values keep their types: an output whose input is Parquet too is that input's
own rows with more columns.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.errors import Unusable
from pipeline.records import Record

_ROWS = 1000
_LINES = 10_000


class ParquetRecords:
    """The records of a Parquet file, a part at a time."""

    def __init__(self, path: Path) -> None:
        with _told(path):
            self._file = _pyarrow("parquet").ParquetFile(path)
        self.names: list[str] = self._file.schema_arrow.names
        self.rows: int = self._file.metadata.num_rows
        self._path = path
        if len(set(self.names)) != len(self.names):
            raise Unusable(f"{path.name} names a column twice.")

    def __iter__(self) -> Iterator[Record]:
        number = 0
        with _told(self._path):
            for batch in self._file.iter_batches(_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    yield Record(number, 1, values=values)


def join(source: Path, ledger: Path, added: dict[str, bool], target: Path) -> None:
    """Write the rows of `source` that have answers in the ledger, with these answers as columns: name → is it text?"""
    pyarrow, parquet = _pyarrow(), _pyarrow("parquet")
    with _told(source), ledger.open("rb") as lines:
        file = parquet.ParquetFile(source)
        types = [pyarrow.string() if is_text else pyarrow.float64() for is_text in added.values()]
        schema = file.schema_arrow
        for name, kind in zip(added, types, strict=True):
            schema = schema.append(pyarrow.field(name, kind))
        answers = map(json.loads, lines)
        answer = next(answers, None)
        before = 0
        with parquet.ParquetWriter(target, schema) as writer:
            for batch in file.iter_batches(_LINES):
                places: list[int] = []
                cells: list[list[Any]] = []
                while answer is not None and answer["number"] <= before + batch.num_rows:
                    places.append(answer["number"] - before - 1)
                    cells.append(answer["added"])
                    answer = next(answers, None)
                before += batch.num_rows
                columns = list(zip(*cells, strict=True)) or [()] * len(added)
                more = [pyarrow.array(column, kind) for column, kind in zip(columns, types, strict=True)]
                rows = batch.take(pyarrow.array(places, pyarrow.int64()))
                writer.write_batch(pyarrow.record_batch([*rows.columns, *more], schema=schema))


def convert(lines: Path, added: dict[str, bool], target: Path) -> None:
    """Write JSON lines as Parquet: read once for the columns' types, and once for the values."""
    pyarrow, parquet = _pyarrow(), _pyarrow("parquet")
    schema = pyarrow.schema([])
    try:
        for trees in _parts(lines):
            names = dict.fromkeys(name for tree in trees for name in tree if name not in added)
            found = {name: pyarrow.array([tree.get(name) for tree in trees]) for name in names}
            part = pyarrow.schema([(name, array.type) for name, array in found.items()])
            schema = pyarrow.unify_schemas([schema, part], promote_options="permissive")
        for name, is_text in added.items():
            schema = schema.append(pyarrow.field(name, pyarrow.string() if is_text else pyarrow.float64()))
        with parquet.ParquetWriter(target, schema) as writer:
            for trees in _parts(lines):
                arrays = [pyarrow.array([tree.get(field.name) for tree in trees], field.type) for field in schema]
                writer.write_batch(pyarrow.record_batch(arrays, schema=schema))
    except (pyarrow.ArrowException, OverflowError) as error:
        sentence = str(error).splitlines()[0][:200]
        raise Unusable(
            f"A column has values of several types, which Parquet cannot hold ({sentence}). Write JSON lines."
        ) from None


def _parts(lines: Path) -> Iterator[list[dict[str, Any]]]:
    with lines.open("rb") as file:
        while trees := [json.loads(line) for line in islice(file, _LINES)]:
            yield trees


def _pyarrow(part: str = "") -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Unusable("Parquet needs the package pyarrow.") from None
    return pyarrow.parquet if part == "parquet" else pyarrow


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what pyarrow says of a bad file into a sentence."""
    try:
        yield
    except _pyarrow().ArrowException as error:
        sentence = str(error).splitlines()[0][:200]
        raise Unusable(f"{path.name} cannot be read as Parquet: {sentence}") from None
