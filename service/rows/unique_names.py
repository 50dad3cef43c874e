r"""Proof that a JSON body gives no name twice, from the count of its colons.

A decoder takes the last of two equal names without an error. In a body, one colon follows each name; all other colons
stand in strings. So the body has one colon for each name that the decoder kept, those inside the names and strings that it
kept, and at least one more for each name that it dropped. Without these, it dropped nothing.

The count is wrong only if a string holds an escaped colon, \u003a, which is no colon in the body. Such a body has no proof.
"""

from collections.abc import Callable

import numpy as np

_SMALL_BYTES = 2000
"""Up to this size, `bytes.count` is faster than an array."""


def has_unique_names(body: bytes, names: int, count_text_colons: Callable[[], int]) -> bool:
    """Return whether a decoded body gives each name once. False also means that there is no proof.

    `names` is how many names the decoder kept, or fewer. `count_text_colons` returns the colons inside these names and the
    strings that it kept, or fewer; it is called only for bodies with more colons than names.
    """
    extra = _count_colons(body) - names
    return extra == 0 or (extra > 0 and not _may_escape_colons(body) and count_text_colons() == extra)


def _may_escape_colons(body: bytes) -> bool:
    """Tell whether the body holds the beginning of an escaped colon. The search for one byte is much the faster one."""
    return b"\\" in body and b"\\u003" in body


def _count_colons(body: bytes) -> int:
    if len(body) <= _SMALL_BYTES:
        return body.count(b":")
    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == ord(":")))
