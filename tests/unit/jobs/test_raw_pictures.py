"""Promises of the inputs of nightly pictures: which bytes a path or a cell gives."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.jobs.pictures.picture_sources import BytesSource, FolderSource
from wire.media_types import MAX_PICTURE_BYTES

STRUCT = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
NAMES = [" first.png", "sec\\ond.png", "third.png "]


def test_names_of_a_folder_are_taken_as_they_are(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(name.encode())
    found = list(FolderSource(tmp_path, "key").pictures())
    assert sorted(picture.content or b"" for picture in found) == sorted(name.encode() for name in NAMES)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), STRUCT], ids=str)
def test_a_cell_that_is_too_large_for_a_picture_is_read_only_a_byte_further(kind: pa.DataType, tmp_path: Path) -> None:
    contents = [b"small", bytes(MAX_PICTURE_BYTES + 1000), None]
    cells = [{"bytes": content, "path": "x/a.png"} for content in contents] if kind == STRUCT else contents
    column = pa.array(cells, kind)
    pq.write_table(pa.table({"key": ["a", "b", "c"], "image": column}), tmp_path / "in.parquet")
    small, large, none = BytesSource(tmp_path / "in.parquet", "key").pictures()
    assert (small.content, len(large.content or b"")) == (b"small", MAX_PICTURE_BYTES + 1)
    assert (none.content, none.code) == (None, "missing_picture")
