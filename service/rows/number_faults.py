"""Which numbers a card refuses, and why: one list of codes for JSON, files and nightly jobs."""

import math

import numpy as np

from service.errors import Fault
from service.fields.field_type import Mask, Numbers, NumbersType
from service.fields.integer import IntegerType


def is_refused(field: NumbersType, numbers: Numbers) -> Mask:
    """Return the mask of the numbers of a column that have a fault. NaN (null) has none."""
    outside = np.asarray((numbers < field.min_number) | (numbers > field.max_number))
    return outside | is_fraction(numbers) if isinstance(field, IntegerType) else outside


def is_fraction(numbers: Numbers) -> Mask:
    """Return the mask of finite numbers that are not whole."""
    return np.asarray(np.isfinite(numbers) & (numbers != np.floor(numbers)))


def number_faults(field: NumbersType, number: float) -> list[Fault]:
    """Return every fault of a number of a column, the type before the range."""
    is_wrong = isinstance(field, IntegerType) and math.isfinite(number) and not number.is_integer()
    is_outside = number < field.min_number or number > field.max_number
    return [field.type_fault()] * is_wrong + [field.range_fault(number)] * is_outside
