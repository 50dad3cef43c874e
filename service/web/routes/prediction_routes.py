"""POST /v1/models/{model}/predictions, as plain ASGI: a route that FastAPI documents but does not run.

A row takes 0.04 ms to score; the framework's layers would take 0.2 ms.
"""

import msgspec
from starlette.types import Receive, Scope, Send

from service import actions
from service.bundles.registry import Registry
from service.by_key.freshness import Freshness
from service.errors import NotAcceptable, TooLarge
from service.rows.columns import Columns
from service.rows.strict_json import decode, encode
from service.schemas import PredictionRequest, Row
from service.settings import Settings
from service.store.store import Store
from service.web.body_reader import Bodies
from service.web.dependencies import Slots, Threads, require
from service.web.routes.file_routes import Files
from wire.media_types import MEDIA_TYPES, Kind, kind_of, parse_content_type, preferred_kind

_guard = require("read")
_STORE = "the store"
"""Whose threads answer by key: a store that is slow takes none of a model's."""
_JSON = b"application/json"
_ANY = frozenset({b"", b"*/*", _JSON})


class Predictions:
    """Scores the rows of a request. Raises what `service.errors` knows; the layer around it answers that."""

    path = "/v1/models/{model}/predictions"

    def __init__(
        self,
        registry: Registry,
        store: Store,
        freshness: Freshness,
        *,
        threads: Threads,
        slots: Slots,
        bodies: Bodies,
        settings: Settings,
    ) -> None:
        self.registry, self.store = registry, store
        self._freshness = freshness
        self._files = Files(registry, threads, settings)
        self._threads, self._slots, self._bodies = threads, slots, bodies
        self._max_rows = settings.max_rows
        self._decoder = msgspec.json.Decoder(PredictionRequest)

    async def __call__(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        _guard(scope)
        model = self.registry.get(name)
        kind, charset, answer_kind = _kinds(scope)
        if kind is not None and kind != "json":
            await self._files(name, (kind, charset), scope, receive, send)
            return
        body = await self._bodies.read(scope, receive)
        with self._slots:
            rows, version = model.read(body) or self._read_carefully(body)
            if version not in {None, model.card.version}:  # another card reads the same body in its own way
                model = self.registry.get(name, version)
                rows, version = model.read(body) or self._read_carefully(body)
            if len(rows) > self._max_rows:
                raise TooLarge(f"A request may hold {self._max_rows:,} rows.")
            if isinstance(rows, list) and model.card.entity and any(model.card.entity.key in row for row in rows):
                answer = await self._threads.run(_STORE, self._predict_by_key, name, rows, version, answer_kind)
            elif len(rows) <= model.few_rows and answer_kind == "json":
                answer = self._predict(name, rows, version)
            elif answer_kind == "json":
                answer = await self._threads.run(name, self._predict, name, rows, version)
            else:
                answer = await self._threads.run(
                    name, actions.predict_table, self.registry, name, rows, version, answer_kind
                )
        headers = [(b"content-type", MEDIA_TYPES[answer_kind].encode()), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _read_carefully(self, body: bytes) -> tuple[list[Row], str | None]:
        asked = decode(body, self._decoder)
        return asked.rows, asked.version

    def _predict(self, name: str, rows: list[Row] | Columns, version: str | None) -> bytes:
        return encode(actions.predict(self.registry, name, rows, version))

    def _predict_by_key(self, name: str, rows: list[Row], version: str | None, kind: Kind) -> bytes:
        freshness = self._freshness
        answer = actions.predict_by_key(self.registry, self.store, name, rows, version=version, freshness=freshness)
        return encode(answer) if kind == "json" else actions.keyed_table(self.registry, name, answer, kind)


def _kinds(scope: Scope) -> tuple[Kind | None, str, Kind]:
    """Return what comes, its charset, and what is to go back. Almost always both are JSON and nothing has to be parsed."""
    sent, accept = b"", b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            sent = value
        elif name == b"accept":
            accept = value
    if sent == _JSON and accept in _ANY:
        return "json", "", "json"
    media_type, charset = parse_content_type(sent.decode("latin-1"))
    kind = kind_of(media_type)
    answer = preferred_kind(accept.decode("latin-1"), "json")
    if answer is None and scope["method"] == "POST" and kind == "json":
        raise NotAcceptable(f"Accept one of: {', '.join(MEDIA_TYPES.values())}.")
    return kind, charset, answer or "json"
