"""Merges one row field by field: values of the caller, else stored features, else the row of the stored prediction."""

from dataclasses import dataclass

from service.by_key.freshness import Freshness, age_seconds
from service.by_key.stored_values import fields_of, row_of
from service.errors import Fault
from service.schemas import Card, FieldWarning, Input, Origin, Row, Value
from service.store.lookups import FeaturesRecord, PredictionRecord

_FROM_REQUEST = Origin(from_="request")
_MESSAGES = {
    "not_stored": "Nothing is stored for this field, and the request does not give it.",
    "null_stored": "What is stored for this field is null. Give a value.",
    "expired": "What is stored for this field is too old. Give a value.",
}


@dataclass(frozen=True)
class MergedRow:
    """A row to score, the origin of each field, and the faults because of which it cannot be scored."""

    row: Row
    origins: dict[str, Origin]
    faults: list[Fault]
    """Codes: not_stored, null_stored, expired."""

    @property
    def warnings(self) -> list[FieldWarning]:
        return [FieldWarning(field=name, code="expired") for name, origin in self.origins.items() if origin.expired]


def merge_row(
    card: Card, values: Row, prediction: PredictionRecord | None, features: FeaturesRecord | None, freshness: Freshness
) -> MergedRow:
    """Return the merged row. `values` are the caller's; they count first, then stored features, then the stored row.

    Raises StorageUnavailable if stored values cannot be read.
    """
    stored: dict[str, tuple[Value, Origin]] = {}
    if prediction is not None:
        stored |= _with_origin(row_of(prediction), _origin(card, prediction, freshness))
    if features is not None:
        stored |= _with_origin(fields_of(features), _origin(card, features, freshness))
    merged = MergedRow(dict(values), {}, [])
    for field in card.inputs:
        name = field.name
        if name in values:
            merged.origins[name] = _FROM_REQUEST
            continue
        value, origin = stored.get(name, (None, None))
        if origin is not None:
            merged.row[name] = value
        merged.origins[name] = origin or _FROM_REQUEST
        code = _fault(field, value, origin, freshness)
        if code is not None:
            merged.faults.append(Fault(name, code, _MESSAGES[code]))
    return merged


def origins_of(card: Card, prediction: PredictionRecord, freshness: Freshness) -> dict[str, Origin]:
    """Return the origins of the fields of a stored prediction."""
    return dict.fromkeys(row_of(prediction), _origin(card, prediction, freshness))


def _fault(field: Input, value: Value, origin: Origin | None, freshness: Freshness) -> str | None:
    if origin is None:
        return None if field.nullable else "not_stored"
    if value is None and not field.nullable:
        return "null_stored"
    return "expired" if origin.expired and freshness.refuse_expired else None


def _with_origin(row: Row, origin: Origin) -> dict[str, tuple[Value, Origin]]:
    return {name: (value, origin) for name, value in row.items()}


def _origin(card: Card, record: PredictionRecord | FeaturesRecord, freshness: Freshness) -> Origin:
    return Origin(
        from_="store",
        computed_at=record.computed_at,
        age_seconds=age_seconds(record.computed_at),
        run=record.run,
        expired=freshness.is_expired(card, record.computed_at),
        as_of=record.as_of,
    )
