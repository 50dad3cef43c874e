"""What an assistant reads about models before it asks them: plain texts of limited length."""

import re
from typing import Any, TypeVar

import msgspec

from service.fields.lookup import array_fields
from service.mcp.tool_results import visible
from service.schemas import Card, ModelList
from service.schemas.localization import with_texts
from service.schemas.shape import Shape, Text

D = TypeVar("D", Card, ModelList)
MAX_TEXT_CHARACTERS = 1000


class ModelDescription(Shape, frozen=True):
    """The card without its real rows, and the schemas of what a model can be asked with."""

    card: Card
    row_schema: dict[str, Any]
    goal_schema: dict[str, Any]


def with_plain_texts(shape: D) -> D:
    """Return a localized card or list of models whose texts are plain."""
    return with_texts(shape, plain_text)


def without_rows(card: Card) -> Card:
    """Return a card without what an assistant does not need and would fill its memory: real rows, pictures, vectors."""
    arrays = {field.name for field in array_fields(card)}
    examples = [
        msgspec.structs.replace(each, row={name: value for name, value in each.row.items() if name not in arrays})
        for each in card.examples
    ]
    inputs = [msgspec.structs.replace(field, default=None) if field.name in arrays else field for field in card.inputs]
    return msgspec.structs.replace(card, real_rows=(), real_truths=(), examples=tuple(examples), inputs=tuple(inputs))


def plain_text(text: Text) -> str:
    """Return a text in one line, at most 1,000 characters long, without characters that people cannot see."""
    assert isinstance(text, str)  # noqa: S101 - localized before
    line = visible(re.sub(r"\s+", " ", text).strip())
    return line if len(line) <= MAX_TEXT_CHARACTERS else f"{line[: MAX_TEXT_CHARACTERS - 1]}…"
