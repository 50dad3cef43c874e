"""Pictures that were measured before: those of the published run, and those of a file that `--output` wrote."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from service.jobs.pictures.picture_table import DETAILS, DIGEST
from service.jobs.pictures.picture_table import METHOD as METHOD_COLUMN
from service.jobs.sources.partitions import WrongInput, first_line
from service.picture_features.picture_features import FIELDS, METHOD
from service.rows.strict_json import encode
from service.store import lookups
from service.store.store import Store


@dataclass(frozen=True)
class Measured:
    """`fields` and `details` are JSON. `preview` is None if it is not stored."""

    fields: str
    details: str
    preview: bytes | None


class MeasuredBefore:
    """Looks up pictures by the SHA-256 of their files. `found` counts those that were found."""

    def __init__(self, store: Store, model: str, file: Path | None, fields: frozenset[str]) -> None:
        """`fields`: what is stored of each picture. Raises WrongInput if the file cannot be used."""
        self._store, self._model, self._fields = store, model, fields
        self._file = MeasuredFile(file) if file else None
        self.found = 0

    def find(self, digests: list[str]) -> dict[str, Measured]:
        """Return digest → what was measured of the picture, with all fields. Others are left out."""
        stored = lookups.find_measured(self._store, self._model, digests, METHOD)
        found = {digest: Measured(each.fields, each.details, each.preview) for digest, each in stored.items()}
        for digest in digests:
            if digest not in found and self._file and (row := self._file.find(digest)):
                found[digest] = row
        found = {digest: each for digest, each in found.items() if self._fields <= json.loads(each.fields).keys()}
        self.found += sum(digest in found for digest in digests)
        return found


class MeasuredFile:
    """A Parquet file of an earlier `--output`. One of its row groups is held at a time."""

    def __init__(self, path: Path) -> None:
        """Raises WrongInput."""
        self._path = path
        self._group, self._rows = -1, pa.table({})
        try:
            self._parquet = pa.parquet.ParquetFile(path)
            self._places = dict(self._read_places())
        except (pa.ArrowException, OSError) as error:
            raise WrongInput(f"--computed {path.name}: it cannot be read: {first_line(error)}") from error

    def find(self, digest: str) -> Measured | None:
        place = self._places.get(digest)
        if place is None:
            return None
        group, row = place
        if group != self._group:
            self._rows, self._group = self._parquet.read_row_group(group), group
        values: dict[str, Any] = self._rows.slice(row, 1).to_pylist()[0]
        fields = {name: values[name] for name in FIELDS if name in values}
        return Measured(encode(fields).decode(), values[DETAILS], None)

    def _read_places(self) -> Any:
        """Yield digest → row group and row, for the pictures that were measured by today's method."""
        names = self._parquet.schema_arrow.names
        if missing := [name for name in (DIGEST, METHOD_COLUMN, DETAILS) if name not in names]:
            raise WrongInput(f"--computed {self._path.name}: it has no column {missing[0]!r}. Give a file of --output.")
        for group in range(self._parquet.metadata.num_row_groups):
            table = self._parquet.read_row_group(group, [DIGEST, METHOD_COLUMN])
            for row, (digest, method) in enumerate(zip(*(column.to_pylist() for column in table.columns), strict=True)):
                if method == METHOD:
                    yield digest, (group, row)
