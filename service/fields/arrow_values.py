"""Columns of numbers of any of Arrow's types → doubles: the nearest ones, as JSON has them."""

import pyarrow as pa


def doubles(array: pa.Array) -> pa.Array:
    """Return the numbers as doubles. Arrow itself multiplies a decimal by a power of ten, which makes 0.5700000000000001 of
    0.57; the digits as text are read right."""
    if pa.types.is_decimal(array.type):
        array = array.cast(pa.string())
    return array.cast(pa.float64(), safe=False)
