"""Columns of Arrow that are stored as a dictionary or as runs → one cell for each row."""

import numpy as np
import pyarrow as pa


def plain_column(array: pa.Array) -> pa.Array:
    """Return a column without dictionary and run-end encoding, also one inside the other.

    The caller limits what it expands to: see `service.files.cell_sizes`.
    """
    while True:
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(array.type):
            rows = array.offset + np.arange(len(array))
            array = array.values.take(pa.array(np.searchsorted(np.asarray(array.run_ends), rows, side="right")))
        else:
            return array
