"""The types that an input field of a card may have. Each program has its own table of what it does with each."""

from typing import Literal

FieldTypeName = Literal["number", "integer", "category", "text", "boolean", "date", "datetime"]
