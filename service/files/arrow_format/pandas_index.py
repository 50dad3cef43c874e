"""The index of a pandas DataFrame that its file stores in the metadata of the schema alone, as a range.

The answer gets it as a column, and metadata with which pandas makes this column the index again.
"""

import json
from typing import Any

import pyarrow as pa

_PANDAS = b"pandas"
_NO_NAME = "__index_level_0__"
"""The name that pandas gives to the column of an index without a name."""
_MAX_BYTES = 2**20
_MAX_INTEGER = 2**62


def stored_range(schema: pa.Schema, rows: int) -> tuple[pa.Field, range] | None:
    """Return the column of an index that is stored as a range, with its values.

    None if the schema has no such index for this number of rows, or if it only counts the rows from 0 and has no name.
    """
    indices = _metadata(schema).get("index_columns")
    if not isinstance(indices, list) or len(indices) != 1 or not isinstance(indices[0], dict):
        return None
    index = indices[0]
    start, stop, step = (_integer(index.get(name)) for name in ("start", "stop", "step"))
    if start is None or stop is None or not step:
        return None
    values, name = range(start, stop, step), index.get("name")
    if len(values) != rows or (values == range(rows) and name is None):
        return None
    column = name if isinstance(name, str) and name not in schema.names else _NO_NAME
    return None if column in schema.names else (pa.field(column, pa.int64()), values)


def index_metadata(schema: pa.Schema, index: pa.Field | None) -> dict[bytes, bytes] | None:
    """Return the metadata of the answer: that of pandas, with `index` as the column of the index."""
    pandas = _metadata(schema)
    if not pandas:
        return None
    if index is not None:
        name = None if index.name == _NO_NAME else index.name
        column = {"name": name, "field_name": index.name, "pandas_type": "int64", "numpy_type": "int64", "metadata": None}
        columns = pandas.get("columns")
        pandas["columns"] = [*(columns if isinstance(columns, list) else []), column]
        pandas["index_columns"] = [index.name]
    return {_PANDAS: json.dumps(pandas).encode()}


def _integer(value: Any) -> int | None:
    return value if type(value) is int and abs(value) < _MAX_INTEGER else None


def _metadata(schema: pa.Schema) -> dict[str, Any]:
    text = (schema.metadata or {}).get(_PANDAS, b"")
    try:
        pandas = json.loads(text) if len(text) <= _MAX_BYTES else None
    except (ValueError, RecursionError):
        return {}
    return pandas if isinstance(pandas, dict) else {}
