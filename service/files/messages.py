"""Does an Arrow stream hold compressed batches? Read from the messages' own headers, before anything is unpacked.

Knows: the tables of Arrow's format (Message.fbs: Message, RecordBatch, DictionaryBatch). Must not know: rows, models.
"""

import struct

import pyarrow as pa
from flatbuffers import encode, number_types
from flatbuffers.table import Table

_HEADER, _DATA, _COMPRESSION = 2, 1, 3
"""Places of the fields in Message, DictionaryBatch and RecordBatch."""


def is_compressed(file: pa.NativeFile) -> bool:
    """Raises ValueError where a header is no header, ArrowInvalid where the stream is none."""
    for message in pa.ipc.MessageReader.open_stream(file):
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
    return False


def _root(metadata: bytes) -> Table:
    return Table(metadata, encode.Get(number_types.UOffsetTFlags.packer_type, metadata, 0))


def _child(table: Table, field: int) -> Table:
    return Table(table.Bytes, table.Indirect(table.Offset(_slot(field)) + table.Pos))


def _slot(field: int) -> int:
    """Return where the vtable says where a field stands: two bytes each, after its own and the table's size."""
    return 4 + 2 * field
