"""Nightly features: card statements → the slow fields of each client, computed by the same function as in training."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.fields.field_type import RangeType
from service.fields.lookup import type_of
from service.jobs.batch_scoring import REFUSED
from service.jobs.card_statements import AMOUNTS, KEY, STATEMENTS, current_month, parse_statements
from service.jobs.external_sort import BUCKETS, group_by_key
from service.jobs.job_runner import Job
from service.jobs.key_columns import check_key_column
from service.jobs.payment_history import MONTHS, business_fields
from service.jobs.pictures.picture_table import PICTURES
from service.jobs.sources.inputs import read
from service.jobs.sources.partitions import BATCH_ROWS, Partition, WrongInput, load_partitions
from service.jobs.sources.source import RequiredColumns, Source
from service.rows.number_faults import is_refused, number_faults
from service.rows.strict_json import encode
from service.schemas import Card, Input

FEATURES = pa.schema([("place", pa.int64()), ("key", pa.string()), ("fields", pa.string()), ("as_of", pa.string())])
"""`place`: the client's first row in the input. `fields`: JSON, field → value or null. `as_of`: the newest month."""

_Amounts = dict[str, NDArray[np.float64]]
_DUPLICATE = ("month", "duplicate_month", "This client has another statement of this month.")


def required_columns(key: str | None) -> RequiredColumns:
    """Return the columns that features need of an input. Raises WrongInput if the key is a field."""
    fields = ["month", *AMOUNTS]
    check_key_column(key or KEY, fields)
    return RequiredColumns([*fields, key or KEY], frozenset(AMOUNTS), key or KEY)


def feature_function(card: Card) -> Callable[..., tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Return the function that computes the features that a card names. Raises WrongInput for none or unknown ones."""
    name = card.entity.features if card.entity else None
    if name is None:
        raise WrongInput(f"The card of {card.name} names no features to compute.")
    if name == PICTURES:
        raise WrongInput(f"The features of {card.name} are measured of pictures: python -m service.jobs pictures.")
    function = FUNCTIONS.get(name)
    if function is None:
        raise WrongInput(f"The card of {card.name} names features that this program cannot compute: {name[:64]!r}.")
    return function


def feature_job(card: Card, source: Source, key: str | None) -> Job:
    """Return the job of computing the features that a card names. Raises WrongInput if it names none or unknown ones."""
    function = feature_function(card)
    column = key or KEY
    columns = ["month", *AMOUNTS, column]
    source_id = json.dumps(
        {"input": source.name, "columns": columns, "text": asdict(source.style)}
        | {"features": card.entity and card.entity.features, "buckets": BUCKETS, "rows a batch": BATCH_ROWS}
    )
    stored = tuple(field for field in card.inputs if field.from_ == "store")

    def read_partitions(_max_batches: int | None) -> Iterator[Partition]:
        statements = parse_statements(read(source, columns), column, current_month(), source.style, source.typed)
        return load_partitions(group_by_key(statements, STATEMENTS), 1)

    return Job(
        "features",
        source_id,
        read_partitions,
        partial(function, inputs=stored),
        positions_in_batch=False,
    )


def feature_batch(batch: pa.RecordBatch, inputs: tuple[Input, ...]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the features (FEATURES) of a batch of statements (STATEMENTS), and the reasons of refused clients (REFUSED).

    The batch must hold all statements of its clients. A client with a faulty statement is refused whole. Six months count,
    back from the newest month of the client. A month without a statement is unknown. The same batch always gives the same
    result.
    """
    reasons: dict[int, tuple[str, str, str]] = {}
    row_numbers = batch.column("place").to_numpy()
    clients = batch.column("key").dictionary_encode()
    client = pc.fill_null(clients.indices, -1).to_numpy().astype(np.int64)
    names = clients.dictionary.to_pylist()
    for row in np.flatnonzero(batch.column("code").is_valid().to_numpy(zero_copy_only=False)).tolist():
        reasons[row] = tuple(batch.column(name)[row].as_py() for name in ("field", "code", "message"))
    month = pc.fill_null(batch.column("month"), 0).to_numpy().astype(np.int64)
    for row in _duplicate_rows(client, month).tolist():
        reasons.setdefault(row, _DUPLICATE)
    good = np.ones(len(names), dtype=bool)
    good[[client[row] for row in reasons if client[row] >= 0]] = False
    amounts = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in AMOUNTS}
    first = np.full(len(names), len(row_numbers), dtype=np.int64)
    np.minimum.at(first, client[client >= 0], np.flatnonzero(client >= 0))
    newest = _newest_months(client, month, len(names))
    computed = _compute(client, month, newest, amounts)
    fields = [field for field in map(type_of, inputs) if isinstance(field, RangeType) and field.name in computed]
    for field in fields:
        for number in np.flatnonzero(is_refused(field, computed[field.name]) & good).tolist():
            fault = number_faults(field, float(computed[field.name][number]))[0]
            reasons[int(first[number])] = (field.name, fault.code, fault.message)
            good[number] = False
    accepted = np.flatnonzero(good)
    values = zip(*(field.values(computed[field.name][accepted]) for field in fields), strict=True)
    texts = [encode({field.name: value for field, value in zip(fields, row, strict=True)}).decode() for row in values]
    as_of = [f"{each // 12:04}-{each % 12 + 1:02}" for each in newest[accepted].tolist()]
    keys = [names[each] for each in accepted]
    table = {"place": row_numbers[first[accepted]], "key": keys, "fields": texts, "as_of": as_of}
    return pa.RecordBatch.from_pydict(table, FEATURES), _refused_batch(reasons, client, row_numbers, names)


