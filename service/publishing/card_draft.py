"""The card of a new bundle: texts that a person wrote, completed with what the data say."""

import importlib.metadata
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.fields.field_type import FieldType, NumbersType
from service.fields.lookup import array_fields, types_of
from service.publishing.data_split import LabelledRows, Split
from service.publishing.plain_rows import shown_rows
from service.schemas import Card, Classification, Input, Row, Value

MAX_REAL_ROWS, MIN_REAL_ROWS = 100, 3
MAX_REAL_BYTES = 32_768
"""Of real rows with pictures or vectors, so many letters are kept, and the fewest rows at least: every page reads them."""
_LIBRARIES = ("scikit-learn", "numpy")
_BEFORE_THE_GATE = {"scorer": "onnx", "gate_rows": 0, "gate_difference": 0.0}


def draft_card(texts: dict[str, Any]) -> Card:
    """Return a draft from a card's texts (a card as in `card.json`, without what the data say)."""
    return msgspec.convert(texts | {"scoring": _BEFORE_THE_GATE | texts.get("scoring", {})}, Card)


def complete_draft(draft: Card, split: Split, showable: NDArray[np.bool_] | None = None) -> Card:
    """Return the draft with ranges, defaults, real rows and counts from the data.

    `showable` has one entry per test row: whether people may see it. Without it, people may see all.
    """
    inputs = tuple(_described(field, split.train.fields[field.name]) for field in types_of(draft))
    training = draft.training
    if training and split.is_fitted_on_train:
        training = msgspec.structs.replace(
            training,
            rows=len(split.train) + len(split.calibrate),
            held_out_rows=len(split.test),
            libraries={name: importlib.metadata.version(name) for name in _LIBRARIES},
        )
    real_rows, real_truths = _real_rows(draft, split.test, showable)
    return msgspec.structs.replace(
        draft, inputs=inputs, training=training, real_rows=tuple(real_rows), real_truths=tuple(real_truths)
    )


def _real_rows(draft: Card, test: LabelledRows, showable: NDArray[np.bool_] | None) -> tuple[list[Row], list[Value]]:
    """Return some test rows with their truth, if it is known, drawn at random, because data sets are often sorted."""
    fields = test.fields if showable is None else test.fields[showable]
    drawn = fields.sample(min(len(fields), MAX_REAL_ROWS), random_state=0)
    rows = shown_rows(draft, drawn)
    if array_fields(draft):
        letters = np.cumsum([len(msgspec.json.encode(row)) for row in rows])
        rows = rows[: max(MIN_REAL_ROWS, int((letters <= MAX_REAL_BYTES).sum()))]
    if not test.has_truth:
        return rows, []
    truth: list[Value] = test.truth[drawn.index[: len(rows)]].tolist()
    if isinstance(draft.output, Classification):
        truth = [draft.output.labels[index].value for index in test.truth[drawn.index[: len(rows)]].tolist()]
    return rows, truth


def _described(field: FieldType, values: "pd.Series[Any]") -> Input:
    """Return the field with what the training rows say of it; a range and a default of the draft stay."""
    drafted = field.field
    if not isinstance(field, NumbersType):
        return drafted
    described = field.describe(field.training_numbers(values))
    return msgspec.structs.replace(
        described,
        seen=drafted.seen or described.seen,
        default=described.default if drafted.default is None else drafted.default,
    )
