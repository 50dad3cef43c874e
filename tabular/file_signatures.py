"""What the first bytes of a file say of its kind, for files that come as another kind."""

from typing import NamedTuple

from wire.media_types import ARROW, CSV, GZIP, PARQUET, XLSX, ZIP, ZSTD

HEAD_BYTES = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OWN_TYPE = "Send it as {}."


class FileKind(NamedTuple):
    """`words` name a kind, such as "a Parquet file"; `advice` is what a caller of HTTP can do with such a file."""

    words: str
    advice: str


_SIGNATURES = (
    (b"PAR1", FileKind("a Parquet file", _OWN_TYPE.format(PARQUET))),
    (b"PARE", FileKind("an encrypted Parquet file", "Write it without encryption.")),
    (b"ARROW1", FileKind("an Arrow file (Feather)", "Write it as an Arrow stream, or as Parquet.")),
    (b"FEA1", FileKind("an old Feather file", "Write it as an Arrow stream, or as Parquet.")),
    (b"\xff\xff\xff\xff", FileKind("an Arrow stream", _OWN_TYPE.format(ARROW))),
    (b"PK\x03\x04", FileKind("a zip archive or an Excel workbook", _OWN_TYPE.format(f"{ZIP} or {XLSX}"))),
    (_OLE, FileKind("a workbook of an old Excel (.xls), or one with a password", "Save it as .xlsx without a password.")),
    (b"\x1f\x8b", FileKind("a file compressed with gzip", _OWN_TYPE.format(GZIP))),
    (b"\x28\xb5\x2f\xfd", FileKind("a file compressed with zstd", _OWN_TYPE.format(ZSTD))),
    (b"BZh", FileKind("a file compressed with bzip2", "Compress it with gzip, or send it as it is.")),
    (b"SQLite format 3\0", FileKind("a SQLite database", "Write its table as CSV or Parquet.")),
    (b"%PDF", FileKind("a PDF", "Save its table as CSV.")),
)
_TEXT = FileKind("a text file", _OWN_TYPE.format(CSV))
_UNKNOWN = FileKind("", "")


def describe_kind(head: bytes) -> FileKind:
    """Return the kind of a file by its first bytes; without words if they do not show it."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    return _TEXT if _is_text(head) else _UNKNOWN


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(head):  # else the last character is cut
            return False
        text = head[: error.start].decode("utf-8")
    return bool(text) and all(letter.isprintable() or letter in "\t\r\n\ufeff" for letter in text)
