"""The base classes of all shapes, and the types that several shapes use."""

from typing import Any

import msgspec

from wire.languages import Language

Value = float | int | str | bool | None | list[float]
"""The value of a field in JSON: a list is a vector, and a picture is a text (a data URL)."""
Row = dict[str, Any]
"""The inputs of one case, field → value. `service.rows.checks` checks them."""

Text = str | dict[Language, str]
"""A text for people. A bundle has one text per language, or one for all; an answer always has a string."""


class Shape(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The base class of all shapes: unknown fields are refused, and values do not change."""


class Published(Shape, frozen=True, omit_defaults=True):
    """A shape that is written without the fields that have their default."""
