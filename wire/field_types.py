"""The types that an input field of a card may have. Each program has a table of what it does with each type."""

from typing import Literal

FieldTypeName = Literal["number", "integer", "category", "text", "boolean", "date", "datetime", "image", "vector"]
