"""POST /v1/models/{model}/predictions with rows as JSON. A row takes 0.04 ms to score; FastAPI's layers take 0.2 ms."""

from dataclasses import replace
from functools import partial

import msgspec

from service import actions
from service.bundles.model import Model
from service.by_key.answers_by_key import KeyedRow
from service.by_key.freshness import Freshness
from service.errors import NotAcceptable, TooLarge
from service.rows.columns import Columns
from service.rows.strict_json import decode, encode
from service.schemas import PredictionRequest, Row
from service.store.lookups import StoredRecords
from service.web.body_reader import Headers
from service.web.container import Services
from service.web.route import Answer
from wire.languages import DEFAULT, Language, preferred_language
from wire.media_types import MEDIA_TYPES, Kind, preferred_kind

_MAX_QUICK_BYTES = 2**20
"""The largest body that the quick reader reads on the event loop: this takes at most some 12 ms."""
MAX_CAREFUL_BYTES = 2**16
"""The largest body that is read carefully on the event loop. The slowest body of this size takes some 20 ms."""
_MAX_EVENT_LOOP_KEYS = 100
"""The largest number of rows whose keys are read, and answered, on the event loop. It takes at most some 2 ms."""
_ANY = frozenset({b"", b"*/*", b"application/json"})
_DECODER = msgspec.json.Decoder(PredictionRequest)


async def predict(services: Services, model: Model, headers: Headers, body: bytes) -> Answer:
    """Score the rows of a body: few rows at once, more rows in a thread."""
    kind = _answer_kind(headers)
    rows, version = await _read_in_time(services, model, body)
    if version not in {None, model.card.version}:  # the card of the other version reads the same body
        model = services.in_version(model, version)
        rows, _ = await _read_in_time(services, model, body)
    del body  # its pictures are in the rows too, which may have to wait for a thread
    accept_language = headers.get(b"accept-language")
    language = preferred_language(accept_language.decode("latin-1")) if accept_language else DEFAULT
    return await predict_rows(services, model, rows, version, kind=kind, language=language)


async def predict_rows(
    services: Services,
    model: Model,
    rows: list[Row] | Columns,
    version: str | None,
    *,
    kind: Kind = "json",
    language: Language,
) -> Answer:
    """Score the rows that `model` has read; `version` is the one that the request names. Raises TooLarge, InvalidInput."""
    if len(rows) > services.settings.max_rows:
        raise TooLarge(f"A request may hold {services.settings.max_rows:,} rows.")
    if isinstance(rows, list) and _have_keys(model, rows):
        freshness = replace(services.freshness, same_version_only=version is not None)
        answer = await _predict_keyed_rows(services, model, rows, freshness, kind=kind, language=language)
    elif kind != "json":
        answer = await services.threads.run(model.card.name, actions.predict_table, model, rows, kind)
    else:
        answer = await services.run_scoring(model, len(rows), _predict, _predict_in_process, rows, language)
    if kind == "json":
        return Answer(answer, model.card.version)
    return Answer(answer, model.card.version, ((b"content-type", MEDIA_TYPES[kind].encode()),))


async def _read_in_time(services: Services, model: Model, body: bytes) -> tuple[list[Row] | Columns, str | None]:
    """Return what `_read` returns. What may take long runs in a thread, so that other requests go on meanwhile."""
    if len(body) > _MAX_QUICK_BYTES:
        return await services.threads.run(model.card.name, _read, model, body)
    result = model.quick_reader(body)
    if result is not None:
        return result
    if len(body) > MAX_CAREFUL_BYTES:
        return await services.threads.run(model.card.name, _read_carefully, body)
    return _read_carefully(body)


def _read(model: Model, body: bytes) -> tuple[list[Row] | Columns, str | None]:
    """Return the rows of a body and the version that it names; try the quick reader first."""
    return model.quick_reader(body) or _read_carefully(body)


def _read_carefully(body: bytes) -> tuple[list[Row], str | None]:
    request = decode(body, _DECODER)
    return request.rows, request.version


def _have_keys(model: Model, rows: list[Row]) -> bool:
    entity = model.card.entity
    return entity is not None and any(entity.key in row for row in rows)


def _predict(model: Model, rows: list[Row] | Columns, language: Language) -> bytes:
    return encode(actions.predict(model, rows, language))


async def _predict_in_process(model: Model, rows: list[Row] | Columns, language: Language) -> bytes:
    return encode(await actions.predict_in_process(model, rows, language))


async def _predict_keyed_rows(
    services: Services, model: Model, rows: list[Row], freshness: Freshness, *, kind: Kind, language: Language
) -> bytes:
    """Look the keys up in a thread of the store. Do the rest on the event loop for few rows, else in threads.

    These threads are apart from those of other predictions.
    """
    threads = f"{model.card.name} by key"
    if len(rows) <= _MAX_EVENT_LOOP_KEYS:
        keyed_rows = actions.read_keys(model, rows)
    else:
        keyed_rows = await services.threads.run(threads, actions.read_keys, model, rows)
    keys = sorted({row.key for row in keyed_rows if row.key is not None and row.live is None})
    records = StoredRecords()
    if keys:
        records = await services.store_calls.run(actions.find_stored, model, services.store, keys)
    work = partial(_predict_by_key, kind=kind, language=language)
    if len(rows) <= min(model.few_rows, _MAX_EVENT_LOOP_KEYS) and not model.checks.has_pictures:
        version = (model.card.name, model.card.version)
        answer = services.event_loop_work.run(version, work, model, keyed_rows, records, freshness)
        if answer is not None:
            return answer
    return await services.threads.run(threads, work, model, keyed_rows, records, freshness)


def _predict_by_key(
    model: Model,
    keyed_rows: list[KeyedRow],
    records: StoredRecords,
    freshness: Freshness,
    *,
    kind: Kind,
    language: Language,
) -> bytes:
    answer = actions.predict_by_key(model, keyed_rows, records, freshness, language)
    return encode(answer) if kind == "json" else actions.keyed_table(model, answer, kind)


def _answer_kind(headers: Headers) -> Kind:
    """Return the kind of answer that Accept prefers. Raises NotAcceptable."""
    accept = headers.get(b"accept", b"")
    kind = "json" if accept in _ANY else preferred_kind(accept.decode("latin-1"), "json")
    if kind is None:
        raise NotAcceptable(f"Accept one of: {', '.join(MEDIA_TYPES.values())}.")
    return kind
