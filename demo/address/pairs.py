"""Pairs of name and text inside one parameter, in the form of a query: goal=approve&fixed=income."""

import math
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

_MAX_PAIRS = 200


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return pairs as one text, in their order."""
    return urlencode(list(pairs))


def decode_pairs(text: str) -> list[tuple[str, str]]:
    """Return the pairs of a text, in their order; an empty list if there are too many."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_PAIRS)
    except ValueError:
        return []


def encode_number(value: float) -> str:
    """Return a number as text that gives exactly the same number back."""
    return repr(value)


def decode_number(text: str | None, low: float = -math.inf, high: float = math.inf) -> float | None:
    """Return the number of a text; None if it is not a finite number from `low` to `high`."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and low <= value <= high else None
