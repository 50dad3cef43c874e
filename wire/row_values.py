"""Turns the values of Python, numpy and pandas into types of JSON, and pictures into data URLs."""

import base64
import io
from datetime import date
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any

from wire.media_types import MAX_PICTURE_BYTES, find_picture_type

_MISSING_TYPES = frozenset({"NAType", "NaTType"})
"""The types of pandas.NA and pandas.NaT."""
_TIME_KIND = "M"
"""The kind of numpy.datetime64."""
_HOURS = "datetime64[h]"
_FLOAT_KIND, _DURATION_KIND = "f", "m"


def plain_value(value: Any) -> Any:
    """Return a value as a type of JSON, for the parameter `default` of `json.dumps`. Raises TypeError.

    Numbers of numpy and Decimals become numbers, arrays of one dimension lists, dates ISO text, pandas.NA and NaT null. A
    picture becomes a data URL: its bytes, the path of its file, or an image of Pillow. Raises ValueError if it is not read.
    """
    if type(value).__name__ in _MISSING_TYPES:
        return None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "dtype") and len(shape := getattr(value, "shape", (0, 0))) <= 1:
        return value.tolist() if shape else _plain_scalar(value)
    return data_url(_picture_bytes(value))


def data_url(picture: bytes, media_type: str | None = None) -> str:
    """Return the bytes of a picture's file as a data URL (RFC 2397), of this media type or of the one that they show."""
    shown_type = media_type or find_picture_type(picture) or "application/octet-stream"
    return f"data:{shown_type};base64,{base64.b64encode(picture).decode('ascii')}"


def _picture_bytes(value: Any) -> bytes:
    """Return a picture as the bytes of its file. Raises TypeError if a value is no picture, ValueError."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, PathLike):
        return _read_picture(Path(value))
    if not (hasattr(value, "getbands") and hasattr(value, "save")):
        raise TypeError(f"it is of the type {type(value).__name__}")
    buffer = io.BytesIO()
    value.save(buffer, "PNG")
    return buffer.getvalue()


def _read_picture(path: Path) -> bytes:
    """Return the bytes of a file. Raises ValueError if there is none, or if no service takes it."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"the file {path.name} cannot be read") from error
    if len(content) > MAX_PICTURE_BYTES:
        raise ValueError(f"the file {path.name} is larger than {MAX_PICTURE_BYTES // 2**20} MB")
    return content


def _plain_scalar(value: Any) -> Any:
    """Return a scalar of numpy or of a library like it as a type of JSON. Raises TypeError."""
    kind = getattr(value.dtype, "kind", "")
    if kind == _TIME_KIND:
        text = str(value.astype("datetime64[m]") if value.dtype.name == _HOURS else value)
        return None if text == "NaT" else text
    if kind == _FLOAT_KIND:
        return float(value)  # `item` of a longdouble is a longdouble again
    plain = value.item()
    if kind == _DURATION_KIND or type(plain) is type(value):
        raise TypeError(f"it is of the type {type(value).__name__}")
    return plain
