"""What the arrays in a column of a sample are, pictures or vectors. Other arrays get a sentence that says what to do."""

from collections.abc import Collection

from wire.field_types import FieldTypeName

MAX_SIDE = 512
"""The service reduces larger pictures before it makes the pixels of a model."""
_PIXEL = "uint8"
_NUMBERS = ("int", "uint", "float")
_GREY, _RGB, _MASKED = 1, 3, 4
_PLANE = 2

Form = tuple[str, tuple[int, ...]]
"""The name of the numpy type of an array, such as `uint8`, and its shape."""


class UnusableArrays(ValueError):
    """No field has such arrays. The message is a sentence with the way out."""


def array_kind(column: str, forms: Collection[Form]) -> FieldTypeName:
    """Return the type of the field for a column whose arrays have these forms, one or more. Raises UnusableArrays."""
    shapes = sorted({shape for _, shape in forms})
    if len(shapes) > 1:
        raise UnusableArrays(
            f"The column {column!r} holds arrays of several shapes, such as {shapes[0]} and {shapes[1]}. "
            "A field has one shape: bring all arrays to it before the fit."
        )
    types, shape = sorted({name for name, _ in forms}), shapes[0]
    if not all(shape) or not shape:
        raise UnusableArrays(f"The column {column!r} holds empty arrays. Leave it out of the model.")
    if len(shape) == 1:
        if not all(name.startswith(_NUMBERS) for name in types):
            raise UnusableArrays(
                f"The column {column!r} holds arrays of the type {' or '.join(types)}. A vector has numbers, and none of "
                "them is missing: make such numbers before the fit, or give each value a column of its own."
            )
        return "vector"
    _check_picture(column, types, shape)
    return "image"


def _check_picture(column: str, types: list[str], shape: tuple[int, ...]) -> None:
    """Raise UnusableArrays if arrays of two axes or more are no pictures."""
    is_stack = len(shape) == _PLANE + 1
    if is_stack and shape[2] == _GREY:
        fault = (
            f"arrays of the shape {shape}. A grey picture has the shape {shape[:2]}: give pixels[..., 0], "
            "and let a step of the pipeline add the last axis if the model needs it."
        )
    elif is_stack and shape[2] == _MASKED:
        fault = f"arrays of the shape {shape}, with four channels. A picture has no transparency: give pixels[..., :3]."
    elif len(shape) != _PLANE and not (is_stack and shape[2] == _RGB):
        fault = (
            f"arrays of the shape {shape}. A picture has the shape (height, width) or (height, width, 3), and a vector "
            "(length,): give one of these, and let a step of the pipeline change the axes."
        )
    elif types != [_PIXEL]:
        fault = (
            f"arrays of the type {' or '.join(types)} and the shape {shape}. The pixels of a picture are uint8, "
            "from 0 to 255: give these, and let a step of the pipeline scale them."
        )
    elif max(shape[:2]) > MAX_SIDE:
        fault = (
            f"pictures of {shape[1]} × {shape[0]} pixels. A model sees at most {MAX_SIDE} on a side: "
            "make them smaller before the fit."
        )
    else:
        return
    raise UnusableArrays(f"The column {column!r} holds {fault}")
