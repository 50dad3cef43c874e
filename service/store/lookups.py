"""Stored predictions and features by key, from the published runs; and all of a run, for a file.

Knows: the tables. Must not know: models, what is stale. One question is one snapshot: all its rows come from one whole run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, literal, select, tuple_

from service.store.store import Store
from service.store.tables import refused_rows, runs, stored_features, stored_predictions

_KEYS_A_STATEMENT = 5000


@dataclass(frozen=True)
class Found:
    """What a run wrote for one key; `row` and `prediction` are JSON."""

    row: str
    prediction: str
    computed_at: str
    run: str
    version: str


def find(store: Store, model: str, keys: list[str]) -> dict[str, Found]:
    """Return what the published run of a model holds; keys that it does not hold are left out."""
    stored = stored_predictions.c
    wanted = (
        select(stored.key, stored.row, stored.prediction, stored.computed_at, stored.run, runs.c.version)
        .join(runs, runs.c.id == stored.run)
        .where(runs.c.model == model, runs.c.kind == "predictions", runs.c.state == "published")
    )
    found: dict[str, Found] = {}
    with store.reading() as connection:
        for start in range(0, len(keys), _KEYS_A_STATEMENT):
            some = keys[start : start + _KEYS_A_STATEMENT]
            for key, *columns in connection.execute(wanted.where(stored.key.in_(some))):
                found[key] = Found(*columns)
    return found


def predictions_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield a run's predictions in the order of their keys, `size` at a time."""
    return _pages(store, stored_predictions, run, size)


def features_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield a run's features in the order of their keys, `size` at a time."""
    return _pages(store, stored_features, run, size)


def refused_of(store: Store, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    """Yield why rows of a run's input were refused, in the order of the input, `size` at a time."""
    return _pages(store, refused_rows, run, size)


def _pages(store: Store, table: Table, run: str, size: int) -> Iterator[list[dict[str, Any]]]:
    order = [column for column in table.primary_key if column.name != "run"]
    wanted = select(table).where(table.c.run == run).order_by(*order).limit(size)
    rest = wanted
    while True:
        with store.reading() as connection:
            page = [dict(row._mapping) for row in connection.execute(rest)]
        if not page:
            return
        yield page
        rest = wanted.where(tuple_(*order) > tuple_(*(literal(page[-1][column.name]) for column in order)))
