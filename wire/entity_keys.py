"""The key of an entity as text: one reading of numbers and texts, for requests, addresses, files and nightly jobs."""

import math
import re
from decimal import Decimal
from numbers import Integral, Real

MAX_KEY_CHARACTERS = 64
_EXACT_BELOW = 2.0**53
"""A 64-bit float holds every whole number below this limit exactly."""
_WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,14})\.00?")
"""A whole number with `.0` or `.00`. Three zeros could be thousands, and a key with leading zeros is a text."""


class NoKey(Exception):
    """The value is no key: the code and the message say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def key_text(value: object, exact_below: float = _EXACT_BELOW) -> str:
    """Return a key as text: 17, 17.0, "17", "17.0" and " 17 " are the same key. Raises NoKey.

    A float counts as a whole number below `exact_below`. Null and NaN are a missing key.
    """
    text = _text(value, exact_below)
    if not text:
        raise NoKey("missing_field", "The key is missing.")
    if len(text) > MAX_KEY_CHARACTERS:
        raise NoKey("too_long", f"A key has at most {MAX_KEY_CHARACTERS} characters.")
    if not text.isprintable():
        raise NoKey("invalid_text", "A key holds no control characters and no half characters.")
    return text


def _text(value: object, exact_below: float) -> str:
    """Return a value as text, a missing one as an empty text. Raises NoKey for another type."""
    if isinstance(value, str):
        text = value.strip()
        whole = _WHOLE.fullmatch(text)
        return whole[1] if whole else text
    number = _whole_number(value, exact_below)
    if number is not None and abs(number) < 10 ** (MAX_KEY_CHARACTERS - (number < 0)):
        return str(number)
    is_nan = value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)
    if value is None or is_nan:
        return ""
    raise NoKey("wrong_type", "Expected a key: text or a whole number.")


def _whole_number(value: object, exact_below: float) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Decimal):
        fits = value.is_finite() and value.adjusted() < MAX_KEY_CHARACTERS
        return int(value) if fits and value == value.to_integral_value() else None
    if isinstance(value, Real):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < exact_below else None
    return None
