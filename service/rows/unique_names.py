r"""Proof that a JSON body gives no name twice, from the count of its quotes.

A decoder takes the last of two equal names without an error. In a body, two quotes surround each name and each text; all
other quotes stand in strings, behind a backslash. So the body has two quotes for each name and each text that the decoder
kept, one for each quote inside these, and at least two more for each name that it dropped. Without the last, it dropped
nothing.

The count is wrong only if a string holds a quote as \u0022, which is no quote in the body. Such a body has no proof, if it
has other quotes inside its strings too.
"""

from collections.abc import Callable

import numpy as np

_SMALL_BYTES = 2000
"""Up to this size, `bytes.count` is faster than an array."""


def has_unique_names(body: bytes, strings: int, count_inner_quotes: Callable[[], int]) -> bool:
    """Return whether a decoded body gives each name once. False also means that there is no proof.

    `strings` is how many names and texts the decoder kept, or fewer. `count_inner_quotes` returns the quotes inside them, or
    fewer; it is called only for bodies with more quotes than those around the strings.
    """
    extra = _count_quotes(body) - 2 * strings
    return extra == 0 or (extra > 0 and b"\\u002" not in body and count_inner_quotes() == extra)


def _count_quotes(body: bytes) -> int:
    if len(body) <= _SMALL_BYTES:
        return body.count(b'"')
    return int(np.count_nonzero(np.frombuffer(body, np.uint8) == ord('"')))
