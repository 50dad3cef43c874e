"""POST /v1/models/{model}/explanations, curves, recommendations: questions about a row or a few, answered in threads."""

from collections.abc import Callable
from typing import Any

import msgspec

from service import actions
from service.bundles.model import Model
from service.rows.strict_json import decode, encode
from service.schemas import CurveRequest, PredictionRequest, RecommendationRequest
from service.web.body_reader import Headers
from service.web.container import Services
from service.web.route import JSON_HEADER, Answer, DirectHandler
from wire.languages import Language, preferred_language

Action = Callable[[Model, Any, Language], msgspec.Struct]


def _question(shape: type[msgspec.Struct], action: Action) -> DirectHandler:
    """Return the handler for one kind of question from the shape of its request and its action."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(shape)

    def answer_body(services: Services, model: Model, body: bytes, language: Language) -> tuple[bytes, str]:
        """Return the body of the answer and the version of the model that answered."""
        request = decode(body, decoder)
        model = services.in_version(model, request.version)
        return encode(action(model, request, language)), model.card.version

    async def handle(services: Services, model: Model, headers: Headers, body: bytes) -> Answer:
        language = preferred_language(headers.get(b"accept-language", b"").decode("latin-1"))
        answer, version = await services.threads.run(model.card.name, answer_body, services, model, body, language)
        return Answer(
            answer, version, (JSON_HEADER, (b"content-language", language.encode()), (b"vary", b"Accept-Language"))
        )

    return handle


explain = _question(PredictionRequest, actions.explain)
curves = _question(CurveRequest, actions.compute_curves)
recommend = _question(RecommendationRequest, actions.recommend)
