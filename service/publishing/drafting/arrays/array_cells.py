"""The cells of a column as arrays: arrays and lists of any kind, files of pictures, and texts of both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from service.pictures.model_picture import Colours, model_pixels, read_data_url
from service.pictures.picture_file import PictureHeader, WrongPicture, read_header
from service.publishing.drafting.findings import CannotDraft
from wire.cells.cell_values import parse_vector
from wire.model_folder.sample_arrays import MAX_SIDE, UnusableArrays, array_kind

_BYTES, _DATA_URL, _LIST = "bytes", "data:image/", "["
_MIN_NUMBERS = 2

Arrays = list[NDArray[Any]]


def is_array_column(values: "pd.Series[Any]") -> bool:
    """Tell whether a column holds arrays, lists, or files of pictures."""
    first = _first(values) if values.dtype == object else None
    return isinstance(first, np.ndarray | list | tuple) or _file_of(first) is not None


def is_text_of_arrays(values: "pd.Series[Any]") -> bool:
    """Tell whether all texts of a column are data URLs of pictures, or JSON lists of two numbers or more."""
    first = _first(values) if types.is_string_dtype(values.dtype) else None
    if not isinstance(first, str) or not first.lstrip().startswith((_DATA_URL, _LIST)):
        return False
    texts = [cell for cell in values.tolist() if not _is_missing(cell)]
    if not all(isinstance(cell, str) for cell in texts):
        return False
    if all(text.startswith(_DATA_URL) for text in texts):
        return True
    try:
        return all(text.lstrip().startswith(_LIST) and len(parse_vector(text)) >= _MIN_NUMBERS for text in texts)
    except ValueError:
        return False


def _first(values: "pd.Series[Any]") -> Any:
    """Return the first cell of objects or texts that is not missing; None if there is none."""
    return next((cell for cell in values.array if not _is_missing(cell)), None)


def read_arrays(name: str, values: "pd.Series[Any]", given: Mapping[str, Any] | None = None) -> "pd.Series[Any]":
    """Return a column with one array in each cell: uint8 pictures of one size, or float64 vectors of one length.

    `given` is what card.toml says of the field: files of pictures get the width and the height that it names. Raises
    CannotDraft.
    """
    cells = values.tolist()
    missing = sum(map(_is_missing, cells))
    if missing:
        raise CannotDraft(
            f"The column {name!r} holds arrays, and {missing:,} of its {len(cells):,} rows have none. "
            "A picture or a vector is never missing: leave these rows out."
        )
    contents = [_file_of(cell) for cell in cells]
    try:
        arrays = _pictures(name, contents, given or {}) if contents[0] is not None else _checked(name, cells)
    except UnusableArrays as error:
        raise CannotDraft(str(error)) from None
    _check_size(name, arrays[0].shape, given or {})
    column = np.empty(len(arrays), dtype=object)
    column[:] = arrays
    return pd.Series(column, index=values.index, name=values.name)


def bytes_of_row(name: str, values: "pd.Series[Any]", given: Mapping[str, Any]) -> int:
    """Return how many bytes the array of one row takes. Raises CannotDraft."""
    array: NDArray[Any] = read_arrays(name, values.dropna().head(1), given).iloc[0]
    return array.nbytes


def _is_missing(cell: Any) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and cell != cell)  # noqa: PLR0124 - NaN


def _file_of(cell: Any) -> bytes | str | None:
    """Return the file of a picture, as bytes or as a data URL; None if a cell holds none."""
    if isinstance(cell, Mapping):  # as the library datasets writes a picture
        cell = cell.get(_BYTES)
    if isinstance(cell, bytes | bytearray) or (isinstance(cell, str) and cell.startswith(_DATA_URL)):
        return bytes(cell) if isinstance(cell, bytearray) else cell
    return None


def _checked(name: str, cells: Sequence[Any]) -> Arrays:
    """Return arrays that a field can have. Raises UnusableArrays, CannotDraft."""
    arrays = [_dense(cell) for cell in cells]
    if array_kind(name, {(str(array.dtype), array.shape) for array in arrays}) == "image":
        return arrays
    vectors = [array.astype(np.float64) for array in arrays]
    wrong = sum(not np.isfinite(vector).all() for vector in vectors)
    if wrong:
        raise CannotDraft(
            f"The column {name!r} holds vectors with NaN or infinite numbers in {wrong:,} rows. "
            "A vector has finite numbers alone: fill them in before the fit, or leave these rows out."
        )
    return vectors


def _dense(cell: Any) -> NDArray[Any]:
    """Return an array or nested lists as one array; it has the type object if that is not possible."""
    if isinstance(cell, str) and cell.lstrip().startswith(_LIST):
        return np.asarray(parse_vector(cell))
    if isinstance(cell, np.ndarray) and cell.dtype != object:
        return cell
    try:
        return np.array([_dense(each) if _is_nested(each) else each for each in cell])
    except (ValueError, TypeError):
        return np.asarray([None], dtype=object)


def _is_nested(value: Any) -> bool:
    return isinstance(value, np.ndarray | list | tuple)


def _pictures(name: str, contents: Sequence[bytes | str | None], given: Mapping[str, Any]) -> Arrays:
    """Return the pixels of files: all in the size that card.toml gives, or in the one that all of them have."""
    files = [_content(name, each, row) for row, each in enumerate(contents)]
    headers = list(_headers(name, files))
    colours: Colours = given.get("colours") or ("grey" if all(header.is_grey for header in headers) else "rgb")
    sizes = sorted({(header.width, header.height) for header in headers})
    width, height = given.get("width") or sizes[0][0], given.get("height") or sizes[0][1]
    if not (given.get("width") and given.get("height")) and (len(sizes) > 1 or max(sizes[0]) > MAX_SIDE):
        found = f"several sizes, such as {_size(sizes[0])} and {_size(sizes[1])}" if len(sizes) > 1 else _size(sizes[0])
        raise CannotDraft(
            f"The column {name!r} holds pictures of {found} pixels. Say in card.toml which size the model takes, as type, "
            f"width, height and colours of the input {name!r}: at most {MAX_SIDE} on a side. Then all get it."
        )
    arrays: Arrays = []
    for row, file in enumerate(files):
        try:
            arrays.append(model_pixels(file, width, height, colours))
        except WrongPicture as error:
            raise _refused(name, row, error) from None
    return arrays


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"


def _headers(name: str, files: Iterable[bytes]) -> Iterator[PictureHeader]:
    for row, file in enumerate(files):
        header = read_header(file)
        if header is None:
            raise _refused(name, row, WrongPicture("", "It is not the file of a picture."))
        yield header


def _content(name: str, file: bytes | str | None, row: int) -> bytes:
    try:
        return read_data_url(file)[0] if isinstance(file, str) else file or b""
    except WrongPicture as error:
        raise _refused(name, row, error) from None


def _refused(name: str, row: int, error: WrongPicture) -> CannotDraft:
    return CannotDraft(f"The column {name!r} has no picture in row {row + 1:,}. {error} Leave this row out.")


def _check_size(name: str, shape: tuple[int, ...], given: Mapping[str, Any]) -> None:
    """Raise CannotDraft if card.toml names another size than the arrays have."""
    sides = ("length",) if len(shape) == 1 else ("height", "width")
    wrong = [side for side, size in zip(sides, shape, strict=False) if given.get(side) not in {None, size}]
    if wrong:
        raise CannotDraft(
            f"card.toml gives {name!r} the {wrong[0]} {given[wrong[0]]}, but the arrays have the shape {shape}."
        )
