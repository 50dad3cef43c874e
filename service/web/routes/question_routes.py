"""POST /v1/models/{model}/explanations, curves, recommendations: questions about one row or a few, answered in threads."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from service import actions
from service.bundles.registry import Registry
from service.rows.strict_json import decode, encode
from service.schemas import CurveRequest, PredictionRequest, RecommendationRequest
from service.web.body_reader import Bodies
from service.web.dependencies import Slots, Threads, require
from wire.languages import Language, preferred_language

_guard = require("read")


class Question:
    """One kind of question: what it takes, and the action that answers it."""

    def __init__(
        self,
        kind: str,
        shape: type[msgspec.Struct],
        act: Callable[[Registry, str, Any, Language], msgspec.Struct],
        *,
        registry: Registry,
        threads: Threads,
        slots: Slots,
        bodies: Bodies,
    ) -> None:
        self.path = f"/v1/models/{{model}}/{kind}"
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(shape)
        self._act, self._registry = act, registry
        self._threads, self._slots, self._bodies = threads, slots, bodies

    async def __call__(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        _guard(scope)
        self._registry.get(name)
        body = await self._bodies.read(scope, receive)
        headers = dict(scope["headers"])
        language = preferred_language(headers.get(b"accept-language", b"").decode("latin-1"))
        with self._slots:
            answer = await self._threads.run(name, self._answer, name, body, language)
        fields = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer)).encode()),
            (b"content-language", language.encode()),
            (b"vary", b"Accept-Language"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, name: str, body: bytes, language: Language) -> bytes:
        return encode(self._act(self._registry, name, decode(body, self._decoder), language))


def questions(registry: Registry, threads: Threads, slots: Slots, bodies: Bodies) -> dict[str, Question]:
    """Return every kind of question by the last segment of its address."""
    kinds: dict[str, tuple[type[msgspec.Struct], Callable[[Registry, str, Any, Language], msgspec.Struct]]] = {
        "explanations": (PredictionRequest, actions.explain),
        "curves": (CurveRequest, actions.sweep),
        "recommendations": (RecommendationRequest, actions.recommend),
    }
    return {
        kind: Question(kind, shape, act, registry=registry, threads=threads, slots=slots, bodies=bodies)
        for kind, (shape, act) in kinds.items()
    }
