"""Decodes the JSON of the store: rows, features and predictions. Raises StorageUnavailable if it cannot be decoded."""

from typing import Any

import msgspec

from service.errors import StorageUnavailable
from service.schemas import Card, Classification, LabelPrediction, Row, ValuePrediction
from service.schemas.stored import ColourShare, FoundText, StoredPicture
from service.store.lookups import FeaturesRecord, PictureRecord, PredictionRecord


class _Details(msgspec.Struct):
    """The details of a picture that people see."""

    width: int
    height: int
    texts: list[FoundText]
    colours: list[ColourShare]


def row_of(record: PredictionRecord) -> Row:
    """Return the row of a stored prediction. Raises StorageUnavailable."""
    return _decode(record.row, "A stored row cannot be read.")


def fields_of(record: FeaturesRecord) -> Row:
    """Return field → stored value or null. Raises StorageUnavailable."""
    return _decode(record.fields, "Stored features cannot be read.")


def picture_of(record: PictureRecord) -> StoredPicture:
    """Return a stored picture from its record. Raises StorageUnavailable."""
    try:
        details = msgspec.json.decode(record.details, type=_Details)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise StorageUnavailable("A stored picture cannot be read.") from error
    return StoredPicture(details.width, details.height, details.texts, details.colours, record.computed_at, record.run)


def prediction_of(card: Card, text: str) -> LabelPrediction | ValuePrediction:
    """Return a stored prediction from its JSON. Raises StorageUnavailable."""
    kind: Any = LabelPrediction if isinstance(card.output, Classification) else ValuePrediction
    try:
        prediction: LabelPrediction | ValuePrediction = msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise StorageUnavailable("A stored prediction cannot be read.") from error
    return prediction


def _decode(text: str, sentence: str) -> Row:
    try:
        row: Row = msgspec.json.decode(text, type=dict[str, float | int | str | bool | list[float] | None])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise StorageUnavailable(sentence) from error
    return row
