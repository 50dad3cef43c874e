"""Inputs of pictures: a folder, a CSV with their paths, a Parquet file with their bytes."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import Protocol

import pyarrow as pa

from service.jobs.key_columns import key_texts
from service.jobs.pictures.raw_pictures import RawPicture, WrongFile, raw_picture, read_inside, written_path
from service.jobs.sources.folder_listing import is_parquet
from service.jobs.sources.inputs import read
from service.jobs.sources.partitions import FAULT, WrongInput, first_line, open_parquet
from service.jobs.sources.source import Source
from wire.entity_keys import NoKey
from wire.media_types import MAX_PICTURE_BYTES

PATH = "path"
"""The column of a CSV that holds the paths."""
_IGNORED = (".", "_")
_COLUMNS = ("picture", "image")
"""The column of a Parquet file that holds the pictures; without one of them, its only column of bytes."""
_ROWS_AT_ONCE = 1
"""Rows may be large, and each takes much longer to measure than to read."""


class PictureSource(Protocol):
    name: str
    rows: int | None
    ignored_files: int
    matched: dict[str, str]

    def pictures(self) -> Iterator[RawPicture]:
        """Yield the pictures in an order that is always the same. Raises WrongInput."""
        ...


class FolderSource:
    """All files of a folder and its subfolders, in the order of their paths. The key is the name without its ending."""

    matched: dict[str, str]

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder.resolve(), key
        self.name, self.matched, self.ignored_files = str(self._folder), {}, 0
        self._paths = sorted(self._list())
        self.rows: int | None = len(self._paths)
        if not self._paths:
            raise WrongInput(f"The folder {folder.name!r} has no file.")

    def pictures(self) -> Iterator[RawPicture]:
        for path in self._paths:
            yield raw_picture(PurePath(path).stem, partial(read_inside, self._folder, path), self._key)

    def _list(self) -> Iterator[str]:
        """Yield the paths below the folder. Linked folders are no folders here; names that begin with . or _ are ignored."""
        for folder, folders, files in os.walk(self._folder, onerror=_cannot_list):
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in (*files, *links):
                if name.startswith(_IGNORED):
                    self.ignored_files += 1
                else:
                    yield Path(folder, name).relative_to(self._folder).as_posix()
            folders[:] = [name for name in folders if not name.startswith(_IGNORED)]


class PathsSource:
    """A CSV with the keys and paths of pictures. The paths are relative to the folder of the CSV."""

    def __init__(self, table: Source, folder: Path, key: str) -> None:
        self._table, self._folder, self._key = table, folder.resolve(), key
        self.name, self.rows, self.ignored_files, self.matched = table.name, table.rows, table.ignored_files, table.matched

    def pictures(self) -> Iterator[RawPicture]:
        for batch in read(self._table, [PATH, self._key]):
            faults = batch.column(FAULT).to_pylist() if FAULT in batch.schema.names else [None] * batch.num_rows
            keys = key_texts(batch.column(self._key))
            for key, path, fault in zip(keys, batch.column(PATH).to_pylist(), faults, strict=True):
                if fault is not None:
                    yield RawPicture(None, None, "", "wrong_cells", fault)
                elif isinstance(key, NoKey):
                    yield RawPicture(None, None, self._key, key.code, key.message)
                else:
                    yield raw_picture(key, partial(read_inside, self._folder, written_path(path)), self._key)


class BytesSource:
    """A Parquet file with the bytes of pictures: a binary column, or one of structs {bytes, path}.

    A file without a column of keys takes the name of the path as the key, without its ending.
    """

    ignored_files = 0

    def __init__(self, file: Path, key: str) -> None:
        self._file, self._key = file, key
        self.name = str(file.resolve())
        self.matched: dict[str, str] = {}
        try:
            with open_parquet(file) as parquet:
                schema, self.rows = parquet.schema_arrow, parquet.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise WrongInput(f"{file.name} cannot be read: {first_line(error)}") from error
        self._column = _picture_column(schema)
        kind = schema.field(self._column).type
        has_path = pa.types.is_struct(kind) and kind.get_field_index("path") >= 0
        self._has_key = key in schema.names
        if not self._has_key and not has_path:
            raise WrongInput(f"The input has no column {key!r}.")

    def pictures(self) -> Iterator[RawPicture]:
        names = [self._column, *([self._key] if self._has_key else [])]
        try:
            with pa.parquet.ParquetFile(self._file, buffer_size=2**20, pre_buffer=False) as parquet:
                for batch in parquet.iter_batches(_ROWS_AT_ONCE, columns=names, use_threads=False):
                    yield from self._rows(batch)
        except (pa.ArrowException, OSError) as error:
            raise WrongInput(f"{self._file.name}: it cannot be read to its end: {first_line(error)}") from error

    def _rows(self, batch: pa.RecordBatch) -> Iterator[RawPicture]:
        cells = batch.column(self._column)
        keys = key_texts(batch.column(self._key)) if self._has_key else [_name_of(cell) for cell in cells]
        for key, cell in zip(keys, cells, strict=True):
            if isinstance(key, NoKey):
                yield RawPicture(None, None, self._key, key.code, key.message)
            else:
                yield raw_picture(key, partial(_read_cell, cell), self._key)


def open_pictures(address: str, key: str, open_table: Callable[[], Source]) -> PictureSource:
    """Open what `--input` names; `open_table` opens it as a CSV. Raises WrongInput."""
    if "://" in address:
        raise WrongInput("Pictures are read from a folder, a CSV or a Parquet file of this machine.")
    path = Path(address)
    try:
        if path.is_dir():
            return FolderSource(path, key)
        if is_parquet(path):
            return BytesSource(path, key)
    except OSError as error:
        raise WrongInput(f"The input cannot be read: {first_line(error)}") from error
    return PathsSource(open_table(), path.resolve().parent, key)


def _picture_column(schema: pa.Schema) -> str:
    """Return the name of the column with the pictures. Raises WrongInput."""
    binary = [field.name for field in schema if _holds_bytes(field.type)]
    named = [name for name in _COLUMNS if name in binary] or binary
    if len(named) != 1 and not (named and named[0] in _COLUMNS):
        raise WrongInput("The input needs a column of bytes that is called picture or image, or only one column of bytes.")
    return str(named[0])


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and _holds_bytes(kind.field("bytes").type)
    return any(check(kind) for check in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view))


def _name_of(cell: pa.StructScalar) -> str:
    return PurePath((cell["path"].as_py() if cell.is_valid else None) or "").stem


def _read_cell(cell: pa.Scalar) -> bytes:
    """Return the bytes of a cell; of one that is too large for a picture, only a byte more than that."""
    content = cell["bytes"] if cell.is_valid and isinstance(cell, pa.StructScalar) else cell
    if not content.is_valid:
        raise WrongFile("missing_picture", "The row has no bytes of a picture.")
    return bytes(memoryview(content.as_buffer())[: MAX_PICTURE_BYTES + 1])


def _cannot_list(error: OSError) -> None:
    raise WrongInput(f"The folder cannot be read: {first_line(error)}") from error
