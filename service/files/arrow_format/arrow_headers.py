"""Read the message headers of an Arrow stream, before its batches: detect compression and a missing end."""

import struct

import pyarrow as pa
from flatbuffers import encode, number_types
from flatbuffers.table import Table

_END_MARKS = (b"\xff\xff\xff\xff\0\0\0\0", b"\0\0\0\0")
"""The marks that close a stream: since format 0.15, and before."""
_HEADER, _DATA, _COMPRESSION = 2, 1, 3
"""Indices of fields in Message, DictionaryBatch and RecordBatch."""


def is_compressed(file: pa.NativeFile) -> bool:
    """Return whether a stream has compressed batches.

    Raises ValueError if a header is invalid or the end mark is missing, ArrowInvalid if the file is no Arrow stream. Without
    the end mark, a stream that is cut between two batches looks complete.
    """
    end = 0
    for message in pa.ipc.MessageReader.open_stream(file):
        end = file.tell()
        if message.type == "schema":
            continue
        try:
            batch = _child(_root(bytes(message.metadata)), _HEADER)
            if message.type == "dictionary batch":
                batch = _child(batch, _DATA)
            if batch.Offset(_slot(_COMPRESSION)):
                return True
        except (struct.error, TypeError, IndexError) as error:
            raise ValueError("no header") from error
    file.seek(end)
    if file.read(len(_END_MARKS[0]) + 1) not in _END_MARKS:
        raise ValueError("no end")
    return False


def _root(metadata: bytes) -> Table:
    return Table(metadata, encode.Get(number_types.UOffsetTFlags.packer_type, metadata, 0))


def _child(table: Table, field: int) -> Table:
    return Table(table.Bytes, table.Indirect(table.Offset(_slot(field)) + table.Pos))


def _slot(field: int) -> int:
    """Return the offset of a field's entry in the vtable: two bytes per field, after the sizes of vtable and table."""
    return 4 + 2 * field
