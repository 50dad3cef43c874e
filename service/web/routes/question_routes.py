"""POST /v1/models/{model}/explanations, curves, recommendations: questions about a row or a few, answered in threads."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import msgspec

from service import actions
from service.bundles.model import Model
from service.rows.strict_json import decode, encode
from service.schemas import CurveRequest, PredictionRequest, RecommendationRequest
from service.web.body_reader import Headers
from service.web.container import Services
from service.web.route import JSON_HEADER, Answer
from wire.languages import Language, preferred_language

Action = Callable[[Model, Any, Language], msgspec.Struct]


@dataclass(frozen=True)
class Question:
    """One kind of question: the shape of its request, and its action."""

    shape: type[Any]
    action: Action

    @cached_property
    def _decoder(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.shape)

    async def handle(self, services: Services, model: Model, headers: Headers, body: bytes) -> Answer:
        """Answer the request in a body of JSON."""
        language = preferred_language(headers.get(b"accept-language", b"").decode("latin-1"))
        return await self.answer(services, model, partial(decode, body, self._decoder), language)

    async def answer(self, services: Services, model: Model, read: Callable[[], Any], language: Language) -> Answer:
        """Answer the request that `read` returns, in a thread of the model."""
        arguments = (services, model, read, language)
        body, version = await services.threads.run(model.card.name, self._body_and_version, *arguments)
        return Answer(body, version, (JSON_HEADER, (b"content-language", language.encode()), (b"vary", b"Accept-Language")))

    def _body_and_version(
        self, services: Services, model: Model, read: Callable[[], Any], language: Language
    ) -> tuple[bytes, str]:
        """Return the body of the answer and the version of the model that answered."""
        request = read()
        model = services.in_version(model, request.version)
        return encode(self.action(model, request, language)), model.card.version


explain = Question(PredictionRequest, actions.explain)
curves = Question(CurveRequest, actions.compute_curves)
recommend = Question(RecommendationRequest, actions.recommend)
