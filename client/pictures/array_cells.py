"""Arrays in the cells of a data frame, as files hold them: a picture as PNG, a vector as a list of numbers."""

import json
import struct
import zlib
from typing import Any

from wire.media_types import PNG_SIGNATURE
from wire.model_folder.sample_arrays import UnusableArrays, array_kind
from wire.row_values import data_url

_GREY, _RGB = 0, 2
"""The colour types of PNG."""
_BITS = 8
_PLANE = 2


def with_storable_arrays(frame: Any) -> Any:
    """Return a data frame (a copy) whose pictures are bytes of PNG, and whose vectors are lists that Parquet holds.

    Raises UnusableArrays, a ValueError, for arrays that no field has and no file holds.
    """
    for name in frame.columns:
        cells = frame[name].tolist() if hasattr(frame[name], "tolist") else []
        arrays = [cell for cell in cells if _is_array(cell)]
        if not arrays:
            continue
        forms = {_form(cell) for cell in arrays}
        try:
            is_picture = array_kind(str(name), forms) == "image"
        except UnusableArrays:
            if all(len(shape) == 1 for _, shape in forms):  # the model may not read them
                continue
            raise
        if not is_picture and len(forms) == 1:
            continue
        store = _picture if is_picture else _numbers
        frame = frame.copy(deep=False)
        frame[name] = [store(cell) if _is_array(cell) else None for cell in cells]
    return frame


def with_array_texts(frame: Any) -> Any:
    """Return such a data frame for a file of texts: a picture as a data URL, a vector as JSON."""
    for name in frame.columns:
        cells = frame[name].tolist() if hasattr(frame[name], "tolist") else []
        if any(isinstance(cell, bytes) or _is_array(cell) for cell in cells):
            frame = frame.copy(deep=False)
            frame[name] = [_text(cell) for cell in cells]
    return frame


def holds_arrays(values: list[Any]) -> bool:
    """Tell whether rows are arrays of two axes or more, or arrays that are no lists: no table is made of them."""
    return any(len(getattr(value, "shape", ())) > 0 for value in values[:1]) or any(
        isinstance(value, list | tuple) and any(isinstance(cell, list | tuple) or _is_array(cell) for cell in value[:1])
        for value in values[:1]
    )


def _is_array(cell: Any) -> bool:
    return isinstance(cell, list | tuple) or len(getattr(cell, "shape", ())) > 0


def _form(cell: Any) -> tuple[str, tuple[int, ...]]:
    """Return the name of the type of an array, and its shape. Lists hold floats, or objects."""
    if hasattr(cell, "dtype"):
        return str(cell.dtype), tuple(cell.shape)
    are_numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in cell)
    return "float64" if are_numbers else "object", (len(cell),)


def _numbers(cell: Any) -> list[float]:
    return list(map(float, cell))


def _text(cell: Any) -> str | None:
    if isinstance(cell, bytes):
        return data_url(cell)
    return json.dumps(_numbers(cell)) if _is_array(cell) else cell


def _picture(pixels: Any) -> bytes:
    """Return uint8 pixels, (height, width) or (height, width, 3), as PNG. Source: W3C, PNG Specification, 3rd edition."""
    height, width = pixels.shape[:2]
    content, line = pixels.tobytes(), width * (1 if len(pixels.shape) == _PLANE else 3)
    lines = b"".join(b"\0" + content[start : start + line] for start in range(0, len(content), line))
    colour_type = _GREY if len(pixels.shape) == _PLANE else _RGB
    header = struct.pack(">IIBBBBB", width, height, _BITS, colour_type, 0, 0, 0)
    return PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
