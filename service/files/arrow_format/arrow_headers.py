"""Does an Arrow stream hold compressed batches, and does it end where it should?

Read from the messages' own headers, before anything is unpacked.
"""

import struct

import pyarrow as pa
from flatbuffers import encode, number_types
from flatbuffers.table import Table

_ENDS = (b"\xff\xff\xff\xff\0\0\0\0", b"\0\0\0\0")
"""The marks that close a stream: since format 0.15, and before."""
_HEADER, _DATA, _COMPRESSION = 2, 1, 3
"""Places of the fields in Message, DictionaryBatch and RecordBatch."""


def is_compressed(file: pa.NativeFile) -> bool:
    """Raises ValueError where a header is no header or the stream is cut off, ArrowInvalid where it is none.

    A stream that was cut off between two batches reads like a whole one. Every writer that closes it marks its end.
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
    if file.read(len(_ENDS[0]) + 1) not in _ENDS:
        raise ValueError("no end")
    return False


def _root(metadata: bytes) -> Table:
    return Table(metadata, encode.Get(number_types.UOffsetTFlags.packer_type, metadata, 0))


def _child(table: Table, field: int) -> Table:
    return Table(table.Bytes, table.Indirect(table.Offset(_slot(field)) + table.Pos))


def _slot(field: int) -> int:
    """Return where the vtable says where a field stands: two bytes each, after its own and the table's size."""
    return 4 + 2 * field