FUNCTIONS: dict[str, Callable[..., tuple[pa.RecordBatch, pa.RecordBatch]]] = {"payment_history": feature_batch}
"""The functions that a card may name in `entity.features`."""


def _duplicate_rows(client: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows whose client and month are also in an earlier row."""
    order = np.lexsort((month, client))
    again = (np.diff(client[order]) == 0) & (np.diff(month[order]) == 0) & (client[order][1:] >= 0)
    return np.sort(order[1:][again])


def _newest_months(client: NDArray[np.int64], month: NDArray[np.int64], clients: int) -> NDArray[np.int64]:
    """Return the newest month of each client."""
    newest = np.zeros(clients, dtype=np.int64)
    has_client = client >= 0
    np.maximum.at(newest, client[has_client], month[has_client])
    return newest


def _compute(
    client: NDArray[np.int64], month: NDArray[np.int64], newest: NDArray[np.int64], amounts: _Amounts
) -> dict[str, NDArray[np.float64]]:
    """Put the statements into tables, one row for each client, the newest month first, and compute the fields."""
    has_client = client >= 0
    back = np.full(len(client), MONTHS, dtype=np.int64)
    back[has_client] = newest[client[has_client]] - month[has_client]
    within = back < MONTHS
    tables: _Amounts = {}
    for name in AMOUNTS:
        tables[name] = np.full((len(newest), MONTHS), np.nan)
        tables[name][client[within], back[within]] = amounts[name][within]
    with np.errstate(all="ignore"):  # a result that overflows is refused later
        return business_fields(tables["limit"][:, 0], tables["status"], tables["bill"], tables["paid"])


def _refused_batch(
    reasons: dict[int, tuple[str, str, str]], client: NDArray[np.int64], row_numbers: NDArray[np.int64], names: list[str]
) -> pa.RecordBatch:
    """Return the first reason of each client, and a reason for each row without a client."""
    reported: set[int] = set()
    rows: list[dict[str, Any]] = []
    for row in sorted(reasons):
        number = int(client[row])
        if number >= 0 and number in reported:
            continue
        reported.add(number)
        key = names[number] if number >= 0 else None
        field, code, message = reasons[row]
        rows.append(
            {"place": int(row_numbers[row]), "number": 1, "key": key, "field": field, "code": code, "message": message}
        )
    return pa.RecordBatch.from_pylist(rows, REFUSED)
