"""The key of an entity as text, from a value of a request or a file, or the reason why it is not a key."""

from typing import Any

from service.rows.shape_faults import Duplicate

MAX_KEY_CHARACTERS = 64
_TOO_LARGE = 10**MAX_KEY_CHARACTERS


def key_text(value: Any) -> str:
    """Return a key as text: 17 and "17" are the same. Raises NoKey."""
    if isinstance(value, Duplicate):
        raise NoKey("duplicate_field", "The key occurs twice.")
    if value is None or value == "":
        raise NoKey("missing_field", "The key is missing.")
    if type(value) is int and -_TOO_LARGE // 10 < value < _TOO_LARGE:
        value = str(value)
    if type(value) is not str:
        raise NoKey("wrong_type", "Expected a key: text or a whole number.")
    if len(value) > MAX_KEY_CHARACTERS:
        raise NoKey("too_long", f"A key has at most {MAX_KEY_CHARACTERS} characters.")
    if not value.isprintable():
        raise NoKey("invalid_text", "A key holds no control characters and no half characters.")
    return value


class NoKey(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
