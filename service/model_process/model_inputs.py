"""What the program in `model_worker/` must know of a card: the columns of its data frame, and the answer."""

from typing import Any

from service.fields.lookup import types_of
from service.schemas import Card, Classification


def frame_fields(card: Card) -> list[dict[str, Any]]:
    """Return the fields of a card in the form that `model_worker.frame.FrameBuilder` takes."""
    return [
        {
            "name": field.name,
            "kind": field.frame_kind,
            "dtype": field.field.dtype,
            "categories": [category.value for category in field.field.categories],
        }
        for field in types_of(card)
    ]


def answer_kind(card: Card) -> dict[str, Any]:
    """Return the answer that a card promises in the form that `model_worker.model_calls.scores` takes."""
    if isinstance(card.output, Classification):
        return {"kind": card.output.scores, "labels": [label.value for label in card.output.labels]}
    return {"kind": "value"}
