"""Reads stored predictions and features: by key from the published runs, or all rows of one run.

Each function reads one snapshot, so the records of one answer come from one run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Table, func, literal, select, tuple_, union_all

from service.store.run_history import PAGE
from service.store.run_rows import KEYS_PER_STATEMENT, KINDS
from service.store.store import Store
from service.store.tables import refused_rows, runs, stored_features, stored_pictures, stored_predictions


@dataclass(frozen=True)
class PredictionRecord:
    """A stored prediction of one key; `row` and `prediction` are JSON."""

    row: str
    prediction: str
    computed_at: str
    run: str
    version: str
    as_of: str | None
    """The month or the day of the data, if the input of the job said it."""


@dataclass(frozen=True)
class FeaturesRecord:
    """The stored features of one key; `fields` is JSON."""

    fields: str
    computed_at: str
    run: str
    as_of: str | None


@dataclass(frozen=True)
class PictureRecord:
    """The picture of a key whose features are stored; `details` is JSON."""

    details: str
    computed_at: str
    run: str


@dataclass(frozen=True)
class StoredRecords:
    """The records of the published runs by key. Keys without a record are left out."""

    predictions: dict[str, PredictionRecord] = field(default_factory=dict)
    features: dict[str, FeaturesRecord] = field(default_factory=dict)
    pictures: dict[str, PictureRecord] = field(default_factory=dict)
    """Filled on request."""


@dataclass(frozen=True)
class MeasuredPicture:
    """What the published run stored for a picture; `fields` and `details` are JSON, `preview` is a JPEG."""

    fields: str
    details: str
    preview: bytes


@dataclass(frozen=True)
class KeyRecord:
    """A key, what is stored for it, and its stored prediction: JSON, when it was computed, the version that computed it."""

    key: str
    has_prediction: bool
    has_features: bool
    prediction: str | None = None
    computed_at: str = ""
    version: str = ""


@dataclass(frozen=True)
class KeyPage:
    """A page of the keys. `next` is the last of them if more follow."""

    keys: list[KeyRecord]
    next: str | None


def find_records(store: Store, model: str, keys: list[str], *, with_pictures: bool = False) -> StoredRecords:
    """Return the records of these keys from the published runs of a model."""
    prediction, feature, records = stored_predictions.c, stored_features.c, StoredRecords()
    columns = (prediction.key, prediction.row, prediction.prediction, prediction.computed_at, prediction.run, runs.c.version)
    predictions = _published(select(*columns, prediction.as_of), stored_predictions, model)
    feature_columns = (feature.key, feature.fields, feature.computed_at, feature.run, feature.as_of)
    features = _published(select(*feature_columns), stored_features, model)
    with store.reading() as connection:
        for start in range(0, len(keys), KEYS_PER_STATEMENT):
            chunk = keys[start : start + KEYS_PER_STATEMENT]
            for key, *values in connection.execute(predictions.where(prediction.key.in_(chunk))):
                records.predictions[key] = PredictionRecord(*values)
            for key, *values in connection.execute(features.where(feature.key.in_(chunk))):
                records.features[key] = FeaturesRecord(*values)
            if with_pictures:
                for key, *values in connection.execute(_pictures(model).where(stored_pictures.c.key.in_(chunk))):
                    records.pictures[key] = PictureRecord(*values)
    return records


def find_preview(store: Store, model: str, key: str) -> tuple[str, bytes] | None:
    """Return the digest and the preview of the picture of a key in the published run, or None without one."""
    picture = stored_pictures.c
    query = _published(select(picture.digest, picture.preview), stored_pictures, model).where(picture.key == key)
    with store.reading() as connection:
        found = connection.execute(query).one_or_none()
    return None if found is None else (found.digest, bytes(found.preview))


def find_measured(store: Store, model: str, digests: list[str], method: str) -> dict[str, MeasuredPicture]:
    """Return digest → what the published run of a model stored for a picture that was measured by this method."""
    picture = stored_pictures.c
    columns = (picture.digest, stored_features.c.fields, picture.details, picture.preview)
    query = _published(_with_features(select(*columns)), stored_pictures, model)
    with store.reading() as connection:
        rows = connection.execute(query.where(picture.digest.in_(digests), picture.method == method)).all()
    return {digest: MeasuredPicture(fields, details, bytes(preview)) for digest, fields, details, preview in rows}


def list_keys(store: Store, model: str, after: str) -> KeyPage:
    """Return a page of the keys in the published runs that sort after `after`, in the order of the database."""
    prediction = stored_predictions.c
    parts = []
    for table in (stored_predictions, stored_features):
        flags = [literal(int(table is each)).label(each.name) for each in (stored_predictions, stored_features)]
        part = _published(select(table.c.key, *flags), table, model).where(table.c.key > after)
        parts.append(select(part.order_by(table.c.key).limit(PAGE + 1).subquery()))
    both = union_all(*parts).subquery()
    has = [func.max(both.c[table.name]) for table in (stored_predictions, stored_features)]
    page = select(both.c.key, *has).group_by(both.c.key).order_by(both.c.key).limit(PAGE + 1)
    columns = (prediction.key, prediction.prediction, prediction.computed_at, runs.c.version)
    with store.reading() as connection:
        keys = [(key, bool(has_one), bool(has_other)) for key, has_one, has_other in connection.execute(page)]
        shown = [key for key, *_ in keys[:PAGE]]
        lines = connection.execute(_published(select(*columns), stored_predictions, model).where(prediction.key.in_(shown)))
        stored = {key: values for key, *values in lines}
    records = [KeyRecord(*flags, *stored.get(flags[0], ())) for flags in keys[:PAGE]]
    return KeyPage(records, shown[-1] if len(keys) > PAGE else None)


def predictions_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the predictions of a run in the order of their keys, in pages of `size`."""
    return _pages(store, stored_predictions, run, size)


