"""What the program in `model_worker/` must know of a card: the columns of its data frame, and the answer."""

import base64
from typing import Any

from service.fields.arrays.array_type import ArrayType
from service.fields.lookup import types_of
from service.rows.columns import Columns
from service.schemas import Card, Classification


def frame_fields(card: Card) -> list[dict[str, Any]]:
    """Return the fields of a card in the form that `model_worker.frame.FrameBuilder` takes."""
    return [
        {
            "name": field.name,
            "kind": field.frame_kind,
            "dtype": field.field.dtype,
            "categories": [category.value for category in field.field.categories],
            "shape": list(field.shape) if isinstance(field, ArrayType) else [],
        }
        for field in types_of(card)
    ]


def answer_kind(card: Card) -> dict[str, Any]:
    """Return the answer that a card promises in the form that `model_worker.model_calls.scores` takes."""
    if isinstance(card.output, Classification):
        return {"kind": card.output.scores, "labels": [label.value for label in card.output.labels]}
    return {"kind": "value"}


def array_texts(columns: Columns, rows: slice) -> dict[str, list[str]]:
    """Return the arrays of some rows by field, each as base64 of its bytes; `model_worker.frame` reads them."""
    return {
        name: [base64.b64encode(array.tobytes()).decode("ascii") for array in arrays[rows]]
        for name, arrays in columns.arrays.items()
    }
