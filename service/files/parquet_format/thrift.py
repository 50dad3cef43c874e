"""Thrift's compact protocol, as much of it as Parquet's headers and footers need.

pyarrow's own access to a footer ends the process where a value in it is
odd (its C++ throws through a door without a catch), so what is not trusted is read here.
"""

from typing import Any

_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BYTES, _LISTS, _STRUCT = 1, 2, 3, {4, 5, 6}, 7, 8, {9, 10}, 12
_LONG_LIST = 15


class Reader:
    """Reads values one after another. Raises ValueError or IndexError where the bytes are none, RecursionError at depth."""

    def __init__(self, held: "memoryview[int]") -> None:
        self._held = held
        self.place = 0

    def struct(self) -> dict[int, Any]:
        """Return field → value: integers, structs and lists of them; of texts, doubles and truths nothing is kept."""
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
            return self._list()
        elif kind not in (_TRUE, _FALSE):
            raise ValueError("no field of a page's header")
        return None

    def _list(self) -> list[Any]:
        head = self._byte()
        kind, count = head & 0xF, self._plain() if head >> 4 == _LONG_LIST else head >> 4
        if count > len(self._held) - self.place:  # every item has a byte at least
            raise ValueError("no list")
        if kind in {_TRUE, _FALSE}:  # in a list they have a byte each
            self.place += count
            return []
        return [self._value(kind) for _ in range(count)]

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
        return self._held[self.place - 1]
