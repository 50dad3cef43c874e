"""Words that mean a missing value in a text file, such as NA and null."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from wire.cells.text_style import MISSING_WORDS

_WORDS = pa.array(sorted(MISSING_WORDS))


def without_missing_words(array: pa.Array, categories: Sequence[str]) -> pa.Array:
    """Return a column of strings with null in place of these words. A word that is a category is a value."""
    text = pc.utf8_trim_whitespace(array)
    is_missing = pc.is_in(pc.utf8_lower(text), _WORDS)
    if categories:
        is_missing = pc.and_(is_missing, pc.invert(pc.is_in(text, pa.array(categories, pa.string()))))
    return pc.if_else(is_missing, None, array)
