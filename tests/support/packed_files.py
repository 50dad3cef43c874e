"""Compressed files for tests, packed with other code than the product's where there is any."""

import gzip
import io
import zipfile

import pyarrow as pa


def packed_as(ending: str, content: bytes, name: str = "rows.csv") -> bytes:
    """Return a file with this ending of its name: gz, zip or zst. `name` is that of the file in a zip archive."""
    if ending == "gz":
        return gzip.compress(content)
    if ending == "zst":
        return bytes(pa.compress(content, "zstd", asbytes=True))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()