def features_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the features of a run in the order of their keys, in pages of `size`."""
    return _pages(store, stored_features, run, size)


def pictures_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the features of pictures of a run with their details, in the order of their keys, in pages of `size`."""
    picture = stored_pictures.c
    query = _with_features(select(stored_features, picture.digest, picture.method, picture.details))
    return _pages(store, stored_features, run, size, query)


def refused_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield the reasons for refused rows of a run, in the order of the input, in pages of `size`."""
    return _pages(store, refused_rows, run, size)


def count_refusals(store: Store, run: str) -> list[tuple[str, str, int]]:
    """Return why rows of a run were refused, as (field, code, how many rows), the most frequent first."""
    rows = func.count(refused_rows.c.place.distinct())
    query = select(refused_rows.c.field, refused_rows.c.code, rows).where(refused_rows.c.run == run)
    with store.reading() as connection:
        counts = connection.execute(query.group_by(refused_rows.c.field, refused_rows.c.code).order_by(rows.desc())).all()
    return [(field, code, count) for field, code, count in counts]


def _pictures(model: str) -> Select[Any]:
    columns = (stored_pictures.c.key, stored_pictures.c.details, stored_features.c.computed_at, stored_pictures.c.run)
    return _published(_with_features(select(*columns)), stored_pictures, model)


def _with_features(query: Select[Any]) -> Select[Any]:
    """Join the features of each picture."""
    picture, features = stored_pictures.c, stored_features.c
    return query.select_from(stored_pictures).join(
        stored_features, (features.run == picture.run) & (features.key == picture.key)
    )


def _published(query: Select[Any], table: Table, model: str) -> Select[Any]:
    return query.join(runs, runs.c.id == table.c.run).where(
        runs.c.model == model, runs.c.kind == KINDS[table], runs.c.state == "published"
    )


def _pages(
    store: Store, table: Table, run: str, size: int, rows: Select[Any] | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a run in a table, or those of `rows`, which joins it with another."""
    order = [column for column in table.primary_key if column.name != "run"]
    query = (select(table) if rows is None else rows).where(table.c.run == run).order_by(*order).limit(size)
    rest = query
    while True:
        with store.reading() as connection:
            page = [dict(row._mapping) for row in connection.execute(rest)]
        if not page:
            return
        yield page
        rest = query.where(tuple_(*order) > tuple_(*(literal(page[-1][column.name]) for column in order)))
