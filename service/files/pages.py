"""The headers of a Parquet column's pages: what each says that it unpacks to, before anything is unpacked.

Knows: Thrift's compact protocol, Parquet's PageHeader. Must not know: rows, models, Arrow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_KIND, _UNPACKED, _PACKED = 1, 2, 3
"""Fields of PageHeader."""
_DICTIONARY = 2
_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BYTES, _LISTS, _STRUCT = 1, 2, 3, {4, 5, 6}, 7, 8, {9, 10}, 12
_LONG_LIST = 15


@dataclass(frozen=True)
class Page:
    is_dictionary: bool
    bytes: int
    """When unpacked."""


def pages(file: "memoryview[int]", start: int, stop: int) -> Iterator[Page]:
    """Yield the pages that stand there. Raises ValueError, IndexError where one has no header."""
    while start < stop:
        reader = _Reader(file, start)
        header = reader.struct()
        unpacked, packed = header.get(_UNPACKED, -1), header.get(_PACKED, -1)
        if not (isinstance(unpacked, int) and isinstance(packed, int) and unpacked >= 0 and packed >= 0):
            raise ValueError("no sizes of a page")
        yield Page(header.get(_KIND) == _DICTIONARY, unpacked)
        start = reader.place + packed


class _Reader:
    def __init__(self, file: "memoryview[int]", place: int) -> None:
        self._file = file
        self.place = place

    def struct(self) -> dict[int, Any]:
        """Return field → value; of texts and doubles nothing is kept."""
        found: dict[int, Any] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._integer()
            found[field] = self._value(head & 0xF)
        return found

    def _value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.struct()
        if kind == _BYTES:
            length = self._plain()
            self.place += length
        elif kind == _DOUBLE:
            self.place += 8
        elif kind == _BYTE:
            self.place += 1
        elif kind in _LISTS:
            head = self._byte()
            for _ in range(self._plain() if head >> 4 == _LONG_LIST else head >> 4):
                self._value(head & 0xF)
        elif kind not in (_TRUE, _FALSE):
            raise ValueError("no field of a page's header")
        return None

    def _integer(self) -> int:
        plain = self._plain()
        return (plain >> 1) ^ -(plain & 1)

    def _plain(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
                return value
            shift += 7
            if shift > 63:  # noqa: PLR2004
                raise ValueError("no number")

    def _byte(self) -> int:
        self.place += 1
        return self._file[self.place - 1]
