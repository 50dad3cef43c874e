"""Read Thrift's compact protocol, in the part that headers and footers of Parquet use.

pyarrow ends the process at some invalid values of a footer (a C++ exception that nothing catches), so files that are not
trusted are read here first. Source: the specification of the Thrift compact protocol.
"""

from typing import Any

_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BYTES, _LISTS, _STRUCT = 1, 2, 3, {4, 5, 6}, 7, 8, {9, 10}, 12
_LONG_LIST = 15


class ThriftReader:
    """Reads values in order. Raises ValueError or IndexError at invalid bytes, RecursionError at deep nesting."""

    def __init__(self, content: "memoryview[int]") -> None:
        self._content = content
        self.position = 0

    def struct(self) -> dict[int, Any]:
        """Return field → value: integers, structs and lists of these. Texts, doubles and booleans are skipped."""
        values: dict[int, Any] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._integer()
            values[field] = self._value(head & 0xF)
        return values

    def _value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.struct()
        if kind == _BYTES:
            length = self._unsigned()
            self.position += length
        elif kind == _DOUBLE:
            self.position += 8
        elif kind == _BYTE:
            self.position += 1
        elif kind in _LISTS:
            return self._list()
        elif kind not in (_TRUE, _FALSE):
            raise ValueError("no field of a page's header")
        return None

    def _list(self) -> list[Any]:
        head = self._byte()
        kind, count = head & 0xF, self._unsigned() if head >> 4 == _LONG_LIST else head >> 4
        if count > len(self._content) - self.position:  # an item takes at least one byte
            raise ValueError("no list")
        if kind in {_TRUE, _FALSE}:  # in a list each boolean takes one byte
            self.position += count
            return []
        return [self._value(kind) for _ in range(count)]

    def _integer(self) -> int:
        unsigned = self._unsigned()
        return (unsigned >> 1) ^ -(unsigned & 1)

    def _unsigned(self) -> int:
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
        self.position += 1
        return self._content[self.position - 1]
