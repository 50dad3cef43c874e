"""Nightly features: card statements in long form → the slow fields of each client, by the same function as in training."""

import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.field_type import RangeType
from service.fields.lookup import type_of
from service.jobs.batch_scoring import REFUSED
from service.jobs.card_statements import AMOUNTS, KEY, STATEMENTS, statements
from service.jobs.external_sort import BUCKETS, by_key
from service.jobs.inputs import RequiredColumns, Source, read
from service.jobs.job_runner import Job
from service.jobs.partitions import BATCH_ROWS, WrongInput, held
from service.jobs.payment_history import MONTHS, business_fields
from service.rows.strict_json import encode
from service.schemas import Card, Input

FEATURES = pa.schema([("place", pa.int64()), ("key", pa.string()), ("fields", pa.string())])
"""`place`: the client's first row in the input. `fields`: JSON, field → value or null."""

_Amounts = dict[str, NDArray[np.float64]]
_DUPLICATE = ("month", "duplicate_month", "This client has another statement of this month.")


def required_columns(key: str | None) -> RequiredColumns:
    """Return what features need of an input."""
    return RequiredColumns(["month", *AMOUNTS, key or KEY], frozenset(AMOUNTS), key or KEY)


def feature_job(card: Card, source: Source, key: str | None) -> Job:
    """Return the work of computing the features that a card asks for. Raises WrongInput where it asks for none."""
    asked = card.entity.features if card.entity else None
    if asked is None:
        raise WrongInput(f"The card of {card.name} names no features to be computed.")
    function = FUNCTIONS.get(asked)
    if function is None:
        raise WrongInput(f"The card of {card.name} asks for features that nobody computes: {asked[:64]!r}.")
    column = key or KEY
    columns = ["month", *AMOUNTS, column]
    source_id = json.dumps(
        {"input": source.name, "columns": columns, "features": asked, "buckets": BUCKETS, "rows a batch": BATCH_ROWS}
    )
    stored = tuple(field for field in card.inputs if field.from_ == "store")
    return Job(
        "features",
        source_id,
        lambda _most: held(by_key(statements(read(source, columns), column), STATEMENTS), 1),
        partial(function, inputs=stored),
        positions_in_batch=False,
    )


def feature_batch(batch: pa.RecordBatch, inputs: tuple[Input, ...]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the features (FEATURES) of a batch that holds all STATEMENTS of its clients, and why some have none (REFUSED).

    A client with a statement that is none is refused whole. Six months count, from the client's newest back; a month without
    a statement is not known. The same batch always gives the same.
    """
    reasons: dict[int, tuple[str, str, str]] = {}
    place = batch.column("place").to_numpy()
    clients = batch.column("key").dictionary_encode()
    client = pc.fill_null(clients.indices, -1).to_numpy().astype(np.int64)
    names = clients.dictionary.to_pylist()
    for row in np.flatnonzero(batch.column("code").is_valid().to_numpy(zero_copy_only=False)).tolist():
        reasons[row] = tuple(batch.column(name)[row].as_py() for name in ("field", "code", "message"))
    month = pc.fill_null(batch.column("month"), 0).to_numpy().astype(np.int64)
    for row in _repeated(client, month).tolist():
        reasons.setdefault(row, _DUPLICATE)
    good = np.ones(len(names), dtype=bool)
    good[[client[row] for row in reasons if client[row] >= 0]] = False
    amounts = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in AMOUNTS}
    first = np.full(len(names), len(place), dtype=np.int64)
    np.minimum.at(first, client[client >= 0], np.flatnonzero(client >= 0))
    computed = _computed(client, month, amounts, len(names))
    fields = [field for field in map(type_of, inputs) if isinstance(field, RangeType) and field.name in computed]
    for wrong, fault in _out_of_bounds(computed, fields):
        for number in np.flatnonzero(wrong & good).tolist():
            reasons[int(first[number])] = (fault.field or "", fault.code, fault.message)
            good[number] = False
    kept = np.flatnonzero(good)
    values = zip(*(field.values(computed[field.name][kept]) for field in fields), strict=True)
    texts = [encode({field.name: value for field, value in zip(fields, row, strict=True)}).decode() for row in values]
    table = {"place": place[first[kept]], "key": [names[each] for each in kept], "fields": texts}
    return pa.RecordBatch.from_pydict(table, FEATURES), _refused(reasons, client, place, names)


FUNCTIONS: dict[str, Callable[..., tuple[pa.RecordBatch, pa.RecordBatch]]] = {"payment_history": feature_batch}
"""What a card may ask for in `entity.features`."""


def _repeated(client: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows whose client and month stand in an earlier row too."""
    order = np.lexsort((month, client))
    again = (np.diff(client[order]) == 0) & (np.diff(month[order]) == 0) & (client[order][1:] >= 0)
    return np.sort(order[1:][again])


def _computed(
    client: NDArray[np.int64], month: NDArray[np.int64], amounts: _Amounts, clients: int
) -> dict[str, NDArray[np.float64]]:
    """Lay the statements out, a client a row and its newest month first, and compute the fields."""
    newest = np.zeros(clients, dtype=np.int64)
    known = client >= 0
    np.maximum.at(newest, client[known], month[known])
    back = np.full(len(client), MONTHS, dtype=np.int64)
    back[known] = newest[client[known]] - month[known]
    within = back < MONTHS
    laid: _Amounts = {}
    for name in AMOUNTS:
        laid[name] = np.full((clients, MONTHS), np.nan)
        laid[name][client[within], back[within]] = amounts[name][within]
    with np.errstate(all="ignore"):  # what overflows, or belongs to a refused client, is refused by its result
        return business_fields(laid["limit"][:, 0], laid["status"], laid["bill"], laid["paid"])


def _out_of_bounds(
    computed: dict[str, NDArray[np.float64]], fields: list[RangeType]
) -> list[tuple[NDArray[np.bool_], Fault]]:
    """Return which clients have a value that the card refuses, and the reason, field by field."""
    found = []
    for field in fields:
        values = computed[field.name]
        found.append((np.isinf(values), field.range_fault(math.inf)))
        if field.is_whole:
            fraction = np.isfinite(values) & (values != np.round(values))
            found.append((fraction, field.type_fault()))
        outside = (values < field.min_number) | (values > field.max_number)
        found.append((outside, field.range_fault(math.nan)))
    return found


def _refused(
    reasons: dict[int, tuple[str, str, str]], client: NDArray[np.int64], place: NDArray[np.int64], names: list[str]
) -> pa.RecordBatch:
    """Return one reason a client, the first; and one for each row that names no client."""
    told: set[int] = set()
    rows: list[dict[str, Any]] = []
    for row in sorted(reasons):
        number = int(client[row])
        if number >= 0 and number in told:
            continue
        told.add(number)
        key = names[number] if number >= 0 else None
        field, code, message = reasons[row]
        rows.append({"place": int(place[row]), "number": 1, "key": key, "field": field, "code": code, "message": message})
    return pa.RecordBatch.from_pylist(rows, REFUSED)
