"""The warnings of a row: what is unusual about it, and what a text model knows of its words."""

from typing import Literal

from service.schemas.shape import Published, Shape, Text


class KnownWords(Shape, frozen=True):
    """How many words of a text the model knows. Words have two letters or more."""

    known: int
    words: int


class FieldWarning(Published, frozen=True):
    field: str
    """For a contradiction, the first of its fields."""
    code: Literal[
        "outside_training_range",
        "unseen_category",
        "expired",
        "contradiction",
        "few_known_words",
        "other_language",
        "unlike_training",
    ]
    fields: tuple[str, ...] = ()
    """The fields that contradict each other, in the order of the rule; empty for another code."""
    sentence: Text = ""
    """The rule of the card that the row breaks; empty for another code."""
    known_words: KnownWords | None = None
    """How many words of the text the model knows, for `few_known_words`."""
    language: str = ""
    """The language that the text seems to have, for `other_language`: a code of ISO 639."""
