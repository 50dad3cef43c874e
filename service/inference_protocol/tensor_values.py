"""The values of an input tensor, in the form of a row in JSON: numbers, true or false, texts, None for a missing value.

Nothing is allocated by a size that a request only states: the number of values and bytes is compared first.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from service.errors import Fault, InvalidInput
from service.inference_protocol.datatypes import BOOL, BYTES, NUMBERS, NumberDatatype
from service.rows.checks import MAX_ERRORS

Path = tuple[str | int, ...]
_LENGTH_BYTES = 4
"""The bytes before each element of BYTES, which say how long it is."""


def wrong_tensors(*faults: Fault) -> InvalidInput:
    """Return the error for tensors that cannot be read as rows of the model."""
    return InvalidInput("The tensors do not fit the model.", faults=list(faults))


def values_of_json(data: list[Any], datatype: str, rows: int, path: Path, *, is_column: bool) -> list[Any]:
    """Return the values of a tensor in JSON; `is_column`: its shape is [rows, 1]. Raises InvalidInput.

    The list is flat, or as the shape says. A number is taken as it is written: to round it to FP32 could only move it
    away from the value that the caller has.
    """
    if len(data) != rows:
        raise wrong_values(f"Expected {rows:,} values, as the shape says, not {len(data):,}.", path)
    if is_column and data and all(type(each) is list and len(each) == 1 for each in data):
        data = [each[0] for each in data]
    faults = list(islice(_json_faults(data, datatype, path), MAX_ERRORS))
    if faults:
        raise wrong_tensors(*faults)
    return data


def _json_faults(data: list[Any], datatype: str, path: Path) -> Iterator[Fault]:
    expected: frozenset[type]
    if datatype == BYTES:
        expected, words = frozenset({str, type(None)}), "a text"
    elif datatype == BOOL:
        expected, words = frozenset({bool, type(None)}), "true or false"
    else:
        limits = NUMBERS[datatype].limits
        if limits is not None:
            yield from _whole_number_faults(data, limits, path)
            return
        expected, words = frozenset({float, int, type(None)}), "a number"
    if not expected.issuperset(map(type, data)):
        for index, value in enumerate(data):
            if type(value) not in expected:
                yield _fault(f"Expected {words} or null.", (*path, index))


def _whole_number_faults(data: list[Any], limits: tuple[int, int], path: Path) -> Iterator[Fault]:
    low, high = limits
    for index, value in enumerate(data):
        if value is not None and not (type(value) is int and low <= value <= high):
            yield _fault(f"Expected a whole number from {low} to {high}, or null.", (*path, index))


def values_of_bytes(data: memoryview, datatype: str, rows: int, path: Path) -> list[Any]:
    """Return the values of a tensor in bytes (little-endian). NaN is a missing value. Raises InvalidInput."""
    if datatype == BYTES:
        return _texts(data, rows, path)
    if datatype == BOOL:
        require_size(len(data), rows, path)
        flags = np.frombuffer(data, np.uint8)
        if (flags > 1).any():
            raise wrong_tensors(_fault("Expected bytes of 0 or 1.", path))
        return list(flags.astype(np.bool_).tolist())
    return _numbers(data, NUMBERS[datatype], rows, path)


def _numbers(data: memoryview, datatype: NumberDatatype, rows: int, path: Path) -> list[Any]:
    require_size(len(data), rows * datatype.dtype.itemsize, path)
    numbers = np.frombuffer(data, datatype.dtype)
    if datatype.limits is None and np.isnan(numbers).any():
        return [None if number != number else number for number in numbers.tolist()]  # noqa: PLR0124 - NaN
    return list(numbers.tolist())


def _texts(data: memoryview, rows: int, path: Path) -> list[str]:
    texts: list[str] = []
    for index, element in enumerate(elements_of_bytes(data, rows, path)):
        try:
            texts.append(str(element, "utf-8"))
        except UnicodeDecodeError:
            raise wrong_values("Expected a text in UTF-8.", (*path, index)) from None
    return texts


def elements_of_bytes(data: memoryview, rows: int, path: Path) -> list[memoryview]:
    """Return the elements of a tensor of BYTES, each of which stands behind its length. Raises InvalidInput."""
    elements: list[memoryview] = []
    start = 0
    for index in range(rows):
        end = start + _LENGTH_BYTES
        length = int.from_bytes(data[start:end], "little")
        if end + length > len(data):
            raise wrong_values(f"The bytes end inside of element {index:,}.", (*path, index))
        elements.append(data[end : end + length])
        start = end + length
    require_size(len(data), start, path)
    return elements


def require_size(size: int, expected: int, path: Path) -> None:
    """Raise InvalidInput if a tensor has another number of bytes than expected."""
    if size != expected:
        raise wrong_values(f"Expected {expected:,} bytes, as shape and datatype say, not {size:,}.", path)


def wrong_values(message: str, path: Path) -> InvalidInput:
    """Return the error for values that cannot be read."""
    return wrong_tensors(_fault(message, path))


def _fault(message: str, path: Path) -> Fault:
    return Fault(None, "wrong_type", message, path=path)
