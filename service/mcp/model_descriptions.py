"""What an assistant reads about models before it asks them: plain texts of limited length."""

import re
from typing import Any, TypeVar

import msgspec

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
    """Return a card without real rows, which an assistant does not need and which would fill its memory."""
    return msgspec.structs.replace(card, real_rows=(), real_truths=())


def plain_text(text: Text) -> str:
    """Return a text in one line, at most 1,000 characters long, without characters that people cannot see."""
    assert isinstance(text, str)  # noqa: S101 - localized before
    line = visible(re.sub(r"\s+", " ", text).strip())
    return line if len(line) <= MAX_TEXT_CHARACTERS else f"{line[: MAX_TEXT_CHARACTERS - 1]}…"
